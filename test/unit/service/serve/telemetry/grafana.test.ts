import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Metrics } from "../../../../../src/service/serve/telemetry/metrics.js";

const read = (file: string): string =>
  readFileSync(new URL(`../../../../../docs/${file}`, import.meta.url), "utf8");

/** The names of the metrics: the service's own, and Node's and the process's. */
async function given(): Promise<{ own: string[]; others: string[] }> {
  const names = [...(await new Metrics().text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name);
  const isOwn = (name: string): boolean => name.startsWith("onegini_otp_login_");
  return { own: names.filter(isOwn), others: names.filter((name) => !isOwn(name)) };
}

const namedIn = (text: string, beginning: string): string[] =>
  [...new Set([...text.matchAll(new RegExp(`\\b${beginning}_\\w+`, "g"))].map(([name]) => name))].map(
    (name) => name.replace(/_(?:bucket|count)$/, ""),
  );

test("the dashboard shows every metric of the service, and no other", async () => {
  const named = namedIn(read("serve/grafana.json"), "onegini_otp_login");
  assert.deepEqual([...new Set(named)].sort(), (await given()).own.sort());
});

test("the dashboard and the alerts name only metrics that there are", async () => {
  const { own, others } = await given();
  for (const file of ["serve/grafana.json", "serve/prometheus/alerts.yaml"]) {
    const named = ["onegini_otp_login", "process", "nodejs"].flatMap((each) => namedIn(read(file), each));
    const unknown = named.filter((name) => ![...own, ...others].includes(name));
    assert.deepEqual(unknown, [], file);
  }
});

test("the dashboard and the guide have every step of the funnel, with its median", async () => {
  const steps = [...(await new Metrics().text()).matchAll(/step_seconds_count\{step="(\w+)"/g)];
  const { panels } = JSON.parse(read("serve/grafana.json")) as { panels: { title: string }[] };
  const [, table = ""] = /^### The funnel\n([^]*?)^## /m.exec(read("serve.md")) ?? [];
  for (const [, step] of steps) {
    for (const title of ["Funnel: logins that came to each step", "Median of each step"]) {
      const panel = panels.find((each) => each.title === title);
      assert.ok(JSON.stringify(panel).includes(`step=\\\"${step}\\\"`), `${title}: ${step}`);
    }
    assert.ok(table.includes(`\`${step}\``), `docs/serve.md: ${step}`);
  }
});

test("the guide lists every metric", async () => {
  const guide = read("serve.md");
  for (const name of (await given()).own) assert.ok(guide.includes(`\`${name}`), name);
});
