import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AttemptListeners } from "../../../../src/server/store/attempt-listeners.js";

describe("listeners", () => {
  /** Listeners that record their names when they are called. */
  function listening() {
    const listeners = new AttemptListeners();
    const called: string[] = [];
    const add = (id: string, name: string): (() => void) => listeners.add(id, () => called.push(name));
    const take = (): string[] => called.splice(0);
    return { listeners, add, take };
  }

  test("are called for one attempt, or all at once", () => {
    const { listeners, add, take } = listening();
    for (const name of ["a1", "a2", "b1"]) add(name.slice(0, 1), name);
    listeners.call("a");
    assert.deepEqual(take(), ["a1", "a2"]);
    listeners.call("nobody");
    assert.deepEqual(take(), []);
    listeners.callAll(0);
    assert.deepEqual(take(), ["a1", "a2", "b1"]);
  });

  test("a function that was added twice is called twice, and once when one of the two is removed", () => {
    const { listeners } = listening();
    let calls = 0;
    const listener = (): void => void (calls += 1);
    const remove = listeners.add("a", listener);
    listeners.add("a", listener);
    listeners.call("a");
    assert.equal(calls, 2);
    remove();
    listeners.call("a");
    assert.equal(calls, 3);
  });

  test("removing one twice does not remove another one that was added in between", () => {
    const { listeners, add, take } = listening();
    const remove = add("a", "first");
    remove();
    add("a", "second");
    remove();
    listeners.call("a");
    assert.deepEqual(take(), ["second"]);
    listeners.callAll(0);
    assert.deepEqual(take(), ["second"]);
  });

  test("removing one of two leaves the other", () => {
    const { listeners, add, take } = listening();
    const remove = add("a", "first");
    add("a", "last");
    remove();
    listeners.call("a");
    assert.deepEqual(take(), ["last"]);
  });

  test("one that is added during a call is not called by it", () => {
    const { listeners, add, take } = listening();
    listeners.add("a", () => void add("a", "late"));
    listeners.call("a");
    assert.deepEqual(take(), []);
  });

  test("one that throws does not stop the others, and its error is thrown afterwards", (t) => {
    const later: (() => void)[] = [];
    t.mock.method(globalThis, "queueMicrotask", (callback: () => void) => later.push(callback));
    const { listeners, add, take } = listening();
    listeners.add("a", () => {
      throw new Error("broken");
    });
    add("a", "next");
    listeners.call("a");
    assert.deepEqual(take(), ["next"]);
    assert.equal(later.length, 1);
    assert.throws(() => later[0]?.(), /broken/);
  });
});
