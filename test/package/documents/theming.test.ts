import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { legendOf, pictures, type Callout } from "../../../scripts/pictures/callouts.js";

const page = readFileSync("docs/theming.md", "utf8");

type Named = { name: string };
const { modules } = JSON.parse(readFileSync("custom-elements.json", "utf8")) as {
  modules: {
    declarations: { tagName?: string; cssProperties: Named[]; cssParts: Named[]; slots: Named[] }[];
  }[];
};
const { cssProperties, cssParts, slots } = modules
  .flatMap(({ declarations }) => declarations)
  .find(({ tagName }) => tagName === "onegini-otp-login")!;
const names = (list: Named[]): string[] => list.map(({ name }) => name.replace("onegini-otp-login-", ""));

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

describe("The pictures of docs/theming.md", () => {
  const legend = legendOf(page);
  // The live region cannot be seen.
  const parts = names(cssParts).filter((name) => name !== "status");
  // A dash in the place of the letter says that no picture points at it.
  const lettered = [...names(cssProperties), ...names(slots)].filter(
    (name) =>
      !new RegExp(`^\\| \`(?:--onegini-otp-login-)?${name.replace("--", "")}\` +\\| – `, "m").test(page),
  );

  test("have a number for each part and a letter for each property and slot, once and in order", () => {
    const marks = [...legend.values()];
    const numbers = marks.filter((mark) => /^\d+$/.test(mark));
    const letters = marks.filter((mark) => !numbers.includes(mark));
    assert.deepEqual([...legend.keys()].toSorted(), [...parts, ...lettered].toSorted());
    for (const name of parts) assert.match(legend.get(name) ?? "", /^\d+$/, name);
    for (const name of lettered) assert.match(legend.get(name) ?? "", /^[A-Z]$/, name);
    assert.deepEqual(
      numbers,
      parts.map((_, at) => String(at + 1)),
    );
    assert.deepEqual(
      letters,
      lettered.map((_, at) => String.fromCharCode("A".charCodeAt(0) + at)),
    );
  });

  test("point at each of them, and at nothing else", () => {
    const shown = Object.values<readonly Callout[]>(pictures).flat();
    const letteredParts = [...new Set(shown.map(({ name }) => name))].toSorted();
    assert.deepEqual(letteredParts, [...parts, ...lettered].toSorted());
  });
});
