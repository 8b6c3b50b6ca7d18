import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { shownBy, titlesIn } from "../../support/test-titles.js";

const folder = "docs/trust";
const pages = readdirSync(folder)
  .filter((name) => name.endsWith(".md"))
  .map((name) => ({ name, text: readFileSync(`${folder}/${name}`, "utf8") }));

/** The tests that a page names, in a list, a sentence or a cell of a table. */
const named = (text: string) =>
  [...text.matchAll(/`test\/[^`]+`: “[^”]+”(?:, “[^”]+”)*/g)].flatMap(([found]) => shownBy(`- ${found}`));

describe("The papers of docs/trust", () => {
  for (const { name, text } of pages) {
    test(`${name} names only tests that exist`, () => {
      const missing = named(text).filter(({ path, title }) => !titlesIn(path).has(title));
      assert.deepEqual(missing, []);
    });
  }

  test("name tests at all", () => {
    const found = pages.flatMap(({ text }) => named(text));
    assert.notDeepEqual(found, []);
  });

  test("are all in the summary", () => {
    const summary = readFileSync(`${folder}/README.md`, "utf8");
    const missing = pages.filter(({ name }) => name !== "README.md" && !summary.includes(`(${name}`));
    assert.deepEqual(
      missing.map(({ name }) => name),
      [],
    );
  });
});
