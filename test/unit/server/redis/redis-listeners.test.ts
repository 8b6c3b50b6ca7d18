import assert from "node:assert/strict";
import { test } from "node:test";
import { RedisListeners } from "../../../../src/server/redis/redis-listeners.js";

/** Listeners, and a way to add one that writes its name down whenever it is called. */
function listening() {
  const listeners = new RedisListeners();
  const called: string[] = [];
  const add = (id: string, name: string): (() => void) => listeners.add(id, () => called.push(name));
  const take = (): string[] => called.splice(0);
  return { listeners, add, take };
}

test("who waits for an attempt is called, and nobody else; or everybody", () => {
  const { listeners, add, take } = listening();
  for (const [id, name] of ["a1", "a2", "b1"].map((name) => [name.slice(0, 1), name] as const)) add(id, name);
  listeners.wake("a");
  assert.deepEqual(take(), ["a1", "a2"]);
  listeners.wake("nobody");
  assert.deepEqual(take(), []);
  listeners.wakeAll();
  assert.deepEqual(take(), ["a1", "a2", "b1"]);
});

test("a function that waits twice is called twice, and once when one of the two has left", () => {
  const { listeners } = listening();
  let calls = 0;
  const listener = (): void => void (calls += 1);
  const leave = listeners.add("a", listener);
  listeners.add("a", listener);
  listeners.wake("a");
  assert.equal(calls, 2);
  leave();
  listeners.wake("a");
  assert.equal(calls, 3);
});

test("who leaves twice takes away nobody who came in between", () => {
  const { listeners, add, take } = listening();
  const leave = add("a", "first");
  leave();
  add("a", "second");
  leave();
  listeners.wake("a");
  assert.deepEqual(take(), ["second"]);
  listeners.wakeAll();
  assert.deepEqual(take(), ["second"]);
});

test("the last but one that leaves does not take the last one along", () => {
  const { listeners, add, take } = listening();
  const leave = add("a", "first");
  add("a", "last");
  leave();
  listeners.wake("a");
  assert.deepEqual(take(), ["last"]);
});

test("who begins to wait while others are called is not called for that", () => {
  const { listeners, add, take } = listening();
  listeners.add("a", () => void add("a", "late"));
  listeners.wake("a");
  assert.deepEqual(take(), []);
});

test("a listener that throws keeps no other from being called; the process hears of it afterwards", (t) => {
  const later: (() => void)[] = [];
  t.mock.method(globalThis, "queueMicrotask", (callback: () => void) => later.push(callback));
  const { listeners, add, take } = listening();
  listeners.add("a", () => {
    throw new Error("broken");
  });
  add("a", "next");
  listeners.wake("a");
  assert.deepEqual(take(), ["next"]);
  assert.equal(later.length, 1);
  assert.throws(() => later[0]?.(), /broken/);
});
