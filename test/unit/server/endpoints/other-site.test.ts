import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { memoryStore } from "onegini-otp-login/server";
import { holds, until } from "../../../support/until.js";
import { Browser } from "../support/browser.js";
import { site, type Site } from "../support/site.js";
import { transactionOf } from "../support/login.js";

const handOver = { to: "/login/otp" };

const noted = ({ events }: Site, type: string) => events.filter((event) => event.type === type);

/**
 * Production, and staging with a Token Server of its own. Both keep their attempts in one store by mistake. A browser has
 * begun an attempt at staging, and goes with its cookie to production.
 */
async function twoSites(t: TestContext) {
  const store = memoryStore();
  const production = await site(t, { options: { store, handOver } });
  const staging = await site(t, { options: { store, handOver } });
  const atStaging = new Browser(staging);
  const { attempt, otp } = await atStaging.start();
  const atProduction = new Browser(production);
  atProduction.cookie = atStaging.cookie;
  const accept = async (): Promise<void> => {
    await (await staging.emulator.phone("mallory")).handleMobileAuthWithOtp(otp);
    await atStaging.approval(attempt);
  };
  const ticket = async (): Promise<string> =>
    ((await (await atStaging.logIn(attempt)).json()) as { ticket: string }).ticket;
  return { store, production, staging, atProduction, atStaging, attempt, otp, accept, ticket };
}

/** All calls of a page. The first one waits for nothing if the attempt is known. */
const calls: ((browser: Browser, attempt: string) => Promise<Response>)[] = [
  (browser, attempt) => browser.get(`/${attempt}`),
  (browser, attempt) => browser.get(`/${attempt}`, { headers: { accept: "text/event-stream" } }),
  (browser, attempt) => browser.get(`/${attempt}`, { headers: { prefer: "wait=20" } }),
  (browser, attempt) => browser.post(`/${attempt}/otp`),
  (browser, attempt) => browser.logIn(attempt),
];

const whole = async (answer: Response): Promise<[number, string]> => [answer.status, await answer.text()];

describe("an attempt of another site on the same store", () => {
  for (const status of ["pending", "approved"] as const) {
    test(`is unknown to every call of a page while it is ${status}, and goes on at its own site`, async (t) => {
      const { store, production, atProduction, atStaging, attempt, accept, ticket } = await twoSites(t);
      if (status === "approved") await accept();
      const stored = await store.get(attempt);

      for (const call of calls) {
        const unknown = await whole(await call(atProduction, "A".repeat(22)));
        assert.equal(unknown[0], 404);
        assert.deepEqual(await whole(await call(atProduction, attempt)), unknown);
      }

      assert.deepEqual(await store.get(attempt), stored);
      assert.deepEqual([production.emulator.polls, production.emulator.starts], [[], []]);
      if (status === "pending") await accept();
      assert.match(await ticket(), new RegExp(`^${attempt}\\.`));
      assert.equal((await atStaging.status(attempt)).status, "completed");
    });
  }

  test("gives no login by its ticket, which stays good at its own site", async (t) => {
    const { production, staging, atStaging, accept, ticket } = await twoSites(t);
    await accept();
    const text = await ticket();
    const request = { headers: { cookie: atStaging.cookie } };

    assert.equal(await production.kit.redeem(text, request), undefined);
    const [refused] = noted(production, "ticket_refused");
    assert.deepEqual(refused && "reason" in refused && [refused.reason, "attempt" in refused], [
      "unknown",
      false,
    ]);
    assert.equal((await staging.kit.redeem(text, request))?.userId, "mallory");
  });

  test("is not found by a callback: 204, no call to the Token Server, and nothing changes", async (t) => {
    const { store, production, attempt, otp } = await twoSites(t);
    const stored = await store.get(attempt);
    const transaction = transactionOf(otp);

    const body = JSON.stringify({ transaction_id: transaction });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${production.url}/callback`, { method: "POST", headers, body });
    assert.equal(answer.status, 204);
    await until(() => noted(production, "callback_received").length === 1, "the event");
    await production.kit.close();

    const [noticed] = noted(production, "callback_received");
    holds(noticed?.type === "callback_received");
    assert.deepEqual([noticed.level, noticed.known, noticed.attempt], ["warn", false, undefined]);
    assert.deepEqual(production.emulator.polls, []);
    assert.deepEqual(await store.get(attempt), stored);
  });

  test("is not marked by a scan that the other site's app tells", async (t) => {
    const { store, production, staging, atStaging, attempt, otp } = await twoSites(t);
    const stored = await store.get(attempt);
    await production.kit.scanned({ transactionId: transactionOf(otp) });
    assert.deepEqual(await store.get(attempt), stored);
    assert.deepEqual(noted(production, "code_scanned"), []);

    await staging.kit.scanned({ transactionId: transactionOf(otp) });
    assert.equal((await atStaging.status(attempt)).scanned, true);
  });
});

describe("an attempt's site", () => {
  test("is the kit's origin, also where the login API is elsewhere", async (t) => {
    const store = memoryStore();
    const origin = "http://127.0.0.1:8000";
    const where = await site(t, {
      options: (listensAt) => ({ store, origin, apiOrigin: listensAt }),
    });
    const browser = new Browser({ url: where.url, origin });
    const headers = { "sec-fetch-site": "same-site" };
    const { attempt } = await browser.start({ headers });
    assert.equal((await store.get(attempt))?.origin, origin);
  });
});
