import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launchBrowser } from "../../test/support/browser.js";
import { start } from "../server/support/child.js";
import { buildFiles, filesDirectory } from "../widget/pages/build.js";
import type { PageName } from "../widget/pages/pages.js";
import { conditions, type Condition } from "../widget/support/conditions.js";
import { firstFrame } from "../widget/support/first-frame.js";
import { compare, describe } from "../widget/support/pairs.js";

/**
 * The first code beside that of another checkout, whose dependencies are installed:
 *
 *     node --import tsx bench/compare/widget.ts ../before
 *
 * Both elements are served by this checkout's server, in turns.
 */
const rounds = 40;
const warmUp = 2;
const pages: readonly PageName[] = ["tag", "early", "begin"];

const [other] = process.argv.slice(2);
if (other === undefined) throw new Error("It needs the path of another checkout.");
const there = (await import(pathToFileURL(resolve(other, "bench/widget/pages/build.ts")).href)) as {
  buildFiles: typeof buildFiles;
  filesDirectory: string;
};
await buildFiles();
await there.buildFiles();

const tokenServer = await start("token-server");
const serve = (directory: string) => start("../../widget/pages/site-server", [tokenServer.url, directory]);
const ourSite = await serve(filesDirectory);
const theirSite = await serve(there.filesDirectory);
const browser = await launchBrowser();

for (const condition of conditions.slice(0, 2)) {
  console.log(`\n${condition.name}: ${rounds} rounds, from navigation to the first frame that decodes`);
  for (const page of pages) await measure(page, condition);
}
await browser.close();
for (const child of [ourSite, theirSite, tokenServer]) child.kill();
process.exit();

async function measure(page: PageName, condition: Condition): Promise<void> {
  const ours: number[] = [];
  const theirs: number[] = [];
  const sides = [
    { url: `${ourSite.url}/${page}`, values: ours },
    { url: `${theirSite.url}/${page}`, values: theirs },
  ];
  for (let round = -warmUp; round < rounds; round++) {
    for (const { url, values } of round % 2 === 0 ? sides : sides.toReversed()) {
      const ms = await firstFrame(browser, url, condition);
      if (round >= 0) values.push(ms);
    }
  }
  describe(`${page}, here`, "ms", ours);
  describe(`${page}, there`, "ms", theirs);
  compare({ what: `${page}, here to there`, ours, theirs, atMost: 1.03 });
}
