import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryStore } from "onegini-otp-login/server";
import { steadyNow } from "../../../../src/server/runtime.js";
import { Browser } from "../support/browser.js";
import { holds } from "../../../support/until.js";
import { site } from "../support/site.js";
import { VirtualClock } from "../../../support/virtual-clock.js";

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
      const { emulator, ...where } = await site(t);
      const browser = new Browser(where);
      const { attempt, otp, expires_in } = await browser.start();
      const before = steadyNow();
      const realNow = Date.now;
      t.mock.method(Date, "now", () => realNow() + hours * 3_600_000);
      holds(Math.abs(steadyNow() - before) < 5000);
      const status = await browser.status(attempt);
      assert.equal(status.status, "pending");
      holds(status.status === "pending" && Math.abs((status.expires_in ?? 0) - expires_in) <= 2);
      await browser.renew(attempt);
      t.mock.restoreAll();
      await (await emulator.phone()).handleMobileAuthWithOtp(otp);
      await (await browser.stream(attempt)).status("approved");
      assert.equal((await browser.logIn(attempt)).status, 200);
    });
  }
});
