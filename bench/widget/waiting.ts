import type { Browser } from "playwright-core";
import { ourBar, theirBar, writeChart } from "../chart.js";
import { launchBrowser } from "../../test/support/browser.js";
import { start } from "../server/support/child.js";
import { buildFiles, filesDirectory } from "./pages/build.js";
import { readFlags } from "./support/flags.js";
import { compare, describe } from "./support/pairs.js";
import { costOf, parts, type Cost } from "./support/waiting-cost.js";

/**
 * Measures what a waiting page costs: script, style and layout of the element, compared with a page that changes one
 * text a second. They are measured in turns. Codes live for a minute, so one renewal is included.
 */
const { rounds, isSmoke, isWhole } = readFlags(3);
const seconds = isSmoke ? 5 : 60;
await buildFiles();
const tokenServer = await start("token-server", ["--code-seconds=60"]);
const site = await start("../../widget/pages/site-server", [tokenServer.url, filesDirectory]);
const browser = await launchBrowser();

const element: Cost[] = [];
const clock: Cost[] = [];
for (let round = 0; round < rounds; round++) {
  element.push(await cost(browser, "tag"));
  clock.push(await cost(browser, "clock"));
}
await browser.close();
for (const child of [site, tokenServer]) child.kill();

console.log(`${seconds} s of waiting, ${rounds} rounds`);
for (const part of [...parts, "together"] as const) {
  const [ours, theirs] = [element, clock].map((costs) => costs.map((cost) => cost[part]));
  describe(`the tag: ${part}`, "ms", ours ?? []);
  describe(`one text: ${part}`, "ms", theirs ?? []);
  compare({
    what: `${part}, median of the pairs`,
    ours: ours ?? [],
    theirs: theirs ?? [],
    ...(part === "together" && { atMost: 3 }),
  });
}
if (isWhole) {
  const together = (costs: readonly Cost[]): number[] => costs.map((cost) => cost.together);
  writeChart("waiting", "ms", {
    bars: [ourBar("the tag", together(element)), theirBar("one text a second", together(clock))],
  });
}
process.exit();

function cost(browser: Browser, page: string): Promise<Cost> {
  return costOf(browser, `${site.url}/${page}`, seconds);
}
