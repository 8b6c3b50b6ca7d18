import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Metrics } from "../../../../service/serve/metrics.js";

test("the dashboard shows every metric of the service, and no other", async () => {
  const dashboard = readFileSync(new URL("../../../../docs/serve/grafana.json", import.meta.url), "utf8");
  const named = [...dashboard.matchAll(/onegini_otp_login_\w+/g)].map(([name]) =>
    name.replace(/_bucket$/, ""),
  );
  const given = [...(await new Metrics().text(0)).matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name);
  assert.deepEqual([...new Set(named)].sort(), given.sort());
});

test("the guide lists every metric", async () => {
  const guide = readFileSync(new URL("../../../../docs/serve.md", import.meta.url), "utf8");
  for (const [, name = ""] of (await new Metrics().text(0)).matchAll(/^# TYPE (\S+)/gm))
    assert.ok(guide.includes(`\`${name}`), name);
});
