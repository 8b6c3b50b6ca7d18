import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { RedisStoreError } from "../../../../src/server/redis/redis-errors.js";
import { RedisSubscriber } from "../../../../src/server/redis/redis-subscriber.js";

/** A Redis in virtual time that a test can break, with a record of what happened. Random numbers are 0.5. */
function virtualRedis(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  t.mock.method(Math, "random", () => 0.5);
  let now = 1000;
  t.mock.method(performance, "now", () => now);
  const its = {
    canListen: true,
    canPublish: true,
    delivers: true,
    published: [] as string[],
    opened: 0,
    ended: 0,
    lost: [] as unknown[],
  };
  let deliver = (_message: string): void => undefined;
  let gap = (_why: unknown): void => undefined;
  const parts = {
    timeoutMs: 2000,
    listen(onMessage: typeof deliver, onGap: typeof gap) {
      if (!its.canListen) return Promise.reject(new RedisStoreError("refused", "no listening"));
      its.opened += 1;
      [deliver, gap] = [onMessage, onGap];
      return Promise.resolve(() => void (its.ended += 1));
    },
    publish(message: string) {
      if (!its.canPublish) return Promise.reject(new RedisStoreError("unavailable", "no publishing"));
      its.published.push(message);
      if (its.delivers) queueMicrotask(() => deliver(message));
      return Promise.resolve();
    },
    now: () => now,
    onLost: (why: unknown) => void its.lost.push(why),
  };
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 50) {
      now += Math.min(left, 50);
      t.mock.timers.tick(Math.min(left, 50));
      await settled();
    }
  };
  return {
    its,
    pass,
    open: () => RedisSubscriber.open(parts),
    gap: (why: unknown = new Error("cut")) => gap(why),
    deliver: (message: string) => deliver(message),
  };
}

/** A listener for the attempt `a`, and how often it was called. */
async function listen(subscriber: RedisSubscriber, id = "a") {
  const listener = { calls: 0 };
  await subscriber.subscribe(id, () => (listener.calls += 1));
  return listener;
}

/** The state of a promise, kept up to date. */
function watch(promise: Promise<unknown>): { state: unknown } {
  const watched: { state: unknown } = { state: "pending" };
  promise.then(
    () => (watched.state = "resolved"),
    (error: unknown) => (watched.state = (error as RedisStoreError).kind),
  );
  return watched;
}

describe("opening", () => {
  test("resolves when it receives a message that it published", async (t) => {
    const { its, open, pass, deliver } = virtualRedis(t);
    its.delivers = false;
    const opening = watch(open());
    await pass(1000);
    assert.equal(opening.state, "pending");
    deliver(its.published[0] ?? "");
    await pass(50);
    assert.equal(opening.state, "resolved");
  });

  test("rejects if it cannot listen, cannot publish or receives nothing, and ends the connection", async (t) => {
    const { its, open, pass } = virtualRedis(t);
    its.canListen = false;
    await assert.rejects(open(), { kind: "refused", message: "no listening" });
    Object.assign(its, { canListen: true, canPublish: false });
    await assert.rejects(open(), { kind: "unavailable", message: "no publishing" });
    Object.assign(its, { canPublish: true, delivers: false });
    const opening = watch(open());
    await pass(2100);
    assert.equal(opening.state, "timeout");
    assert.deepEqual([its.opened, its.ended, its.lost], [2, 2, []]);
    const { length } = its.published;
    await pass(60_000);
    assert.equal(its.published.length, length);
  });
});

describe("a message", () => {
  test("calls the listeners of the attempt that it names, and no others", async (t) => {
    const { open, deliver } = virtualRedis(t);
    const subscriber = await open();
    const [a, b] = [await listen(subscriber), await listen(subscriber, "b")];
    deliver("a");
    assert.deepEqual([a.calls, b.calls], [1, 0]);
  });
});

describe("a connection that is lost for a while", () => {
  test("calls all listeners once, within a second after it works again", async (t) => {
    const { its, open, pass, gap, deliver } = virtualRedis(t);
    const subscriber = await open();
    const listeners = [await listen(subscriber), await listen(subscriber, "b")];
    its.delivers = false;
    gap();
    gap();
    await pass(2000);
    assert.deepEqual(listeners, [{ calls: 0 }, { calls: 0 }]);
    deliver(its.published.at(-1) ?? "");
    await pass(1000);
    its.delivers = true;
    await pass(60_000);
    assert.deepEqual(listeners, [{ calls: 1 }, { calls: 1 }]);
  });

  test("is reported once, with its reason", async (t) => {
    const { its, open, pass, gap } = virtualRedis(t);
    const subscriber = await open();
    const why = new Error("cut");
    its.delivers = false;
    gap(why);
    gap();
    await pass(1000);
    its.delivers = true;
    await pass(1000);
    assert.deepEqual(its.lost, [why]);
    gap(why);
    assert.deepEqual(its.lost, [why, why]);
    subscriber.close();
  });

  test("counts as lost until a message comes that was published after the loss", async (t) => {
    const { its, open, pass, gap, deliver } = virtualRedis(t);
    const subscriber = await open();
    const listener = await listen(subscriber);
    its.delivers = false;
    gap();
    await pass(100);
    const before = its.published.at(-1) ?? "";
    gap();
    deliver(before);
    await pass(1000);
    assert.equal(listener.calls, 0);
    deliver(its.published.at(-1) ?? "");
    await pass(1000);
    assert.equal(listener.calls, 1);
  });

  test("makes new listeners wait until it works again, at most for the time limit", async (t) => {
    const { its, open, pass, gap, deliver } = virtualRedis(t);
    const subscriber = await open();
    its.delivers = false;
    gap();
    let calls = 0;
    const first = watch(subscriber.subscribe("a", () => (calls += 1)));
    await pass(1500);
    const second = watch(subscriber.subscribe("b", () => 0));
    assert.equal(first.state, "pending");
    await pass(600);
    assert.deepEqual([first.state, second.state], ["timeout", "pending"]);
    deliver(its.published.at(-1) ?? "");
    await pass(50);
    assert.equal(second.state, "resolved");
    deliver("a");
    assert.equal(calls, 0);
  });

  test("is probed every quarter of a second until it works again", async (t) => {
    const { its, open, pass, gap } = virtualRedis(t);
    await open();
    await pass(500);
    its.delivers = false;
    its.published = [];
    gap();
    await pass(990);
    assert.equal(its.published.length, 4);
    its.delivers = true;
    await pass(250);
    its.published = [];
    await pass(10_000);
    // Only the check every two seconds remains.
    assert.deepEqual(its.published, ["", "", "", "", ""]);
  });
});

describe("a command that fails", () => {
  test("leads to a call of all listeners when Redis works again, and new listeners do not wait", async (t) => {
    const { its, open, pass } = virtualRedis(t);
    const subscriber = await open();
    const listener = await listen(subscriber);
    its.canPublish = false;
    subscriber.callAll();
    await listen(subscriber, "b");
    await pass(3000);
    assert.equal(listener.calls, 0);
    its.canPublish = true;
    await pass(1300);
    assert.equal(listener.calls, 1);
    assert.deepEqual([its.lost, its.opened], [[], 1]);
  });

  test("leads to a call at most every three seconds, however many commands fail", async (t) => {
    const { open, pass } = virtualRedis(t);
    const subscriber = await open();
    const listener = await listen(subscriber);
    for (let seconds = 0; seconds < 20; seconds += 0.25) {
      subscriber.callAll();
      await pass(250);
    }
    assert.equal(listener.calls, 7);
  });
});

describe("a connection that dies without an error", () => {
  test("is noticed and replaced", async (t) => {
    const { its, open, pass } = virtualRedis(t);
    const listener = await listen(await open());
    await pass(10_000);
    assert.deepEqual([its.opened, listener.calls], [1, 0]);
    its.delivers = false;
    await pass(8000);
    assert.deepEqual([its.opened, its.ended], [2, 1]);
    assert.deepEqual(its.lost, [new Error("no messages are received")]);
    its.delivers = true;
    await pass(2000);
    assert.equal(listener.calls, 1);
    assert.equal(its.opened, 2);
  });

  test("is replaced again and again until one works", async (t) => {
    const { its, open, pass } = virtualRedis(t);
    await open();
    its.delivers = false;
    await pass(8000);
    its.canListen = false;
    await pass(5000);
    assert.deepEqual([its.opened, its.ended], [2, 2]);
    Object.assign(its, { canListen: true, delivers: true });
    await pass(500);
    assert.equal(its.opened, 3);
    await pass(60_000);
    assert.deepEqual([its.opened, its.ended, its.lost.length], [3, 2, 1]);
  });

  test("is kept while publishing fails too, because then Redis itself is down", async (t) => {
    const { its, open, pass, gap } = virtualRedis(t);
    await open();
    its.canPublish = false;
    gap();
    await pass(60_000);
    assert.equal(its.opened, 1);
  });
});

describe("closing", () => {
  test("ends the connection, and nothing is published or called any more", async (t) => {
    const { its, open, pass, gap } = virtualRedis(t);
    const subscriber = await open();
    const listener = await listen(subscriber);
    subscriber.callAll();
    await pass(50);
    subscriber.close();
    its.published = [];
    gap();
    subscriber.callAll();
    await pass(60_000);
    assert.deepEqual([its.ended, its.published, listener.calls, its.lost], [1, [], 0, []]);
  });

  test("ends the wait of new listeners with an error", async (t) => {
    const { its, open, gap, pass } = virtualRedis(t);
    const subscriber = await open();
    its.delivers = false;
    gap();
    const waiting = watch(subscriber.subscribe("a", () => 0));
    subscriber.close();
    await pass(50);
    assert.equal(waiting.state, "closed");
    await assert.rejects(
      subscriber.subscribe("a", () => 0),
      new RedisStoreError("closed", "The Redis store was closed"),
    );
  });

  test("is not needed to end the process: the timers do not keep it alive", async (t) => {
    const { its, open, gap } = virtualRedis(t);
    t.mock.timers.reset();
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    const subscriber = await open();
    its.delivers = false;
    gap();
    assert.equal(timers(), before);
    subscriber.close();
  });
});
