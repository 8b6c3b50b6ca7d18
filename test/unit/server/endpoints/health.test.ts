import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryStore, type AttemptStore } from "onegini-otp-login/server";
import { steadyNow } from "../../../../src/server/runtime.js";
import { Browser } from "../support/browser.js";
import { holds, until } from "../../../support/until.js";
import { site } from "../support/site.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { login } from "../support/login.js";

describe("health, for a load balancer", () => {
  test("is healthy while the store answers, whatever the Token Server does", async (t) => {
    const where = await site(t, { tokenServerUrl: "http://127.0.0.1:9" });
    assert.equal((await new Browser(where).post("")).status, 503);
    assert.deepEqual(await where.kit.health(), {
      healthy: true,
      store: "ok",
      closing: false,
      watchers: 0,
      waiting: 0,
    });
  });

  test("is unhealthy while the store fails, and healthy again afterwards", async (t) => {
    const store = memoryStore();
    let down = true;
    const failing = {
      ...store,
      get: (id: string) => (down ? Promise.reject(new Error("x")) : store.get(id)),
    };
    const { kit } = await site(t, { options: { store: failing } });
    assert.deepEqual(await kit.health(), {
      healthy: false,
      store: "unreachable",
      closing: false,
      watchers: 0,
      waiting: 0,
    });
    down = false;
    assert.equal((await kit.health()).healthy, true);
  });

  test("is unhealthy until the store has said once whether logins are paused, as no start passes before", async (t) => {
    const clock = new VirtualClock();
    const memory = memoryStore(() => clock.now());
    const inMemory = memory.pauseSwitch!("any");
    let isDown = true;
    const read = () => (isDown ? Promise.reject(new Error("x")) : inMemory.read());
    const store = { ...memory, pauseSwitch: () => ({ ...inMemory, read }) };
    const where = await site(t, { options: { store }, runtime: clock });
    assert.equal((await where.kit.health()).store, "unreachable");
    isDown = false;
    assert.equal((await where.kit.health()).store, "unreachable");
    assert.equal((await new Browser(where).post("")).status, 503);
    await clock.advance(1000);
    assert.equal((await where.kit.health()).store, "ok");
    assert.equal((await new Browser(where).post("")).status, 201);
  });

  test("is unhealthy while the store can be read but refuses writes, and says when it takes them again", async (t) => {
    const clock = new VirtualClock();
    const store = memoryStore(() => clock.now());
    let isFull = false;
    let writes = 0;
    const write = <T>(task: () => Promise<T>): Promise<T> => {
      writes += 1;
      return isFull ? Promise.reject(new Error("OOM command not allowed")) : task();
    };
    const full: AttemptStore = {
      ...store,
      create: (attempt) => write(() => store.create(attempt)),
      compareAndSet: (id, version, next) => write(() => store.compareAndSet(id, version, next)),
    };
    const { kit, events, ...where } = await site(t, { options: { store: full }, runtime: clock });
    const state = async () => (await kit.health()).store;
    const recovered = () => events.filter(({ type }) => type === "store_recovered").length;
    assert.equal(await state(), "ok");
    const { attempt } = await new Browser(where).start();
    assert.equal(await state(), "ok");
    // One before the first start, and the start.
    assert.equal(writes, 2);

    isFull = true;
    assert.equal(await state(), "ok");
    const browser = new Browser(where);
    assert.equal((await browser.post("")).status, 503);
    assert.equal(await state(), "refuses_writes");
    assert.equal((await kit.health()).healthy, false);
    // Reads go on to work.
    for (let second = 0; second < 5; second++) {
      await clock.advance(1);
      await browser.get(`/${attempt}`);
    }
    assert.equal(recovered(), 0);

    isFull = false;
    await clock.advance(2);
    assert.equal(await state(), "ok");
    assert.equal(recovered(), 1);
    const before = writes;
    assert.equal(await state(), "ok");
    assert.equal(writes, before);
  });

  test("a server that has written nothing yet finds out that its store refuses writes", async (t) => {
    const full = { ...memoryStore(), create: () => Promise.reject(new Error("OOM command not allowed")) };
    const { kit } = await site(t, { options: { store: full } });
    assert.equal((await kit.health()).store, "refuses_writes");
  });

  test("tells of a recovery without a health check or a start, as soon as the store is read", async (t) => {
    const clock = new VirtualClock();
    const store = memoryStore(() => clock.now());
    let isFull = true;
    const full: AttemptStore = {
      ...store,
      create: (attempt) => (isFull ? Promise.reject(new Error("OOM")) : store.create(attempt)),
    };
    const { events, ...where } = await site(t, { options: { store: full }, runtime: clock });
    const browser = new Browser(where);
    assert.equal((await browser.post("")).status, 503);
    browser.cookie = `onegini-otp-login=${"A".repeat(43)}`;
    const read = () => browser.get(`/${"A".repeat(22)}`);
    const recovered = () => events.some(({ type }) => type === "store_recovered");
    await clock.advance(3);
    await read();
    await clock.settle();
    assert.equal(recovered(), false);
    isFull = false;
    await clock.advance(3);
    await read();
    await until(recovered, "the recovery");
  });

  test("is unhealthy if the store takes more than two seconds", async (t) => {
    const clock = new VirtualClock();
    const silent = { ...memoryStore(), get: () => new Promise<never>(() => undefined) };
    const { kit } = await site(t, { options: { store: silent }, runtime: clock });
    const health = kit.health();
    await clock.advance(2.1);
    assert.equal((await health).store, "unreachable");
  });

  test("is unhealthy after close(), while calls are still answered", async (t) => {
    const where = await site(t);
    await where.kit.close();
    const { healthy, closing } = await where.kit.health();
    assert.deepEqual({ healthy, closing }, { healthy: false, closing: true });
    await new Browser(where).start();
  });
});

describe("the clock of the host", () => {
  for (const hours of [1, -1]) {
    test(`may jump by ${hours} h, and a login continues`, async (t) => {
      const { where, browser, attempt, otp, expires_in } = await login(t);
      const before = steadyNow();
      const realNow = Date.now;
      t.mock.method(Date, "now", () => realNow() + hours * 3_600_000);
      holds(Math.abs(steadyNow() - before) < 5000);
      const status = await browser.status(attempt);
      assert.equal(status.status, "pending");
      holds(status.status === "pending" && Math.abs((status.expires_in ?? 0) - expires_in) <= 2);
      await browser.renew(attempt);
      t.mock.restoreAll();
      await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
      await (await browser.stream(attempt)).status("approved");
      assert.equal((await browser.logIn(attempt)).status, 200);
    });
  }
});
