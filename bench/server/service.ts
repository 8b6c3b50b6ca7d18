import { conclude, median, perSecond } from "../figures.js";
import { start } from "./support/child.js";
import { logIn } from "./support/full-login.js";
import { enroll } from "./support/phone.js";
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

const users = Array.from({ length: atATime }, (_, index) => `user-${index}`);

interface Task {
  what: string;
  unit: string;
  tokenServer: "quick-token-server" | "token-server";
  warmUp: number;
  count: number;
  run: (tokenServerUrl: string, siteUrl: string) => Promise<void>;
}

const free = [...users];
const tasks: Task[] = [
  {
    what: "starts",
    unit: " starts/s",
    tokenServer: "quick-token-server",
    warmUp: 2000,
    count: 500,
    run: async (_, siteUrl) => void (await openPage(siteUrl)),
  },
  {
    what: "logins",
    unit: " logins/s",
    tokenServer: "token-server",
    warmUp: 300,
    count: 100,
    async run(tokenServerUrl, siteUrl) {
      const user = free.pop() ?? "";
      await logIn(tokenServerUrl, siteUrl, user);
      free.push(user);
    },
  },
];

for (const { what, unit, tokenServer: kind, warmUp, count, run } of tasks) {
  const tokenServer = await start(kind);
  if (kind === "token-server") for (const user of users) await enroll(tokenServer.url, user);
  const measure = (url: string, times: number) => perSecond(times, atATime, () => run(tokenServer.url, url));
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
