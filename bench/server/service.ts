import { conclude, median, perSecond } from "../figures.js";
import { start } from "./support/child.js";
import { logIn } from "./support/full-login.js";
import { enrollUsers, type AsUser } from "./support/phone.js";
import { startService } from "./support/service.js";
import { openPage } from "./support/visitor.js";

/**
 * What a login loses by the built `serve`, with its log and its counts, beside a kit that is mounted as the guide says: starts,
 * and full logins up to the answer of the login call. Both load the kit from the built package, keep attempts in memory, and
 * are measured in turns. Many short rounds, because the machine's own speed changes within a second. And several pairs of new
 * processes, because two equal processes differ by some percent for as long as they run: V8 compiles each in its own way.
 */
const pairs = 25;
const rounds = 4;
const atATime = 32;
const leastPercent = 95;

interface Task {
  what: string;
  unit: string;
  tokenServer: "quick-token-server" | "token-server";
  warmUp: number;
  count: number;
  run: (siteUrl: string, tokenServerUrl: string, asUser: AsUser) => Promise<unknown>;
}

const tasks: Task[] = [
  {
    what: "starts",
    unit: " starts/s",
    tokenServer: "quick-token-server",
    warmUp: 2000,
    count: 500,
    run: (siteUrl) => openPage(siteUrl),
  },
  {
    what: "logins",
    unit: " logins/s",
    tokenServer: "token-server",
    warmUp: 300,
    count: 100,
    run: (siteUrl, tokenServerUrl, asUser) => asUser((user) => logIn(tokenServerUrl, siteUrl, user)),
  },
];

for (const { what, unit, tokenServer: kind, warmUp, count, run } of tasks) {
  const tokenServer = await start(kind);
  const asUser = await enrollUsers(tokenServer.url, kind === "token-server" ? atATime : 0);
  const measure = (url: string, times: number) =>
    perSecond(times, atATime, () => run(url, tokenServer.url, asUser));
  const [ofKit, ofService, percents]: [number[], number[], number[]] = [[], [], []];
  for (let pair = 0; pair < pairs; pair++) {
    const kit = await start("kit-server", [tokenServer.url], { UNLIMITED: "1" }, { ofPackage: true });
    const service = await startService(tokenServer.url);
    const here = { kit: [] as number[], service: [] as number[] };
    for (const { url } of [kit, service]) await measure(url, warmUp);
    for (let round = 0; round < rounds; round++) {
      // Whoever comes second has a warmer client.
      const first = round % 2 === 0;
      if (first) here.kit.push(await measure(kit.url, count));
      here.service.push(await measure(service.url, count));
      if (!first) here.kit.push(await measure(kit.url, count));
    }
    for (const child of [kit, service]) child.kill();
    ofKit.push(median(here.kit));
    ofService.push(median(here.service));
    percents.push((100 * median(here.service)) / median(here.kit));
  }
  tokenServer.kill();
  conclude({ what: `${what}, a mounted kit`, unit, values: ofKit, bounds: [] });
  conclude({ what: `${what}, serve`, unit, values: ofService, bounds: [] });
  conclude({
    what: `${what}, serve beside the kit, of each pair`,
    unit: " %",
    values: percents,
    bounds: [{ of: "figure", relation: "≥", value: leastPercent }],
  });
}
process.exit();
