import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { namesInPictures, shortName, stylingIn } from "../../../scripts/styling-tables.js";

const page = readFileSync("docs/theming.md", "utf8");

describe("The recipes of docs/theming.md", () => {
  test("are themes of the package", () => {
    const listings = [...page.matchAll(/^```css recipe\n([^]*?)^```$/gm)].map(([, css = ""]) => css);
    const files = readdirSync("src/public/themes").map((file) =>
      readFileSync(`src/public/themes/${file}`, "utf8"),
    );
    assert.equal(listings.length, 4);
    for (const listing of listings) assert.ok(files.includes(listing), listing);
  });
});

test("The pictures of docs/theming.md point at each part and slot that can be seen, and at nothing that is not there", () => {
  const { cssProperties, cssParts, slots } = stylingIn(readFileSync("custom-elements.json", "utf8"));
  const names = [...cssParts, ...slots].map(({ name }) => name);
  // The live region cannot be seen.
  assert.deepEqual(
    names.filter((name) => !namesInPictures.has(name)),
    ["status"],
  );
  const known = new Set([...names, ...cssProperties.map(({ name }) => shortName(name))]);
  assert.deepEqual(
    [...namesInPictures].filter((name) => !known.has(name)),
    [],
  );
});
