import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { describe, test } from "node:test";
import { browserKey, defaultPath } from "../../../src/protocol/login-api.js";
import { BrowserCookie } from "../../../src/server/http/browser-cookie.js";
import { knownCookie } from "../../../src/server/pairing/known-browsers.js";
import { audit } from "../../../src/service/audit/audit-command.js";
import { shownBy, titlesIn } from "../../support/test-titles.js";
import { parseAudit } from "../../unit/service/serve/audit/audit-lines.js";

const read = (file: string): string => readFileSync(file, "utf8");
const page = read("docs/trust/evidence.md");
const blocks = [...page.matchAll(/^```text\n([^]*?)^```$/gm)].map(([, text = ""]) => text);

/** The section of a heading. */
const section = (heading: string): string =>
  page.split(/^(?=## )/m).find((each) => each.startsWith(`## ${heading}\n`)) ?? "";

const inCode = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);

interface Schema {
  properties: Record<string, unknown> & { event: { enum: string[] } };
  oneOf: { properties: Record<string, unknown> & { event: { const: string } } }[];
}
const schema = JSON.parse(read("docs/serve/audit.schema.json")) as Schema;
const members = new Set([schema, ...schema.oneOf].flatMap(({ properties }) => Object.keys(properties)));
const events = schema.properties.event.enum;

describe("docs/trust/evidence.md: the lines of the disputed login", () => {
  test("are told by audit show as the page says", async () => {
    const [lines = "", story] = blocks;
    const [{ attempt } = { attempt: undefined }] = parseAudit(lines);
    let told = "";
    const streams = {
      stdin: Readable.from([lines]),
      stdout: (text: string) => void (told += text),
      stderr: (text: string) => assert.fail(text),
    };
    assert.equal(await audit(["show", "--attempt", String(attempt)], streams), 0);
    assert.equal(told, story);
  });
});

describe("docs/trust/evidence.md", () => {
  test("has a field for each member of a line", () => {
    const rows = section("How long to keep what")
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    const kept = rows.flatMap((row) => inCode(row.split("|")[1] ?? ""));
    assert.deepEqual(kept.toSorted(), [...members].toSorted());
  });

  test("answers its questions by fields and events that there are", () => {
    const rows = section("Which field answers which question")
      .split("\n")
      .filter((line) => /^\| [A-Z].*\?/.test(line));
    assert.ok(rows.length > 15);
    const values = ["new", "known", "audit show"];
    for (const row of rows) {
      const [, , fields = "", of = ""] = row.split("|");
      const [names, named] = [inCode(fields), inCode(of)].map((each) =>
        each.filter((name) => !values.includes(name)),
      );
      for (const name of names ?? []) assert.ok(members.has(name), row);
      for (const name of named ?? []) assert.ok(events.includes(name), row);
      // Each field is in an event of its row.
      for (const name of names ?? [])
        assert.ok(
          (named ?? []).length === 0 ||
            name in schema.properties ||
            schema.oneOf.some(
              ({ properties }) => named?.includes(properties.event.const) && name in properties,
            ),
          `${row}: ${name}`,
        );
    }
  });
});

describe("docs/trust/journeys.md", () => {
  test("names the cookies and the keys of the storage as the code does", () => {
    const site = "https://www.example.com";
    const journeys = read("docs/trust/journeys.md");
    const [, behind = ""] = /^### What stays behind in browsers\n([^]*?)^## /m.exec(journeys) ?? [];
    const named = behind.split("\n").flatMap((row) => /^\| `([^`]+)`/.exec(row)?.[1] ?? []);
    const mark = /"(onegini-otp-login [a-z]+)"/.exec(read("src/element/number-memory.ts"))?.[1];
    const kept = browserKey(site + defaultPath);
    const cookies = [new BrowserCookie(site).name, knownCookie(site).name];
    assert.deepEqual(named, [...cookies, kept, mark, "#otp-return=4713"]);
    assert.ok(journeys.includes(`Set-Cookie: ${knownCookie(site).endHeader()}`));
  });
});

for (const file of ["evidence", "journeys", "coming-from-elsewhere"].map((name) => `docs/trust/${name}.md`))
  describe(`${file}: a test that it names`, () => {
    const named = shownBy(read(file));
    for (const { path, title } of named)
      test(`${path}: “${title}”`, () => {
        assert.equal(titlesIn(path).has(title), true, [...titlesIn(path)].join("\n"));
      });
  });
