import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import type { LoginKitEvent } from "onegini-otp-login/server";
import { startRedis, type RedisServer } from "../../support/services/redis.js";
import { holds } from "../../support/until.js";
import { Browser } from "../../unit/server/support/browser.js";
import { site } from "../../unit/server/support/site.js";
import { openStore } from "./support/redis-stores.js";

/** What another version, or another program, left in Redis: a site's answers. */

let server: RedisServer;
before(async () => (server = await startRedis()));
after(() => server.stop());

async function scene(t: TestContext, limits = {}) {
  server.flush();
  const { store } = await openStore(t, server);
  return site(t, { options: { store, limits, handOver: { to: "/login/otp" } } });
}

const keysOf = (kind: string): string[] =>
  server.command("KEYS", `onegini-otp-login:${kind}:*`).split("\n").filter(Boolean);

const reported = (events: readonly LoginKitEvent[]) =>
  events.flatMap((event) =>
    event.type === "store_unreadable" || event.type === "store_trouble" || event.type === "internal_error"
      ? [[event.type, "what" in event ? event.what : undefined]]
      : [],
  );

/** How another version might keep an attempt, made of how this one does. */
const attempts: Record<string, (text: string) => string> = {
  "of format 0": (text) => text.replace("[1,", "[0,"),
  "of format 2": (text) => text.replace("[1,", "[2,"),
  "of format 2 with another meaning": () => '[2,{"id":"a"}]',
  "of a version before the first format": () => '{"id":"a","version":1,"state":{"status":"pending"}}',
};

describe("an attempt", () => {
  for (const [what, change] of Object.entries(attempts))
    test(`${what} is 404, its ticket gives no login, and it stays as it is`, async (t) => {
      const where = await scene(t);
      const browser = new Browser(where);
      const { attempt, otp } = await browser.start();
      await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
      await browser.approval(attempt);
      const { ticket } = (await (await browser.logIn(attempt)).json()) as { ticket: string };
      const [key = ""] = keysOf("attempt");
      const value = change(server.command("GET", key));
      server.command("SET", key, value, "EX", "60");

      for (const call of [() => browser.get(`/${attempt}`), () => browser.logIn(attempt)]) {
        const answer = await call();
        assert.equal(answer.status, 404);
        assert.equal(((await answer.json()) as { error: string }).error, "unknown_attempt");
      }
      assert.equal(await where.kit.redeem(ticket, { headers: { cookie: browser.cookie ?? "" } }), undefined);
      const { transaction_id } = JSON.parse(atob(otp)) as { transaction_id: string };
      const callback = await fetch(`${where.url}/callback`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ transaction_id }),
      });
      assert.equal(callback.status, 204);
      assert.equal(server.command("GET", key), value);
      assert.deepEqual(reported(where.events), [["store_unreadable", "attempt"]]);
      // Its page begins again.
      assert.equal((await browser.post("")).status, 201);
    });
});

describe("a limit", () => {
  const startsPerAddress = { count: 5, seconds: 60 };
  for (const value of ["1", "0:1", "2:1"])
    test(`whose count is ${value} is 429 until its key ends, and stays as it is`, async (t) => {
      const where = await scene(t, { startsPerAddress });
      await new Browser(where).start();
      const [key = ""] = keysOf("limit");
      server.command("SET", key, value, "EX", "120");
      const answer = await new Browser(where).post("");
      const retryAfter = Number(answer.headers.get("retry-after"));
      assert.equal(answer.status, 429);
      holds(retryAfter > 110 && retryAfter <= 120, `Retry-After: ${retryAfter}`);
      assert.equal(server.command("GET", key), value);
      assert.deepEqual(reported(where.events), [["store_unreadable", "limit"]]);
    });
});
