import { setTimeout as sleep } from "node:timers/promises";
import { ourBar, theirBar, writeChart, type Group } from "../chart.js";
import { launchBrowser } from "../../test/support/browser.js";
import { start } from "../server/support/child.js";
import { enroll } from "../server/support/phone.js";
import { buildFiles, filesDirectory } from "./pages/build.js";
import { unthrottled, type Condition } from "./support/conditions.js";
import { open, user, type Client } from "./support/done.js";
import { faults, type Fault } from "./support/fault.js";
import { firstFrame } from "./support/first-frame.js";
import { readFlags } from "./support/flags.js";
import { pageNames, type PageName } from "./pages/pages.js";
import { compare, describe } from "./support/pairs.js";
import { inTurn } from "./support/turns.js";

/**
 * Measures what a person waits for: from navigation to the first frame with a code that a reader decodes, and from
 * "done" on the phone to the page that knows it. Each round opens every page once, in rotated order, and then makes the
 * round's logins, each through its own proxy.
 */
const { rounds, conditions, isWhole } = readFlags(15);
await buildFiles();
const tokenServer = await start("token-server", ["--code-seconds=60"]);
const site = await start("../../widget/pages/site-server", [tokenServer.url, filesDirectory]);
await enroll(tokenServer.url, user);
const browser = await launchBrowser();

/** A person needs at least this long to open an app, scan a code, and read and accept a message. */
const personMs = 4_000;
const labels: Readonly<Record<PageName, string>> = {
  tag: "the tag alone",
  early: "with early.js",
  begin: "with kit.begin",
  bare: "bare page",
  yivi: "yivi",
};
const clients: readonly Client[] = ["tag", "yivi"];
const key = (client: Client, fault: Fault): string => `${client}, ${fault}`;

// A warm-up: browser and servers are slowest when they do something for the first time.
await frames(unthrottled, 0, () => undefined);
await logins(unthrottled, 0);
const firstCodes: Group[] = [];
let known: Group[] = [];
for (const condition of conditions) {
  const framesMs = new Map<PageName, number[]>(pageNames.map((name) => [name, []]));
  const loginsMs = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    await frames(condition, round, (name, ms) => framesMs.get(name)?.push(ms));
    for (const [which, ms] of await logins(condition, round))
      loginsMs.set(which, [...(loginsMs.get(which) ?? []), ms]);
  }
  report(condition, framesMs, loginsMs);
  firstCodes.push({
    heading: condition.name,
    bars: pageNames.map((name) =>
      (name === "bare" || name === "yivi" ? theirBar : ourBar)(labels[name], framesMs.get(name) ?? []),
    ),
  });
  // The picture has the last, slowest condition.
  known = faults.map((fault) => ({
    heading: `stream: ${fault}`,
    bars: clients.map((client) =>
      (client === "tag" ? ourBar : theirBar)(labels[client], loginsMs.get(key(client, fault)) ?? []),
    ),
  }));
}
if (isWhole) {
  writeChart("first-code", "ms", ...firstCodes);
  writeChart("done-to-known", "ms", ...known);
}
await browser.close();
for (const child of [site, tokenServer]) child.kill();
process.exit();

/** Every page's first frame. */
async function frames(
  condition: Condition,
  round: number,
  found: (name: PageName, ms: number) => void,
): Promise<void> {
  for (const name of inTurn(pageNames, round))
    found(name, await firstFrame(browser, `${site.url}/${name}`, condition));
}

/**
 * One login for each client and fault. All pages are opened first and then finished one by one, so that no other login
 * runs while one is measured.
 */
async function logins(condition: Condition, round: number): Promise<[string, number][]> {
  const urls = { siteUrl: site.url, tokenServerUrl: tokenServer.url };
  const waiting = [];
  for (const fault of faults) {
    const afterFaultMs = Math.random() * 1_000;
    for (const client of inTurn(clients, round)) {
      const { finish } = await open({ browser, client, fault, condition, ...urls });
      waiting.push({ which: key(client, fault), finish: () => finish(afterFaultMs) });
    }
  }
  await sleep(personMs);
  const known: [string, number][] = [];
  for (const { which, finish } of waiting) known.push([which, await finish()]);
  return known;
}

function report(
  condition: Condition,
  framesMs: Map<PageName, number[]>,
  loginsMs: Map<string, number[]>,
): void {
  console.log(`\n${condition.name}: ${rounds} rounds`);
  console.log(" From navigation to the first frame that decodes, medians");
  for (const [name, values] of framesMs) describe(name, "ms", values);
  console.log(" Ratios, medians of the pairs");
  const ratio = (
    what: string,
    ours: PageName,
    theirs: PageName,
    bound: { atMost?: number; isStrict?: boolean },
  ) => compare({ what, ours: framesMs.get(ours) ?? [], theirs: framesMs.get(theirs) ?? [], ...bound });
  // Without a bound: it shows what the element's own code costs.
  ratio("the tag alone to the bare page", "tag", "bare", {});
  ratio("the tag alone to yivi", "tag", "yivi", { atMost: 1, isStrict: true });
  ratio("early.js to yivi", "early", "yivi", { atMost: 0.85 });
  ratio("kit.begin to yivi", "begin", "yivi", { atMost: 0.45 });
  console.log(" From done on the phone to the page that knows it, medians");
  for (const fault of faults)
    for (const client of clients) describe(key(client, fault), "ms", loginsMs.get(key(client, fault)) ?? []);
  console.log(" Ratios of the tag to yivi, medians of the pairs");
  for (const fault of faults) {
    const [ours, theirs] = clients.map((client) => loginsMs.get(key(client, fault)) ?? []);
    compare({
      what: `stream: ${fault}`,
      ours: ours ?? [],
      theirs: theirs ?? [],
      ...(fault !== "none" && { atMost: 1 }),
    });
  }
}
