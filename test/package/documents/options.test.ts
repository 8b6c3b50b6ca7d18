import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { defaultTimeouts } from "../../../src/server/defaults/timeouts.js";

/** The tables of options in the documents have a row for each option of the code, and for nothing else. */

const read = (file: string): string => readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");

/** The cells of the table under a heading, row by row, without its head. */
function tableUnder(page: string, heading: string): string[][] {
  const [, section = ""] = read(page).split(`\n## ${heading}\n`);
  const [table = ""] = /^\|.*\n(?:\|.*\n)+/m.exec(section) ?? [];
  return table
    .trim()
    .split("\n")
    .slice(2)
    .map((row) =>
      row
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** The names in a cell: "`callback.username`, `.password`" are "callback.username" and "callback.password". */
function namesIn(cell = ""): string[] {
  const names = [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
  const parent = names[0]?.split(".")[0] ?? "";
  return names.map((name) => (name.startsWith(".") ? parent + name : name));
}

const columnOf = (rows: string[][], column: number): string[] =>
  rows.flatMap((row) => namesIn(row[column])).sort();

/** The members of an interface in the report of the kit's public types, without those that hold others. */
function membersOf(name: string): string[] {
  const [, body = ""] =
    new RegExp(`export interface ${name}(?:<.*>)? \\{\n([^]*?)\n\\}`).exec(
      read("test/package/api/server.api.md"),
    ) ?? [];
  return [...body.matchAll(/^ {4}(\w+)\??:/gm)].map(([, member = ""]) => member);
}

test("the kit's options are in docs/kit-reference.md", () => {
  const nested = { tokenServer: "TokenServerOptions", callback: "CallbackOptions", handOver: "HandOver" };
  // Exactly one of the two.
  const options = [...membersOf("CommonOptions"), "signIn", "handOver"].flatMap((name) =>
    name in nested
      ? membersOf(nested[name as keyof typeof nested]).map((member) => `${name}.${member}`)
      : [name],
  );
  assert.deepEqual(columnOf(tableUnder("docs/kit-reference.md", "Options"), 0), options.sort());
  assert.deepEqual(columnOf(tableUnder("docs/kit-reference.md", "Limits"), 0), membersOf("Limits").sort());
});

test("the kit's timeouts are in docs/kit-reference.md, with their defaults", () => {
  const rows = tableUnder("docs/kit-reference.md", "Timeouts").map(([name, value]) => [
    namesIn(name)[0],
    Number(value),
  ]);
  assert.deepEqual(Object.fromEntries(rows), defaultTimeouts);
});

type Named = { name: string };
const { modules } = JSON.parse(read("custom-elements.json")) as {
  modules: {
    declarations: {
      tagName?: string;
      attributes: Named[];
      members: (Named & { kind: string })[];
      cssProperties: (Named & { default?: string })[];
      cssParts: Named[];
      slots: Named[];
    }[];
  }[];
};
const { attributes, members, ...styling } = modules
  .flatMap(({ declarations }) => declarations)
  .find(({ tagName }) => tagName === "onegini-otp-login")!;

test("the widget's attributes and properties are in docs/widget.md", () => {
  const rows = tableUnder("docs/widget.md", "Attributes and properties");
  assert.deepEqual(columnOf(rows, 0), attributes.map(({ name }) => name).sort());
  const fields = members.filter(({ kind }) => kind === "field");
  assert.deepEqual(columnOf(rows, 1), fields.map(({ name }) => name).sort());
});

describe("what a site can style", () => {
  const sources = ["styles", "view"]
    .flatMap((folder) =>
      readdirSync(`src/element/${folder}`, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => `src/element/${folder}/${file}`),
    )
    .map(read)
    .join("");
  /** Each name once that a pattern finds in the element's views and styles. */
  const used = (pattern: RegExp): string[] =>
    [...new Set([...sources.matchAll(pattern)].flatMap(([, names = ""]) => names.split(" ")))].sort();
  const named = (list: Named[]): string[] => list.map(({ name }) => name).sort();

  for (const [kind, pattern, list] of [
    // The link into the app gets its parts as an argument.
    ["part", /(?:\spart="|"button (?=app-link"))([^"]+)"/g, styling.cssParts],
    ["slot", /<slot name="([^"]+)"/g, styling.slots],
    ["property", /var\((--onegini-otp-login-[\w-]+)/g, styling.cssProperties],
  ] as const)
    test(`has each ${kind} that the element uses in the manifest, and no other`, () => {
      assert.deepEqual(named(list), used(pattern));
    });

  test("has the default of each property in the manifest, unless it depends on the card's width or on another colour", () => {
    for (const { name, default: value } of styling.cssProperties) {
      const fallbacks = [...sources.matchAll(/var\((--onegini-otp-login-[\w-]+), (.+?)\)(?:, \d+px\))?;/g)]
        .filter(([, property]) => property === name)
        // Of a colour that can be mixed, without the mixture.
        .map(([, , fallback = ""]) => fallback.replace(/^var\(--_site-[\w-]+, (.+)\)$/, "$1"));
      if (value === undefined)
        assert.match(name, /-(padding|error|finder|focus|success|control-height|code-size)$/);
      else assert.ok(fallbacks.includes(value), `${name}: ${value} is none of ${fallbacks.join(", ")}`);
    }
  });
});
