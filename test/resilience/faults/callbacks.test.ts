import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "../../support/until.js";
import { acceptAll, expectAllLoggedIn, pass, production, type Production } from "./support/production.js";

const eventsOf = ({ messages }: Production, type: string): unknown[] =>
  messages.flatMap((message) =>
    message.kind === "event" && message.event["type"] === type ? [message] : [],
  );

/** A callback only leads to a result call. It goes to any of the servers, not always to the one with the page's stream. */
describe("callbacks", { concurrency: 2 }, () => {
  test("all lost: the server with the stream makes a result call before the code ends", async (t) => {
    const site = await production(t, { ttlSeconds: 12 });
    const logins = await site.open(8);
    site.tokenServer.setFaults({ callbacks: { lose: true } });
    await acceptAll(logins);
    await expectAllLoggedIn(t, site, logins);
  });

  test("all lost, for two logins: the next ones take six seconds at most, until callbacks arrive again", async (t) => {
    const site = await production(t, { nodes: 1, ttlSeconds: 20 });
    site.tokenServer.setFaults({ callbacks: { lose: true } });
    const first = await site.open(2);
    await acceptAll(first);
    await expectAllLoggedIn(t, site, first);
    await until(() => eventsOf(site, "callback_missing").length > 0, "the event of the first", 60_000);
    // The second one was found a moment after the first.
    await pass(1);
    const next = await site.open(4);
    await acceptAll(next);
    const acceptedAt = performance.now();
    await expectAllLoggedIn(t, site, next);
    for (const { visitor } of next) {
      const seconds =
        ((visitor.phases.find(({ phase }) => phase === "approved")?.at ?? NaN) - acceptedAt) / 1000;
      assert.ok(seconds <= 6, `${seconds} s`);
    }
    site.tokenServer.setFaults({});
    const last = await site.open(2);
    await acceptAll(last);
    await expectAllLoggedIn(t, site, last);
    assert.equal(eventsOf(site, "callback_missing").length, 1);
  });

  test("late, so that a server finds the answers by asking before the callbacks come to any server: none is missing", async (t) => {
    const site = await production(t, { ttlSeconds: 12 });
    const logins = await site.open(6);
    site.tokenServer.setFaults({ callbacks: { delayMilliseconds: 7000 } });
    // The page gets the next code five seconds before the end of this one, and the server with the stream asks two seconds before.
    await pass(4);
    await acceptAll(logins);
    await expectAllLoggedIn(t, site, logins);
    await until(() => eventsOf(site, "callback_received").length === logins.length, "the callbacks");
    const types = site.messages.flatMap((message) =>
      message.kind === "event" ? [message.event["type"]] : [],
    );
    assert.ok(
      types.indexOf("attempt_approved") < types.indexOf("callback_received"),
      "Nothing was found by asking.",
    );
    // Until they would count as missing.
    await pass(11);
    assert.deepEqual(eventsOf(site, "callback_missing"), []);
  });

  test("late by five seconds: no login is lost", async (t) => {
    const site = await production(t);
    const logins = await site.open(8);
    site.tokenServer.setFaults({ callbacks: { delayMilliseconds: 5000 } });
    await acceptAll(logins);
    await expectAllLoggedIn(t, site, logins);
  });

  test("five for each transaction, to both servers: each login happens once", async (t) => {
    const site = await production(t);
    const logins = await site.open(8);
    site.tokenServer.setFaults({ callbacks: { times: 5 } });
    await acceptAll(logins);
    const { repeated } = await expectAllLoggedIn(t, site, logins);
    assert.equal(repeated, 0);
  });

  test("forged, for unknown and for open transactions: nobody is logged in by them", async (t) => {
    const site = await production(t);
    const logins = await site.open(8);
    const open = logins.map(({ visitor: { state } }) => {
      if (state.phase !== "pending") throw new Error("There is no code.");
      return (JSON.parse(atob(state.code.otp)) as { transaction_id: string }).transaction_id;
    });
    const forge = (transaction: string): Promise<number[]> =>
      Promise.all(
        site.nodes.map(async ({ url }) => {
          const { status } = await fetch(`${url}/otp-login/callback`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ callback_uri: "x", transaction_id: transaction, is_authenticated: true }),
          });
          return status;
        }),
      );
    for (const transaction of [...open, crypto.randomUUID()]) {
      assert.deepEqual(await forge(transaction), [204, 204]);
    }
    await pass(1);
    assert.deepEqual(
      logins.map(({ visitor }) => visitor.state.phase),
      logins.map(() => "pending"),
    );
    await acceptAll(logins);
    await expectAllLoggedIn(t, site, logins);
  });

  test("lost, and the server with the stream dies: the page's return leads to a result call of another server", async (t) => {
    const site = await production(t, { ttlSeconds: 40 });
    const logins = await site.open(8);
    // A stream that opens right after the start leads to no result call. A stream that opens later does.
    await pass(2.5);
    site.tokenServer.setFaults({ callbacks: { lose: true } });
    await acceptAll(logins);
    await site.nodes[0]?.kill();
    await expectAllLoggedIn(t, site, logins);
    const completedAt = ({ visitor }: (typeof logins)[number]): number =>
      visitor.phases.find(({ phase }) => phase === "completed")?.at ?? NaN;
    const [first] = logins.toSorted((a, b) => completedAt(a) - completedAt(b));
    assert.ok(
      (first?.visitor.streams.length ?? 0) > 1,
      "Pages that came back did not wait for the code's end.",
    );
  });
});
