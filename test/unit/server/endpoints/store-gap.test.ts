import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { memoryStore, type AttemptListener } from "onegini-otp-login/server";
import { Browser } from "../support/browser.js";
import { accepted, scriptedTokenServer, site } from "../support/site.js";
import { until } from "../../../support/until.js";
import { VirtualClock } from "../../../support/virtual-clock.js";

/** A site in virtual time whose store fails, misses changes and recovers on command, and whose callbacks are lost. */
async function scene(t: TestContext) {
  const clock = new VirtualClock();
  const tokenServer = await scriptedTokenServer(t, () => clock.now());
  const memory = memoryStore(() => clock.now());
  const listeners = new Set<AttemptListener>();
  let isDown = false;
  let reads = 0;
  const where = await site(t, {
    runtime: clock,
    tokenServerUrl: tokenServer.url,
    options: {
      onEvent: () => undefined,
      store: {
        ...memory,
        get: (id) => {
          reads += 1;
          return isDown ? Promise.reject(new Error("The store is down")) : memory.get(id);
        },
        subscribe: (id, listener) => {
          listeners.add(listener);
          return memory.subscribe(id, listener);
        },
      },
    },
  });
  /** Opens a page whose stream has shown the code. */
  const watch = async () => {
    const browser = new Browser(where);
    const { attempt } = await browser.start();
    const stream = await browser.stream(attempt);
    t.after(() => stream.close());
    await until(() => stream.events.length === 1, "the first event");
    return { stream };
  };
  return {
    clock,
    tokenServer,
    watch,
    reads: () => reads,
    setDown: (down: boolean) => (isDown = down),
    /** Tells the kit what a store tells after a reconnect or a failover. */
    reconnect: (lostAt?: number) => {
      for (const listener of listeners) listener("gap", lostAt);
    },
    change: () => {
      for (const listener of listeners) listener();
    },
  };
}

describe("after a gap of the store", () => {
  test("each watched attempt has one result call, spread over two seconds", async (t) => {
    const { clock, tokenServer, watch, reconnect } = await scene(t);
    const pages = await Promise.all(Array.from({ length: 40 }, watch));
    await clock.advance(10);
    assert.deepEqual(tokenServer.polls, []);
    tokenServer.result = accepted();
    reconnect();
    await clock.settle();
    const times = (): number[] => tokenServer.polledAt.map((at) => at - 10);
    await clock.advance(2);
    await until(() => pages.every(({ stream }) => stream.events.at(-1)?.status === "approved"), "the logins");
    assert.deepEqual(tokenServer.polls.toSorted(), tokenServer.started.toSorted());
    assert.ok(Math.max(...times()) <= 2);
    // With forty random times it is certain enough: the chance of a half with none is one in 500 thousand million.
    assert.ok(times().some((at) => at < 1) && times().some((at) => at >= 1), times().join());
  });

  test("a read that fails is a gap too, for a store that tells of none", async (t) => {
    const { clock, tokenServer, watch, setDown } = await scene(t);
    const { stream } = await watch();
    setDown(true);
    // The keep-alive reads.
    await clock.advance(15);
    tokenServer.result = accepted();
    setDown(false);
    await clock.advance(3);
    await until(() => stream.events.at(-1)?.status === "approved", "the login");
    assert.equal(tokenServer.polls.length, 1);
  });

  test("a read that fails for long is repeated often enough for a login within six seconds", async (t) => {
    const { clock, tokenServer, watch, setDown } = await scene(t);
    const pages = await Promise.all(Array.from({ length: 10 }, watch));
    setDown(true);
    // The keep-alive reads, and again after waits that grow.
    for (let seconds = 0; seconds < 30.2; seconds += 0.1) await clock.advance(0.1);
    tokenServer.result = accepted();
    setDown(false);
    for (let seconds = 0; seconds < 6; seconds += 0.1) await clock.advance(0.1);
    await until(() => pages.every(({ stream }) => stream.events.at(-1)?.status === "approved"), "the logins");
    assert.deepEqual(tokenServer.polls.toSorted(), tokenServer.started.toSorted());
  });

  test("a gap that a failed read and the store's notice tell of leads to one call", async (t) => {
    const { clock, tokenServer, watch, setDown, reconnect } = await scene(t);
    await watch();
    setDown(true);
    await clock.advance(15);
    setDown(false);
    const lostAt = clock.now();
    await clock.advance(3);
    await until(() => tokenServer.polls.length === 1, "the call");
    reconnect(lostAt);
    await clock.settle();
    await clock.advance(5);
    assert.equal(tokenServer.polls.length, 1);
    // Changes were missed once more, without a read that failed.
    reconnect(clock.now());
    await clock.settle();
    await clock.advance(3);
    await until(() => tokenServer.polls.length === 2, "the second call");
  });

  test("a change without a gap leads to no call", async (t) => {
    const { clock, reads, tokenServer, watch, change } = await scene(t);
    await watch();
    const before = reads();
    change();
    await until(() => reads() > before, "the reading");
    await clock.advance(50);
    assert.deepEqual(tokenServer.polls, []);
  });
});
