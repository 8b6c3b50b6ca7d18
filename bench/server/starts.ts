import { startRedis } from "../../test/support/services/redis.js";
import { start, type Child } from "./support/child.js";
import { ourBar, theirBar, writeChart } from "../chart.js";
import { conclude, perSecond } from "../figures.js";
import { openPage } from "./support/visitor.js";

/**
 * Starts a second: `POST /otp-login` of browsers that are new to the site, answered 201 with a code, over connections
 * that are kept alive. The Token Server behind it only starts transactions. The servers are measured in turns, so that
 * a busy moment of the machine affects all of them.
 */
const rounds = 3;
const warmUp = 1500;
const starts = 4000;
const atATime = 32;

const tokenServer = await start("quick-token-server");
const redis = await startRedis();
const unlimited = { UNLIMITED: "1" };
const bare = await start("bare-server", [tokenServer.url]);
const onMemory = await start("kit-server", [tokenServer.url], unlimited);
const onRedis = await start("kit-on-redis-server", [tokenServer.url], { ...unlimited, REDIS_URL: redis.url });

const run = (site: Child, count: number): Promise<number> =>
  perSecond(count, atATime, () => openPage(site.url));

const figures = new Map<Child, number[]>([bare, onMemory, onRedis].map((site) => [site, []]));
for (const site of figures.keys()) await run(site, warmUp);
for (let round = 0; round < rounds; round++) {
  for (const [site, values] of figures) values.push(await run(site, starts));
}
for (const child of [...figures.keys(), tokenServer]) child.kill();
await redis.stop();

console.log(`${rounds} × ${starts} starts, ${atATime} at a time`);
const unit = " starts/s";
const of = (site: Child): number[] => figures.get(site) ?? [];
conclude({
  what: "on memory",
  unit,
  values: of(onMemory),
  bare: of(bare),
  bounds: [{ of: "figure", relation: "≥", value: 1000 }],
});
conclude({
  what: "on Redis",
  unit,
  values: of(onRedis),
  bare: of(bare),
  bounds: [{ of: "figure", relation: "≥", value: 500 }],
});
writeChart("starts", "starts/s", {
  bars: [
    theirBar("bare node:http", of(bare)),
    ourBar("the kit on memory", of(onMemory)),
    ourBar("the kit on Redis", of(onRedis)),
  ],
});
process.exit();
