import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../../support/browser.js";
import { render, type Condition, type Tally } from "./renders.js";
import { readerNames } from "./readers.js";
import { startSite, type Site } from "./site.js";

/** How many renders all suites make together; `RENDERS` asks for another number. */
const total = Number(process.env["RENDERS"] ?? 2_100);
/** The same renders in every run; another `SEED` makes others. */
const seed = process.env["SEED"] ?? "1";

/** A suite that renders its conditions' share of random codes, and has two readers look at each. */
export function suite(name: string, conditions: readonly Condition[]): void {
  describe(name, () => {
    let browser: Browser;
    let site: Site;
    const tallies: Tally[] = [];

    before(async () => {
      [browser, site] = await Promise.all([launchBrowser(), startSite()]);
    });
    after(async () => {
      await browser.close();
      await site.close();
      console.log(`\nSEED=${seed} RENDERS=${total}\n${table([...tallies, sum("all", tallies)])}`);
      console.log(missesOf(sum("all", tallies)));
    });

    for (const condition of conditions)
      it(`is black on white and readable: ${condition.name}`, async () => {
        const count = Math.ceil((total * condition.share) / 100);
        const tally = await render(browser, site, condition, seed, count);
        tallies.push(tally);
        const flaws = tally.misses.filter(({ what }) => !/^(zbar|ZXing): /.test(what));
        assert.equal(tally.exact, tally.renders, missesOf({ ...tally, misses: flaws.slice(0, 3) }));
      });

    it("is read by two independent readers, at least 99.5 % by each", () => {
      const { renders, read } = sum("all", tallies);
      for (const reader of readerNames)
        assert.ok(read[reader] / renders >= 0.995, `${reader} read ${read[reader]} of ${renders}`);
    });
  });
}

const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(2)} %`;

/** All of some tallies as one. */
const sum = (condition: string, tallies: readonly Tally[]): Tally => {
  const total = (of: (tally: Tally) => number) => tallies.reduce((result, tally) => result + of(tally), 0);
  return {
    condition,
    renders: total(({ renders }) => renders),
    read: { zbar: total(({ read }) => read.zbar), ZXing: total(({ read }) => read.ZXing) },
    exact: total(({ exact }) => exact),
    misses: tallies.flatMap(({ misses }) => misses),
  };
};

/** A line a condition: renders, what each reader read, what was exact to the module. */
const table = (tallies: readonly Tally[]): string =>
  [
    `| condition | renders | ${readerNames.join(" | ")} | exact |`,
    `| --- | --- | ${readerNames.map(() => "---").join(" | ")} | --- |`,
    ...tallies.map(({ condition, renders, read, exact }) => {
      const reads = readerNames.map((name) => percent(read[name], renders));
      return `| ${condition} | ${renders} | ${reads.join(" | ")} | ${percent(exact, renders)} |`;
    }),
  ].join("\n");

/** Each render that went wrong, with what repeats it. */
const missesOf = ({ misses }: Tally): string =>
  misses
    .map(
      ({ condition, seed, what, devicePixelRatio, width, css }) =>
        `${condition}, ${width} px at ${devicePixelRatio}×: ${what} (${seed})\n    ${css}`,
    )
    .join("\n");
