import { setTimeout as sleep } from "node:timers/promises";
import { startRedis } from "../../test/support/services/redis.js";
import { start, type Child } from "./support/child.js";
import { Crowd, type Return } from "./support/crowd.js";
import { conclude, eachOf, percentile } from "../figures.js";
import { accept, enroll, scan } from "./support/phone.js";
import { ask, openPage } from "./support/visitor.js";

/**
 * Ten thousand open login pages on one node: their memory, how fast a callback becomes a status, and how the pages
 * reconnect when all of their connections are cut at once.
 */
const streams = 10_000;
const atATime = 32;
/** Below the thousand starts a second that one address gets here. */
const startsASecond = 800;
/** Long enough for every stream to send one keep-alive. */
const holdSeconds = 17;
const samples = 1000;
const samplesAtATime = 8;
/** Below the thousand result calls a second that one address gets here. */
const samplesASecond = 300;
const maxReturnSeconds = 15;

/** It sends no callbacks: this program posts them itself, so that it knows the moment. */
const tokenServer = await start("token-server", ["--lose-callbacks"]);
const users = Array.from({ length: samplesAtATime }, (_, index) => `user-${index}`);
for (const user of users) await enroll(tokenServer.url, user);

interface Measured {
  emptyBytes: number;
  peakBytes: number;
  latenciesMs: number[];
  back: Return;
}

/** @param beganByPages true: each attempt is begun by a real start. False: the server only gets streams */
async function measure(server: Child, beganByPages: boolean): Promise<Measured> {
  const { now: emptyBytes } = server.memory();
  const crowd = new Crowd(streams, server.url);
  await (beganByPages ? crowd.startAndOpen(atATime, startsASecond) : crowd.openOnly(atATime));
  await sleep(holdSeconds * 1000);
  const { peak: peakBytes } = server.memory();
  const latenciesMs = await latencies(server.url);
  const back = await crowd.comeBack(() => server.cut(), maxReturnSeconds);
  crowd.leave();
  server.kill();
  return { emptyBytes, peakBytes, latenciesMs, back };
}

/** From the callback's arrival to the status on the page's stream. */
async function latencies(site: string): Promise<number[]> {
  const times: number[] = [];
  const free = [...users];
  const beganAt = performance.now();
  await eachOf(samples, samplesAtATime, async (index) => {
    await sleep(beganAt + (index * 1000) / samplesASecond - performance.now());
    const user = free.pop() ?? "";
    const { visitor, attempt, otp } = await openPage(site);
    const stream = await visitor.stream(attempt);
    await stream.status("pending");
    const transaction = await scan(tokenServer.url, user, otp);
    await accept(tokenServer.url, transaction);
    const calledAt = performance.now();
    const callback = ask(`${site}/otp-login/callback`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ callback_uri: `${site}/otp-login/callback`, transaction_id: transaction }),
    });
    await stream.status("approved");
    times.push(performance.now() - calledAt);
    await callback;
    free.push(user);
  });
  return times;
}

/** Kills a node, and measures how its streams reconnect to another node on the same store. */
async function measureLostNode(): Promise<Return> {
  const redis = await startRedis();
  const redisUrl = { REDIS_URL: redis.url };
  const node = await start("kit-on-redis-server", [tokenServer.url], redisUrl);
  const otherNode = await start("kit-on-redis-server", [tokenServer.url, node.url], redisUrl);
  const crowd = new Crowd(streams, node.url);
  await crowd.startAndOpen(atATime, startsASecond);
  const back = await crowd.comeBack(() => node.kill(), maxReturnSeconds, otherNode.url);
  crowd.leave();
  otherNode.kill();
  await redis.stop();
  return back;
}

const bare = await measure(await start("bare-server", [tokenServer.url]), false);
const kit = await measure(await start("kit-server", [tokenServer.url]), true);
const lostNode = await measureLostNode();
tokenServer.kill();

const perStream = ({ peakBytes, emptyBytes }: Measured): number[] => [
  (peakBytes - emptyBytes) / streams / 1000,
];
console.log(
  `${streams} open streams, each of its own browser, each attempt begun by a real start (bare node:http: only streams)`,
);
console.log(
  `No garbage collection is forced. Without streams: ${(kit.emptyBytes / 1e6).toFixed(0)} MB, ${(bare.emptyBytes / 1e6).toFixed(0)} MB`,
);
conclude({
  what: "resident memory at its peak",
  unit: " MB",
  values: [kit.peakBytes / 1e6],
  bare: [bare.peakBytes / 1e6],
  bounds: [{ of: "figure", relation: "≤", value: 260 }],
});
conclude({
  what: "memory per stream, including its attempt and start",
  unit: " kB",
  values: perStream(kit),
  bare: perStream(bare),
  bounds: [{ of: "ratio", relation: "≤", value: 1.4 }],
});
console.log(
  `${samples} callbacks, ${samplesAtATime} at a time; median ${percentile(kit.latenciesMs, 0.5).toFixed(1)} ms`,
);
conclude({
  what: "from callback to status, p99",
  unit: " ms",
  values: [percentile(kit.latenciesMs, 0.99)],
  bare: [percentile(bare.latenciesMs, 0.99)],
  bounds: [{ of: "figure", relation: "≤", value: 300 }],
});
concludeReturn("all cut on one node, until the last is back", kit.back, bare.back);
concludeReturn("a node killed, until the last is back on the other, on Redis", lostNode, bare.back);
process.exit();

function concludeReturn(what: string, { seconds, refused, missing }: Return, baseline: Return): void {
  conclude({
    what,
    unit: " s",
    values: [missing > 0 ? Infinity : seconds],
    bare: [baseline.seconds],
    bounds: [{ of: "figure", relation: "≤", value: maxReturnSeconds }],
  });
  const count = [...refused.values()].reduce((sum, some) => sum + some, 0);
  const words = [...refused].map(([why, some]) => `${some} × ${why}`).join(", ");
  if (count > 0) console.log(`  ${words}`);
  conclude({
    what: "  requests refused meanwhile",
    unit: "",
    values: [count],
    bounds: [{ of: "figure", relation: "≤", value: 0 }],
  });
}
