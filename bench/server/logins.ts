import { startRedis } from "../../test/support/services/redis.js";
import { start } from "./support/child.js";
import { ourBar, theirBar, writeChart } from "../chart.js";
import { conclude, perSecond } from "../figures.js";
import { logIn } from "./support/full-login.js";
import { enrollUsers } from "./support/phone.js";

/**
 * Full logins a second: the page's start, its stream, the scan and the acceptance at the emulator, its callback, the
 * result call, the approval on the stream, the login. On Redis there are two nodes: one gets starts, callbacks and
 * logins, the other holds the streams.
 */
const rounds = 3;
const warmUp = 200;
const logins = 600;
const atATime = 32;

const tokenServer = await start("token-server");
const redis = await startRedis();
const unlimited = { UNLIMITED: "1" };
const redisUrl = { ...unlimited, REDIS_URL: redis.url };
const bare = await start("bare-server", [tokenServer.url]);
const onMemory = await start("kit-server", [tokenServer.url], unlimited);
const node = await start("kit-on-redis-server", [tokenServer.url], redisUrl);
const otherNode = await start("kit-on-redis-server", [tokenServer.url, node.url], redisUrl);
const asUser = await enrollUsers(tokenServer.url, atATime);

interface Site {
  url: string;
  streamsUrl: string;
}

async function logInAt({ url, streamsUrl }: Site, user: string): Promise<void> {
  const { headers } = await logIn(tokenServer.url, url, user, { streamsUrl });
  if (!headers.getSetCookie()[0]?.startsWith("session=")) throw new Error("A login has no session");
}

const run = (site: Site, count: number): Promise<number> =>
  perSecond(count, atATime, () => asUser((user) => logInAt(site, user)));

const siteOf = (url: string, streamsUrl = url): Site => ({ url, streamsUrl });
const [bareSite, memorySite] = [siteOf(bare.url), siteOf(onMemory.url)];
const redisSite = siteOf(node.url, otherNode.url);
const figures = new Map<Site, number[]>([bareSite, memorySite, redisSite].map((site) => [site, []]));
for (const site of figures.keys()) await run(site, warmUp);
for (let round = 0; round < rounds; round++) {
  for (const [site, values] of figures) values.push(await run(site, logins));
}
for (const child of [bare, onMemory, node, otherNode, tokenServer]) child.kill();
await redis.stop();

console.log(`${rounds} × ${logins} full logins, ${atATime} at a time`);
const unit = " logins/s";
const of = (site: Site): number[] => figures.get(site) ?? [];
conclude({
  what: "on memory",
  unit,
  values: of(memorySite),
  bare: of(bareSite),
  bounds: [{ of: "figure", relation: "≥", value: 200 }],
});
conclude({
  what: "on two nodes and Redis",
  unit,
  values: of(redisSite),
  bare: of(bareSite),
  bounds: [{ of: "figure", relation: "≥", value: 100 }],
});
writeChart("logins", "logins/s", {
  bars: [
    theirBar("bare node:http", of(bareSite)),
    ourBar("the kit on memory", of(memorySite)),
    ourBar("two nodes and Redis", of(redisSite)),
  ],
});
process.exit();
