import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { RedisRecovery } from "../../../../src/server/redis/redis-recovery.js";

/** A recovery in time that passes only as a test says, and what it did. */
function recovering(t: TestContext) {
  let now = 100;
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(performance, "now", () => now);
  const its = { isWell: true, asked: 0, woken: 0 };
  const recovery = new RedisRecovery(
    () => {
      its.asked += 1;
      return its.isWell ? Promise.resolve() : Promise.reject(new Error("down"));
    },
    () => (its.woken += 1),
  );
  const pass = async (ms: number): Promise<void> => {
    now += ms;
    t.mock.timers.tick(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { its, recovery, pass };
}

test("everybody is called as soon as Redis is well, once, however many ask for it", async (t) => {
  const { its, recovery, pass } = recovering(t);
  recovery.request();
  recovery.request();
  await pass(1);
  assert.deepEqual(its, { isWell: true, asked: 1, woken: 1 });
  await pass(10_000);
  assert.deepEqual(its, { isWell: true, asked: 1, woken: 1 });
});

test("a Redis that is not well is asked again every quarter of a second, and nobody is called before it is", async (t) => {
  const { its, recovery, pass } = recovering(t);
  its.isWell = false;
  recovery.request();
  await pass(1);
  await pass(249);
  assert.deepEqual([its.asked, its.woken], [1, 0]);
  await pass(1);
  assert.deepEqual([its.asked, its.woken], [2, 0]);
  its.isWell = true;
  await pass(250);
  assert.deepEqual([its.asked, its.woken], [3, 1]);
  await pass(10_000);
  assert.deepEqual([its.asked, its.woken], [3, 1]);
});

test("everybody is called at most once a second", async (t) => {
  const { its, recovery, pass } = recovering(t);
  recovery.request();
  await pass(1);
  recovery.request();
  await pass(999);
  assert.equal(its.woken, 1);
  await pass(1);
  assert.equal(its.woken, 2);
  await pass(4000);
  recovery.request();
  await pass(1);
  assert.equal(its.woken, 3);
});

test("a Redis that stays restless is read half as often each time, down to every 16 s; after a calm as before", async (t) => {
  const { its, recovery, pass } = recovering(t);
  recovery.request();
  await pass(1);
  for (const seconds of [1, 2, 4, 8, 16, 16]) {
    const { woken } = its;
    recovery.request();
    await pass(seconds * 1000 - 1);
    assert.equal(its.woken, woken, `before ${seconds} s`);
    await pass(1);
    assert.equal(its.woken, woken + 1, `after ${seconds} s`);
  }
  await pass(40_000);
  const { woken } = its;
  recovery.request();
  await pass(1);
  assert.equal(its.woken, woken + 1);
  recovery.request();
  await pass(1000);
  assert.equal(its.woken, woken + 2);
});

test("who asks within two seconds of the last call finds Redis restless, and later calm", async (t) => {
  const { its, recovery, pass } = recovering(t);
  const callAfter = async (ms: number): Promise<void> => {
    await pass(ms);
    const { woken } = its;
    recovery.request();
    await pass(1);
    assert.equal(its.woken, woken + 1);
  };
  const nextTakes = async (ms: number): Promise<void> => {
    const { woken } = its;
    recovery.request();
    await pass(ms - 1);
    assert.equal(its.woken, woken);
    await pass(1);
    assert.equal(its.woken, woken + 1);
  };
  await callAfter(0);
  await callAfter(2000);
  await nextTakes(1000);
  await callAfter(60_000);
  await callAfter(1999);
  await nextTakes(2000);
});

test("what is missed while Redis is asked whether it is well is covered by the call that follows", async (t) => {
  const { its, recovery, pass } = recovering(t);
  its.isWell = false;
  recovery.request();
  await pass(1);
  recovery.request();
  its.isWell = true;
  await pass(250);
  await pass(10_000);
  assert.deepEqual([its.asked, its.woken], [2, 1]);
});

test("once it is closed nobody is asked, and nobody called, whatever is under way", async (t) => {
  const { its, recovery, pass } = recovering(t);
  recovery.request();
  recovery.close();
  await pass(10_000);
  assert.deepEqual([its.asked, its.woken], [0, 0]);

  let tell = (): void => undefined;
  let woken = 0;
  const late = new RedisRecovery(
    () => new Promise((resolve) => (tell = resolve)),
    () => (woken += 1),
  );
  late.request();
  await pass(1);
  late.close();
  tell();
  await pass(10_000);
  assert.equal(woken, 0);
});
