import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { startRedis } from "../../test/support/services/redis.js";
import { conclude, perSecond } from "../figures.js";
import { start as startHere, type Child } from "../server/support/child.js";
import { logIn } from "../server/support/full-login.js";
import { inTurns } from "../server/support/in-turns.js";
import { enrollUsers } from "../server/support/phone.js";
import { openPage } from "../server/support/visitor.js";

/**
 * Starts and full logins a second beside those of another checkout, whose dependencies are installed:
 *
 *     node --import tsx bench/compare/server.ts ../before
 *
 * One process of Node is up to 5 % faster than the next one of the same code. So the servers are started anew many times, and the
 * medians of all are compared.
 */
const processes = 8;
const rounds = 2;
const warmUp = { starts: 1500, logins: 150 };
const count = { starts: 3000, logins: 300 };
const atATime = 32;

const [other] = process.argv.slice(2);
if (other === undefined) throw new Error("It needs the path of another checkout.");
const { start: startThere } = (await import(
  pathToFileURL(resolve(other, "bench/server/support/child.ts")).href
)) as { start: typeof startHere };

const quick = await startHere("quick-token-server");
const whole = await startHere("token-server");
const redis = await startRedis();
const asUser = await enrollUsers(whole.url, atATime);

const runStarts = ({ url }: Child, howMany: number): Promise<number> =>
  perSecond(howMany, atATime, () => openPage(url));

const runLogins = ({ url }: Child, howMany: number): Promise<number> =>
  perSecond(howMany, atATime, () => asUser((user) => logIn(whole.url, url, user)));

const servers = [
  ["on memory", "kit-server"],
  ["on Redis", "kit-on-redis-server"],
] as const;
for (const [where, server] of servers) {
  for (const [what, tokenServer, run] of [
    ["starts", quick, runStarts],
    ["logins", whole, runLogins],
  ] as const) {
    const figures = { here: [] as number[], there: [] as number[] };
    const env = { UNLIMITED: "1", REDIS_URL: redis.url };
    for (let again = 0; again < processes; again++) {
      const here = await startHere(server, [tokenServer.url], env);
      const there = await startThere(server, [tokenServer.url], env);
      for (const site of [here, there]) await run(site, warmUp[what]);
      const turns = await inTurns(rounds, {
        here: () => run(here, count[what]),
        there: () => run(there, count[what]),
      });
      figures.here.push(...turns.here);
      figures.there.push(...turns.there);
      for (const site of [here, there]) site.kill();
    }
    conclude({
      what: `${what} ${where}`,
      unit: ` ${what}/s`,
      values: figures.here,
      bare: figures.there,
      baseline: "the other checkout",
      bounds: [{ of: "ratio", relation: "≥", value: 0.95 }],
    });
  }
}
for (const child of [quick, whole]) child.kill();
await redis.stop();
process.exit();
