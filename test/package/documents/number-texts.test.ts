import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { locales } from "../../element/support/locales.js";

/** The texts for `message` with the number, in docs/kit-reference.md. */

const root = new URL("../../../", import.meta.url);
const page = readFileSync(new URL("docs/kit-reference.md", root), "utf8");
const [, section = ""] = page.split("\n#### Texts for `message`\n");
const [list = ""] = section.split(/\n#+ /);
const texts = [...list.matchAll(/^- `([\w-]+)`: (.+)$/gm)].map(
  ([, language = "", text = ""]) => [language, text] as const,
);

describe("The texts for the phone, with the number", () => {
  test("are there in each language of the widget", () => {
    assert.deepEqual(texts.map(([language]) => language).sort(), Object.keys(locales).sort());
  });

  for (const [language, text] of texts)
    test(`names the site and has the number once, in the vendor's limit: ${language}`, () => {
      assert.match(text, /www\.example\.com/);
      assert.equal(text.split("{number}").length, 2);
      const length = [...text.replace("{number}", "047130")].length;
      assert.ok(length <= 155, `${length} characters`);
      // Without another figure, so that an app can find the number and show it large.
      assert.doesNotMatch(text, /\d/);
    });
});
