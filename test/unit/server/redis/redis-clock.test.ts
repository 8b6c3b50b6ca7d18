import assert from "node:assert/strict";
import { test } from "node:test";
import { RedisClock } from "../../../../src/server/redis/redis-clock.js";
import { holds } from "../../../support/until.js";

/** A Redis with a clock and a delay that a test sets. The process's own clock starts at 0. */
function virtualRedis() {
  const its = { now: 0, offset: 1_000_000, requestMs: 0, answerMs: 0, fails: false };
  const time = (): Promise<unknown> => {
    if (its.fails) return Promise.reject(new Error("down"));
    its.now += its.requestMs;
    const ms = its.now + its.offset;
    its.now += its.answerMs;
    return Promise.resolve([String(Math.floor(ms / 1000)), String((ms % 1000) * 1000)]);
  };
  return { its, clock: new RedisClock(time, () => its.now) };
}

test("half of the round trip is taken into account", async () => {
  const { its, clock } = virtualRedis();
  Object.assign(its, { requestMs: 10, answerMs: 10 });
  await clock.measure();
  assert.equal(clock.now(), its.now + 1_000_000);
});

test("a quick answer corrects the error of a slow one, and a slow answer does not bring it back", async () => {
  const { its, clock } = virtualRedis();
  Object.assign(its, { requestMs: 0, answerMs: 800 });
  await clock.measure();
  assert.equal(clock.now(), its.now + 1_000_000 - 400);
  Object.assign(its, { requestMs: 1, answerMs: 1 });
  await clock.measure();
  holds(Math.abs(clock.now() - its.now - 1_000_000) <= 2, `${clock.now()}`);
  Object.assign(its, { requestMs: 1500, answerMs: 0 });
  await clock.measure();
  holds(Math.abs(clock.now() - its.now - 1_000_000) <= 2, `${clock.now()}`);
});

test("the slow first answer of a process that starts does not set its clock wrong", async () => {
  let now = 0;
  let answerMs = 800;
  const clock = new RedisClock(
    () => {
      const time = now;
      now += answerMs;
      answerMs = 1;
      return Promise.resolve(["1000", String(time * 1000)]);
    },
    () => now,
  );
  await clock.begin();
  holds(Math.abs(clock.now() - now - 1_000_000) <= 2, `${clock.now()}`);
});

test("a change of Redis' clock changes the time", async () => {
  const { its, clock } = virtualRedis();
  await clock.measure();
  for (const ms of [3_600_000, -90_000, 4000]) {
    its.offset += ms;
    await clock.measure();
    assert.equal(clock.now(), its.now + its.offset);
  }
});

test("the clock goes on without an answer", async () => {
  const { its, clock } = virtualRedis();
  await clock.measure();
  its.fails = true;
  await assert.rejects(clock.measure(), /down/);
  its.now += 5000;
  assert.equal(clock.now(), its.now + 1_000_000);
});

test("before the first answer the time is the process's own", () => {
  const { its, clock } = virtualRedis();
  its.now = 5.9;
  assert.equal(clock.now(), 5);
});

test("a change of the host's time does not change the time", (t) => {
  t.mock.method(Date, "now", () => 0);
  const now = new RedisClock(() => Promise.resolve([])).now();
  const steady = performance.timeOrigin + performance.now();
  holds(now <= steady && now > steady - 1000, `${now}`);
});

test("fractions of Redis' milliseconds are used, and the time is whole", async () => {
  const { its, clock } = virtualRedis();
  its.offset = 1000.75;
  await clock.measure();
  its.now = 0.25;
  assert.equal(clock.now(), 1001);
});

test("an answer that is not a time is an error, and the clock goes on", async () => {
  let reply: unknown = ["1000", "0"];
  const clock = new RedisClock(
    () => Promise.resolve(reply),
    () => 0,
  );
  await clock.measure();
  for (reply of [undefined, null, "1000", [], ["1000"], ["soon", "0"], [undefined, "0"], ["1", "x"]]) {
    await assert.rejects(clock.measure(), new TypeError("Redis: the answer to TIME is invalid"));
    assert.equal(clock.now(), 1_000_000);
  }
});
