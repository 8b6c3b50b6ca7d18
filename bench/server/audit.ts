import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conclude, median, perSecond } from "../figures.js";
import { start } from "./support/child.js";
import { logIn } from "./support/full-login.js";
import { enrollUsers } from "./support/phone.js";
import { startService } from "./support/service.js";

/**
 * What an audit costs: processor time of `serve` for a full login up to the ticket, with an audit in a file beside one without, and
 * with pseudonyms in the log besides. In pairs of new processes that run in turns. `OTHER=…/cli.js` measures another build, without
 * an audit, in place of this one's: what a login without an audit costs beside it.
 */
const pairs = Number(process.env["PAIRS"] ?? 8);
const rounds = 4;
const logins = 200;
const atATime = 16;

const other = process.env["OTHER"];
const file = join(mkdtempSync(join(tmpdir(), "onegini-bench-")), "audit.log");
const variants = other
  ? [{ what: "without an audit, beside the other build", more: {} }]
  : [
      { what: "with an audit, beside none", more: { audit: file } },
      {
        what: "with an audit and pseudonyms, beside neither",
        more: { audit: file, "pseudonym-key": "a-key-of-pseudonyms-of-32-characters" },
      },
    ];

const tokenServer = await start("token-server");
const asUser = await enrollUsers(tokenServer.url, atATime);
const run = (url: string): Promise<number> =>
  perSecond(logins, atATime, () => asUser((user) => logIn(tokenServer.url, url, user)));

for (const { what, more } of variants) {
  const percents: number[] = [];
  const milliseconds: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const [none, one] = await Promise.all([
      startService(tokenServer.url, {}, other),
      startService(tokenServer.url, more),
    ]);
    const took = new Map([none, one].map((service) => [service, [] as number[]]));
    for (const { url } of [none, one]) await run(url);
    for (let round = 0; round < rounds; round++)
      for (const service of round % 2 === 0 ? [none, one] : [one, none]) {
        const before = service.processorSeconds();
        await run(service.url);
        took.get(service)?.push(((service.processorSeconds() - before) * 1000) / logins);
      }
    for (const service of [none, one]) service.kill();
    const [ofNone, ofOne] = [median(took.get(none) ?? []), median(took.get(one) ?? [])];
    percents.push((100 * ofOne) / ofNone);
    milliseconds.push(ofNone);
  }
  conclude({ what: "a login, without", unit: " ms", values: milliseconds, bounds: [] });
  conclude({
    what: `a login, ${what}, of each pair`,
    unit: " %",
    values: percents,
    bounds: [{ of: "figure", relation: "≤", value: 105 }],
  });
}
tokenServer.kill();
process.exit();
