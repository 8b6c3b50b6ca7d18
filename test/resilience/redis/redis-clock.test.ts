import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "redis";
import { RedisClock } from "../../../src/server/redis/redis-clock.js";
import { timeScript } from "../../../src/server/redis/redis-scripts.js";
import { startRedis } from "../../support/services/redis.js";
import { holds } from "../../unit/server/support/holds.js";

/** A Redis whose clock and whose slowness a test decides; the process's own clock starts at 0. */
function scripted() {
  const its = { now: 0, redis: 1_000_000, questionMs: 0, answerMs: 0, fails: false, correction: "0" };
  const ask = (known: string, next: string): Promise<unknown> => {
    if (its.fails) return Promise.reject(new Error("down"));
    if (next !== "" && known === its.correction) its.correction = next;
    its.now += its.questionMs;
    const time = its.now + its.redis;
    its.now += its.answerMs;
    const [seconds, microseconds] = [Math.floor(time / 1000), (time % 1000) * 1000];
    return Promise.resolve([String(seconds), String(microseconds), its.correction]);
  };
  const another = () => new RedisClock(ask, () => its.now);
  return { its, clock: another(), another };
}

test("half of the way there and back is taken off", async () => {
  const { its, clock } = scripted();
  Object.assign(its, { questionMs: 10, answerMs: 10 });
  await clock.measure();
  assert.equal(clock.now(), its.now + 1_000_000);
});

test("a slow answer spoils nothing, and a quick one makes a slow one's error good", async () => {
  const { its, clock } = scripted();
  Object.assign(its, { questionMs: 0, answerMs: 800 });
  await clock.measure();
  assert.equal(clock.now(), its.now + 1_000_000 - 400);
  Object.assign(its, { questionMs: 1, answerMs: 1 });
  await clock.measure();
  holds(Math.abs(clock.now() - its.now - 1_000_000) <= 2, `${clock.now()}`);
  Object.assign(its, { questionMs: 1500, answerMs: 0 });
  await clock.measure();
  holds(Math.abs(clock.now() - its.now - 1_000_000) <= 2, `${clock.now()}`);
});

for (const ms of [3_600_000, -3_600_000, -90_000]) {
  test(`Redis' time that is set, or another host's after a failover, moves nobody: ${ms} ms`, async () => {
    const { its, clock, another } = scripted();
    const peer = another();
    await clock.measure();
    await peer.measure();
    its.redis += ms;
    await clock.measure();
    assert.equal(clock.now(), its.now + 1_000_000);
    assert.equal(its.correction, String(-ms));
    // One that begins now agrees, and one that was there before does too, and corrects nothing a second time.
    const newcomer = another();
    await newcomer.measure();
    await peer.measure();
    assert.equal(newcomer.now(), its.now + 1_000_000);
    assert.equal(peer.now(), its.now + 1_000_000);
    assert.equal(its.correction, String(-ms));
    its.redis -= ms;
    await peer.measure();
    await clock.measure();
    assert.deepEqual(
      [clock.now(), peer.now(), its.correction],
      [its.now + 1_000_000, its.now + 1_000_000, "0"],
    );
  });
}

test("of two who notice at once, one corrects", async () => {
  const { its, clock, another } = scripted();
  const peer = another();
  await clock.measure();
  await peer.measure();
  its.redis += 3_600_000;
  await Promise.all([clock.measure(), peer.measure()]);
  assert.equal(its.correction, "-3600000");
  assert.deepEqual([clock.now(), peer.now()], [its.now + 1_000_000, its.now + 1_000_000]);
});

test("who began between the jump and its correction goes by the correction", async () => {
  const { its, clock, another } = scripted();
  await clock.measure();
  its.redis += 3_600_000;
  const newcomer = another();
  await newcomer.measure();
  await clock.measure();
  await newcomer.measure();
  assert.deepEqual([clock.now(), newcomer.now()], [its.now + 1_000_000, its.now + 1_000_000]);
  assert.equal(its.correction, "-3600000");
});

test("a drift of less than five seconds is followed, and corrected for nobody", async () => {
  const { its, clock } = scripted();
  await clock.measure();
  its.redis += 4000;
  await clock.measure();
  assert.deepEqual([clock.now(), its.correction], [its.now + 1_004_000, "0"]);
});

test("what is off by exactly five seconds was set", async () => {
  const { its, clock } = scripted();
  await clock.measure();
  its.redis += 5000;
  await clock.measure();
  assert.deepEqual([clock.now(), its.correction], [its.now + 1_000_000, "-5000"]);
});

/** A clock whose questions get these answers, and what was asked. Its process's time is how long the answers took. */
function answered(...answers: { redis: number; correction: string; answerMs?: number }[]) {
  const asked: string[][] = [];
  let now = 0;
  const ask = (...question: string[]): Promise<unknown> => {
    asked.push(question);
    const { redis, correction, answerMs = 0 } = answers.shift() ?? { redis: NaN, correction: "" };
    const time = now + redis;
    now += answerMs;
    return Promise.resolve([String(Math.floor(time / 1000)), String((time % 1000) * 1000), correction]);
  };
  const clock = new RedisClock(ask, () => now);
  return { clock, asked, offset: () => clock.now() - now };
}

test("as long as Redis' time is as it was, each look at it is one question that corrects nothing", async () => {
  const { clock, asked } = answered(
    { redis: 1_000_000, correction: "0" },
    { redis: 1_000_100, correction: "0" },
  );
  await clock.measure();
  await clock.measure();
  assert.deepEqual(asked, [
    ["", ""],
    ["", ""],
  ]);
});

test("who corrected it keeps its own time, as far as the answer allows, however slow that was", async () => {
  const slow = answered(
    { redis: 1_000_000, correction: "0" },
    { redis: 4_600_000, correction: "0" },
    { redis: 4_600_000, correction: "-3600000", answerMs: 800 },
  );
  await slow.clock.measure();
  await slow.clock.measure();
  assert.deepEqual(slow.asked.at(-1), ["0", "-3600000"]);
  assert.equal(slow.offset(), 1_000_000);

  for (const off of [1000, -1000]) {
    const moved = answered(
      { redis: 1_000_000, correction: "0" },
      { redis: 4_600_000, correction: "0" },
      { redis: 4_600_000 + off, correction: "-3600000" },
    );
    await moved.clock.measure();
    await moved.clock.measure();
    assert.equal(moved.offset(), 1_000_000 + off);
  }
});

test("where somebody else was faster with another correction, theirs holds, and half of the way is taken off", async () => {
  const { clock, asked, offset } = answered(
    { redis: 1_000_000, correction: "0" },
    { redis: 4_600_000, correction: "0" },
    { redis: 4_600_000, correction: "-3599000", answerMs: 800 },
    { redis: 4_600_000, correction: "-3599000" },
  );
  await clock.measure();
  await clock.measure();
  assert.equal(offset(), 1_001_000 - 400);
  await clock.measure();
  assert.deepEqual(asked.at(-1), ["", ""]);
});

test("a correction that somebody made is taken over and not undone, even where it moves this clock", async () => {
  const { clock, asked, offset } = answered(
    { redis: 1_000_000, correction: "0" },
    { redis: 1_000_000, correction: "7000", answerMs: 800 },
  );
  await clock.measure();
  await clock.measure();
  assert.equal(offset(), 1_007_000 - 400);
  assert.equal(asked.length, 2);
});

test("on a real Redis: the correction is kept as long as somebody asks, and nothing is written without one", async (t) => {
  const redis = await startRedis();
  const client = await createClient({ url: redis.url }).connect();
  t.after(async () => {
    client.destroy();
    await redis.stop();
  });
  let shift = 0;
  const steady = () => performance.timeOrigin + performance.now() + shift;
  const ask = (known: string, next: string) =>
    client.eval(timeScript, { keys: ["clock"], arguments: [known, next, "60000"] });
  const [clock, peer] = [new RedisClock(ask, steady), new RedisClock(ask, steady)];
  await clock.measure();
  await peer.measure();
  assert.equal(await client.exists("clock"), 0);
  const before = clock.now() - steady();
  // As far as the two can tell, Redis' host was set back by an hour.
  shift = 3_600_000;
  await clock.measure();
  await peer.measure();
  for (const one of [clock, peer]) holds(Math.abs(one.now() - steady() - before) < 50, "the clock was moved");
  holds(Math.abs(Number(await client.get("clock")) - 3_600_000) < 50, "the correction is an hour");
  holds((await client.pTTL("clock")) > 50_000, "the correction has a time to live");
  const newcomer = new RedisClock(ask, steady);
  await newcomer.measure();
  holds(Math.abs(newcomer.now() - clock.now()) < 50, "who comes later disagrees");
});

test("without an answer the clock goes on", async () => {
  const { its, clock } = scripted();
  await clock.measure();
  its.fails = true;
  await assert.rejects(clock.measure(), /down/);
  its.now += 5000;
  assert.equal(clock.now(), its.now + 1_000_000);
});

test("before the first answer it is the process's own clock", () => {
  const { its, clock } = scripted();
  its.now = 5.9;
  assert.equal(clock.now(), 5);
});

test("by itself it begins with a clock that no change of the host's time moves", (t) => {
  t.mock.method(Date, "now", () => 0);
  const now = new RedisClock(() => Promise.resolve([])).now();
  const steady = performance.timeOrigin + performance.now();
  holds(now <= steady && now > steady - 1000, `${now}`);
});

test("the half of a millisecond that Redis says counts, and a time is whole", async () => {
  const { its, clock } = scripted();
  its.redis = 1000.75;
  await clock.measure();
  its.now = 0.25;
  assert.equal(clock.now(), 1001);
});

test("what is no time is an error, and what was known stays", async () => {
  let reply: unknown = ["1000", "0", "0"];
  const clock = new RedisClock(
    () => Promise.resolve(reply),
    () => 0,
  );
  await clock.measure();
  for (reply of [
    undefined,
    null,
    "1000",
    [],
    ["1000"],
    ["soon", "0"],
    [undefined, "0"],
    ["1", "x"],
    ["1", "0"],
    ["1", "0", "x"],
  ]) {
    await assert.rejects(clock.measure(), new TypeError("Redis: TIME is no time"));
    assert.equal(clock.now(), 1_000_000);
  }
});
