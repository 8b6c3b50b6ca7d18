import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launchBrowser } from "../../test/support/browser.js";
import { start } from "../server/support/child.js";
import { buildFiles, filesDirectory } from "../widget/pages/build.js";
import { pageNames, type PageName } from "../widget/pages/pages.js";
import { conditions, type Condition } from "../widget/support/conditions.js";
import { firstFrame } from "../widget/support/first-frame.js";
import { compare, describe } from "../widget/support/pairs.js";

/**
 * The first code beside that of another checkout, whose dependencies are installed:
 *
 *     node --import tsx bench/compare/widget.ts ../before [PAGE…]
 *
 * Both elements are served by this checkout's server, in turns, with codes of one minute and of five: the time of the second is
 * words besides.
 */
const codeSeconds = [60, 300];
const rounds = 40;
const warmUp = 2;

const [other, ...named] = process.argv.slice(2);
if (other === undefined) throw new Error("It needs the path of another checkout.");
const there = (await import(pathToFileURL(resolve(other, "bench/widget/pages/build.ts")).href)) as {
  buildFiles: typeof buildFiles;
  filesDirectory: string;
};
const pages = pageNames.filter((name) =>
  (named.length > 0 ? named : ["tag", "early", "begin"]).includes(name),
);
await buildFiles();
await there.buildFiles();

const browser = await launchBrowser();
for (const seconds of codeSeconds) await measureCodes(seconds);
await browser.close();
process.exit();

async function measureCodes(seconds: number): Promise<void> {
  const tokenServer = await start("token-server", [`--code-seconds=${seconds}`]);
  const serve = (directory: string) => start("../../widget/pages/site-server", [tokenServer.url, directory]);
  const ourSite = await serve(filesDirectory);
  const theirSite = await serve(there.filesDirectory);
  for (const condition of conditions.slice(0, 2)) {
    console.log(
      `\n${condition.name}, codes of ${seconds} s: ${rounds} rounds, from navigation to the first frame that decodes`,
    );
    for (const page of pages) await measure(page, condition, ourSite.url, theirSite.url);
  }
  for (const child of [ourSite, theirSite, tokenServer]) child.kill();
}

async function measure(
  page: PageName,
  condition: Condition,
  ourUrl: string,
  theirUrl: string,
): Promise<void> {
  const ours: number[] = [];
  const theirs: number[] = [];
  const sides = [
    { url: `${ourUrl}/${page}`, values: ours },
    { url: `${theirUrl}/${page}`, values: theirs },
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
