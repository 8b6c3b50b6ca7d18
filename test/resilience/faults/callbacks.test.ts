import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { holds } from "../../unit/server/support/holds.js";
import { until } from "../../support/until.js";
import { outcome, production, type Login, type Production } from "./support/production.js";

const acceptAll = (logins: readonly Login[]): Promise<unknown> =>
  Promise.all(logins.map((login) => login.accept()));

async function expectAll(
  t: Parameters<typeof outcome>[0],
  site: Production,
  logins: readonly Login[],
  maxMs?: number,
): Promise<void> {
  const { accepted, lost, doubled, repeated } = await outcome(t, logins, site, performance.now(), maxMs);
  const expected = { accepted: logins.length, lost: 0, doubled: 0, repeated: 0 };
  assert.deepEqual({ accepted, lost, doubled, repeated }, expected);
}

/** Callbacks are hints, and come to whichever server the balancer picks. */
describe("callbacks", { concurrency: 3 }, () => {
  test("that are lost, all of them: the server that holds the stream asks at the end of the code", async (t) => {
    const site = await production(t, { ttlSeconds: 12 });
    const logins = await site.open(8);
    site.tokenServer.setFaults({ callbacks: { lose: true } });
    await acceptAll(logins);
    await expectAll(t, site, logins);
  });

  test("that are late by five seconds", async (t) => {
    const site = await production(t);
    const logins = await site.open(8);
    site.tokenServer.setFaults({ callbacks: { delayMilliseconds: 5000 } });
    await acceptAll(logins);
    await expectAll(t, site, logins);
  });

  test("that come five times each, to this server and that", async (t) => {
    const site = await production(t);
    const logins = await site.open(8);
    site.tokenServer.setFaults({ callbacks: { times: 5 } });
    await acceptAll(logins);
    await expectAll(t, site, logins);
  });

  test("that are forged: for nobody's transaction, and for open ones before anybody accepted", async (t) => {
    const site = await production(t);
    const logins = await site.open(8);
    const forged = logins.map(({ visitor: { state } }) => {
      if (state.phase !== "pending") throw new Error("There is no code.");
      return (JSON.parse(atob(state.code.otp)) as { transaction_id: string }).transaction_id;
    });
    const send = (transaction: string): Promise<number[]> =>
      Promise.all(
        site.nodes.map(async ({ url }) => {
          const headers = { "content-type": "application/json" };
          const body = JSON.stringify({
            callback_uri: "x",
            transaction_id: transaction,
            is_authenticated: true,
          });
          return (await fetch(`${url}/otp-login/callback`, { method: "POST", headers, body })).status;
        }),
      );
    for (const transaction of [...forged, crypto.randomUUID()]) {
      assert.deepEqual(await send(transaction), [204, 204]);
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
    holds(
      logins.every(({ visitor }) => visitor.state.phase === "pending"),
      "A forged callback logs nobody in.",
    );
    await acceptAll(logins);
    await expectAll(t, site, logins);
  });

  test("whose stream's holder dies before it can tell: the page asks another server, which asks the Token Server", async (t) => {
    const site = await production(t);
    const logins = await site.open(8);
    // Whoever has just been given a code comes to watch it, and does not come back.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    site.tokenServer.setFaults({ callbacks: { lose: true } });
    await acceptAll(logins);
    await site.nodes[0]?.kill();
    const accepted = (): number => logins.filter(({ visitor }) => visitor.state.phase === "completed").length;
    await until(() => accepted() > 0, "those who lost their stream", 15_000);
    await expectAll(t, site, logins, 75_000);
  });
});
