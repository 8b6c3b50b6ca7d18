import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { slug } from "github-slugger";
import { parse } from "yaml";
import { settingNames } from "../../../src/service/settings/setting-list.js";

const page = readFileSync("docs/runbook.md", "utf8");

interface Alert {
  alert: string;
  annotations: { runbook_url?: string };
}

const { groups } = parse(readFileSync("docs/serve/prometheus/alerts.yaml", "utf8")) as {
  groups: { rules: Alert[] }[];
};
const alerts = groups.flatMap(({ rules }) => rules);

/** The section of an alert. */
const sectionOf = (alert: string): string =>
  page.split(/^(?=#{2,3} )/m).find((section) => section.startsWith(`### ${alert}\n`)) ?? "";

const sources = ["src/server", "src/service/serve"].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(folder, file), "utf8")),
);

describe("docs/runbook.md", () => {
  const [, section = ""] = /^## The alerts\n([^]*?)^## /m.exec(page) ?? [];

  test("has a section for each alert, and for no other", () => {
    const headings = [...section.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading);
    assert.deepEqual(headings.sort(), [...new Set(alerts.map(({ alert }) => alert))].sort());
  });

  for (const { alert, annotations } of alerts) {
    test(`says of ${alert} what it means, what to look at and what to do, and the alert leads there`, () => {
      assert.match(sectionOf(alert), /^\*\*It means\*\*: [^]*^\*\*Look\*\*: [^]*^\*\*Do\*\*/m);
      assert.equal(annotations.runbook_url, `docs/runbook.md#${slug(alert)}`);
    });
  }

  test("says of a leaked internal secret what each call opens, what to look for and what to do", () => {
    const { paths } = parse(readFileSync("service.openapi.yaml", "utf8")) as {
      paths: Record<string, Record<string, { security?: unknown[] }>>;
    };
    const calls = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method, { security }]) => /^(get|post|put|delete)$/.test(method) && security?.length !== 0)
        .map(([method]) => `${method.toUpperCase()} ${path}`),
    );
    const [, leak = ""] = /^### The internal secret\n([^]*?)^## /m.exec(page) ?? [];
    const rows = leak.split("\n").filter((line) => line.startsWith("| `"));
    const named = rows.flatMap((row) => {
      const [, call = "", ...cells] = row.split(/ *\| */);
      assert.equal(cells.filter((cell) => cell !== "").length, 3, call);
      return [...call.matchAll(/`(.*?)`/g)].map(([, name]) => name);
    });
    assert.deepEqual(named.sort(), calls.sort());
  });

  test("names events, members, metrics and settings that there are", () => {
    const names = [...page.replaceAll(/^```[^]*?^```$/gm, "").matchAll(/`([a-z]+(?:[_-][a-z]+)+)`/g)].map(
      ([, name = ""]) => name,
    );
    assert.ok(names.includes("token_server_trouble") && names.includes("result-polling"));
    const isThere = (name: string): boolean =>
      (settingNames as readonly string[]).includes(name) ||
      sources.some((source) => source.includes(name.replace("onegini_otp_login_", "")));
    const missing = names.filter((name) => !isThere(name));
    assert.deepEqual(missing, []);
  });
});
