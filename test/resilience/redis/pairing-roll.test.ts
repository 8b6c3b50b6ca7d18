import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import { startRedis, type RedisServer } from "../../support/services/redis.js";
import {
  BrowserThatMayBeKnown,
  numberIn,
  startWithMessage,
} from "../../unit/server/support/number-on-phone.js";
import { accepted, json, scriptedTokenServer, site } from "../../unit/server/support/site.js";
import { openStore } from "./support/redis-stores.js";

/** A roll in which one server has `pairing` already and the other does not. They share one Redis. */

let server: RedisServer;
before(async () => (server = await startRedis()));
after(() => server.stop());

async function scene(t: TestContext, prefix: string) {
  const tokenServer = await scriptedTokenServer(t);
  const messages: string[] = [];
  tokenServer.start = startWithMessage((message) => messages.push(message));
  const waiting = json(404, { error: "3004", error_description: "Unknown transaction" });
  tokenServer.result = waiting;
  const origin = "http://localhost:4000";
  const { store } = await openStore(t, server, { prefix });
  const { store: other } = await openStore(t, server, { prefix });
  const pairing = { keys: ["a key of the tests, of 32 characters"] };
  const oldSite = await site(t, {
    tokenServerUrl: tokenServer.url,
    options: { origin, message: "Log in", store },
  });
  const newSite = await site(t, {
    tokenServerUrl: tokenServer.url,
    options: { origin, message: "Log in: {number}", pairing, store: other },
  });
  const before = new BrowserThatMayBeKnown({ url: oldSite.url, origin });
  const now = new BrowserThatMayBeKnown({ url: newSite.url, origin });
  /** The same browser at both servers, as behind a proxy. */
  const share = (from: BrowserThatMayBeKnown, to: BrowserThatMayBeKnown): void => {
    to.browser.cookie = from.browser.cookie;
  };
  /** The phone accepts the code of one of the transactions, counted from the first. */
  const acceptOf = (index: number): void => {
    tokenServer.result = (res, id, req) =>
      (id === tokenServer.started[index] ? accepted("alice") : waiting)(res, id, req);
  };
  return { before, now, share, acceptOf, messages };
}

test("a code without a number, from a server that does not have it yet, is not asked for one", async (t) => {
  const { before, now, share, acceptOf } = await scene(t, "old-code:");
  const { attempt } = await before.browser.start();
  share(before, now);
  acceptOf(0);
  await now.browser.approval(attempt);
  assert.equal((await now.logIn(attempt)).status, 200);
});

test("a server without it logs in with a code that has a number: it protects once the last server has it", async (t) => {
  const { before, now, share, acceptOf } = await scene(t, "old-login:");
  const { attempt } = await now.browser.start();
  share(now, before);
  acceptOf(0);
  await now.browser.approval(attempt);
  assert.equal((await now.logIn(attempt)).json["error"], "pairing_required");
  assert.equal((await before.logIn(attempt)).status, 200);
});

test("of an attempt with codes of both servers, the accepted one decides", async (t) => {
  for (const index of [0, 1]) {
    const { before, now, share, acceptOf, messages } = await scene(t, `both-${index}:`);
    const { attempt } = await before.browser.start();
    share(before, now);
    await now.browser.renew(attempt);
    acceptOf(index);
    await now.browser.approval(attempt);
    const { status, json: body } = await now.logIn(attempt);
    assert.deepEqual([status, body["error"]], index === 0 ? [200, undefined] : [403, "pairing_required"]);
    if (index === 1) assert.equal((await now.logIn(attempt, numberIn(messages[1] ?? null))).status, 200);
  }
});
