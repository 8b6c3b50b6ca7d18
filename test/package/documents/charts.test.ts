import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { drawCharts } from "../../../bench/charts.js";
import { readResults } from "../../../bench/results.js";

describe("The bars of docs/performance.md", () => {
  test("are those that the benches' own figures give, and each is on the page", () => {
    const folder = "docs/performance";
    const files = existsSync(folder) ? readdirSync(folder).map((file) => `${folder}/${file}`) : [];
    const drawn = drawCharts(readResults());
    assert.deepEqual(files.sort(), [...drawn.keys()].sort());
    const page = readFileSync("docs/performance.md", "utf8");
    for (const [file, picture] of drawn) {
      assert.equal(readFileSync(file, "utf8"), picture, file);
      assert.ok(page.includes(`](${file.replace("docs/", "")})`), file);
    }
  });

  test("are as long as their figures, for light pages and for dark ones", () => {
    const bars = [
      { name: "ours", value: 100, isOurs: true },
      { name: "theirs", value: 400, isOurs: false },
    ];
    const drawn = drawCharts({ known: { "a slow network": { rounds: 3, bars } } });
    assert.deepEqual(
      [...drawn.keys()],
      ["docs/performance/known-light.svg", "docs/performance/known-dark.svg"],
    );
    for (const picture of drawn.values()) {
      const lengths = [...picture.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, length]) =>
        Number(length),
      );
      assert.equal(lengths.length, 2);
      assert.equal(lengths[1]! / lengths[0]!, 4);
      assert.match(picture, /a slow network, medians of 3 rounds/);
    }
  });
});
