import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { letGo, rest, within } from "../../../../src/server/redis/redis-deadline.js";
import { RedisStoreError } from "../../../../src/server/redis/redis-errors.js";

/** Time that passes only as a test says; `lateMs`: how much later than asked for the timers find it to be. */
function virtualTime(t: TestContext): { pass: (ms: number, lateMs?: number) => Promise<void> } {
  let now = 1000;
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(performance, "now", () => now);
  return {
    async pass(ms, lateMs = 0) {
      now += ms + lateMs;
      t.mock.timers.tick(ms);
      await settled();
    },
  };
}

/** Lets what is resolved be heard. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Something that is done when the test says, and what has come of it. */
function begin(ms = 2000) {
  let finish: (value: string) => void = () => undefined;
  let signal: AbortSignal | undefined;
  const outcome: { value?: string; error?: unknown } = {};
  within(ms, "reading", (given) => {
    signal = given;
    return new Promise<string>((resolve) => (finish = resolve));
  }).then(
    (value) => (outcome.value = value),
    (error: unknown) => (outcome.error = error),
  );
  return { outcome, finish: (value: string) => finish(value), isStopped: () => signal?.aborted };
}

function assertTimeout(error: unknown): void {
  assert.equal((error as Error | undefined)?.message, "Redis: reading: no answer within 2 s");
  assert.equal((error as RedisStoreError).constructor, RedisStoreError);
  assert.equal((error as RedisStoreError).kind, "timeout");
}

test("what is done in time is given back, and never told to stop", async (t) => {
  const { pass } = virtualTime(t);
  const { outcome, finish, isStopped } = begin();
  await pass(1999);
  finish("done");
  await settled();
  assert.deepEqual(outcome, { value: "done" });
  await pass(10_000);
  await pass(10_000);
  assert.equal(isStopped(), false);
});

test("what takes longer is a timeout that says what was being done, and is told to stop", async (t) => {
  const { pass } = virtualTime(t);
  const { outcome, isStopped } = begin();
  await pass(1999);
  assert.deepEqual([outcome, isStopped()], [{}, false]);
  await pass(1);
  await pass(1);
  assertTimeout(outcome.error);
  assert.equal(isStopped(), true);
});

test("a process that was a little late has no more time for that", async (t) => {
  const { pass } = virtualTime(t);
  const { outcome } = begin();
  await pass(2000, 200);
  await pass(1);
  assertTimeout(outcome.error);
});

test("a process that was busy at the end has as much time again, once", async (t) => {
  const { pass } = virtualTime(t);
  const [answered, silent] = [begin(), begin()];
  await pass(2000, 201);
  await pass(1999);
  assert.deepEqual([answered.outcome, silent.outcome], [{}, {}]);
  answered.finish("late");
  await pass(1, 5000);
  assert.deepEqual(answered.outcome, { value: "late" });
  assertTimeout(silent.outcome.error);
});

test("what fails by itself fails as it did", async (t) => {
  virtualTime(t);
  const error = new Error("down");
  await assert.rejects(
    within(2000, "reading", () => Promise.reject(error)),
    (thrown) => thrown === error,
  );
});

test("a rest ends when its time is over, and no process waits for it", async (t) => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  void rest(60_000);
  assert.equal(timers(), before);
  const { pass } = virtualTime(t);
  let isOver = false;
  void rest(50).then(() => (isOver = true));
  await pass(49);
  assert.equal(isOver, false);
  await pass(1);
  assert.equal(isOver, true);
});

test("a timer is let go where it holds a process, and left alone where timers are numbers", () => {
  const timer = setTimeout(() => undefined, 60_000);
  letGo(timer);
  assert.equal(timer.hasRef(), false);
  clearTimeout(timer);
  letGo(1);
});
