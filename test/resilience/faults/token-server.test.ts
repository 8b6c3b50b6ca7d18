import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { holds } from "../../unit/server/support/holds.js";
import { outcome, production, type Login } from "./support/production.js";

const acceptAll = (logins: readonly Login[]): Promise<unknown> =>
  Promise.all(logins.map((login) => login.accept()));

/** A Token Server in trouble, in the middle of logins. People have scanned and accept; the kit cannot hear of it yet. */
describe("the Token Server", { concurrency: 3 }, () => {
  test("slow: every answer takes three seconds", async (t) => {
    const site = await production(t);
    const logins = await site.open(8);
    site.tokenServer.setFaults({ delayMilliseconds: 3000 });
    await acceptAll(logins);
    const { accepted, lost, doubled } = await outcome(t, logins, site, performance.now());
    assert.deepEqual({ accepted, lost, doubled }, { accepted: 8, lost: 0, doubled: 0 });
  });

  test("slower than the kit waits, for twenty seconds", async (t) => {
    const site = await production(t);
    const logins = await site.open(8);
    site.tokenServer.setFaults({ delayMilliseconds: 8000 });
    await acceptAll(logins);
    await sleep(20_000);
    site.tokenServer.setFaults({});
    const { accepted, lost, doubled } = await outcome(t, logins, site, performance.now());
    assert.deepEqual({ accepted, lost, doubled }, { accepted: 8, lost: 0, doubled: 0 });
  });

  test("down for a minute: whoever accepted before, meanwhile and afterwards is logged in", async (t) => {
    const site = await production(t, { signInMs: 300, ttlSeconds: 90 });
    const [before, during, after] = [await site.open(6), await site.open(6), await site.open(6)];
    await acceptAll(before);
    await site.tokenServerDown();
    await acceptAll(during);
    await sleep(60_000);
    await site.tokenServerUp();
    const endedAt = performance.now();
    await acceptAll(after);
    const { accepted, lost, doubled, secondsUntilWell } = await outcome(
      t,
      [...before, ...during, ...after],
      site,
      endedAt,
    );
    assert.deepEqual({ accepted, lost, doubled }, { accepted: 18, lost: 0, doubled: 0 });
    holds(secondsUntilWell <= 15, "A silent Token Server is asked again every 8 s.");
  });

  for (const [name, result] of [
    ["a page in HTML", { status: 200, body: "<html>Maintenance</html>" }],
    ["502 from a proxy", { status: 502, body: "Bad gateway" }],
    [
      "JSON that says nothing",
      { status: 200, body: '{"is_authenticated":"true"}', contentType: "application/json" },
    ],
    ["a redirect", { status: 302, body: "" }],
  ] as const) {
    test(`answers garbage for ten seconds: ${name}`, async (t) => {
      const site = await production(t);
      const logins = await site.open(4);
      site.tokenServer.setFaults({ result });
      await acceptAll(logins);
      await sleep(10_000);
      site.tokenServer.setFaults({});
      const { accepted, lost, doubled } = await outcome(t, logins, site, performance.now());
      assert.deepEqual({ accepted, lost, doubled }, { accepted: 4, lost: 0, doubled: 0 });
    });
  }
});
