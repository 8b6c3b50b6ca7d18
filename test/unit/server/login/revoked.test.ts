import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { memoryStore, type PairingOptions } from "onegini-otp-login/server";
import type { NodeContext } from "onegini-otp-login/node";
import { until } from "../../../support/until.js";
import { wrong } from "../support/number-on-phone.js";
import { numberedSite } from "../support/numbered-site.js";
import type { SiteKitOptions } from "../support/site.js";
import { pluck } from "../support/events.js";
import { parseKnownSince } from "../../../../src/server/pairing/revocations.js";

/** A user's browsers are forgotten while a login is under way. */
async function scene(
  t: TestContext,
  options: SiteKitOptions = {},
  pairing: Partial<PairingOptions<NodeContext>> = {},
) {
  const forgotten: { at?: number } = {};
  const all = await numberedSite(t, { knownSince: () => forgotten.at, ...pairing }, options);
  const forget = async () => {
    forgotten.at = all.clock.now();
    await all.clock.advance(1);
  };
  const reasons = (type: string) =>
    all.where.events.flatMap((event) => (event.type === type && "reason" in event ? [event.reason] : []));
  return { ...all, forgotten, forget, reasons };
}

describe("forgetting a user's browsers", () => {
  for (const [how, typed] of [
    ["with the right number", (number: string) => number],
    ["with a wrong one", (number: string) => wrong(number)],
    ["without one", () => undefined],
  ] as const)
    test(`fails a login that was accepted before, ${how}`, async (t) => {
      const { where, alice, accept, forget, reasons } = await scene(t);
      const { attempt, number } = await accept(alice);
      await forget();
      const { status, json: body } = await alice.postLogin(attempt, typed(number));
      assert.deepEqual([status, body["error"]], [409, "attempt_settled"]);
      assert.equal((await alice.status(attempt)).status, "failed");
      assert.deepEqual(where.logins, []);
      assert.deepEqual(reasons("pairing_failed"), ["revoked"]);
    });

  test("fails one in a known browser, and one that was accepted in the same millisecond", async (t) => {
    const { where, clock, alice, accept, forgotten, logIn } = await scene(t);
    await logIn(alice);
    await clock.advance(1);
    const { attempt } = await accept(alice);
    forgotten.at = clock.now();
    assert.equal((await alice.postLogin(attempt)).status, 409);
    assert.equal(where.logins.length, 1);
  });

  test("fails one where each login is asked for the number", async (t) => {
    const { alice, accept, forget } = await scene(t, {}, { when: "always" });
    const { attempt, number } = await accept(alice);
    await forget();
    assert.equal((await alice.postLogin(attempt, number)).status, 409);
  });

  test("lets a login be accepted after it", async (t) => {
    const { alice, accept, forget } = await scene(t);
    await forget();
    const { attempt, number } = await accept(alice);
    assert.equal((await alice.postLogin(attempt, number)).status, 200);
  });

  test("ends the minute in which a login can be repeated", async (t) => {
    const { where, alice, accept, forget } = await scene(t);
    const { attempt, number } = await accept(alice);
    assert.equal((await alice.postLogin(attempt, number)).status, 200);
    await forget();
    assert.equal((await alice.postLogin(attempt)).status, 409);
    assert.equal(where.logins.length, 1, "signIn ran once");
  });

  test("takes no ticket, and gives no new one", async (t) => {
    const { where, alice, accept, forget, reasons } = await scene(t, { handOver: { to: "/login/otp" } });
    const { attempt, number } = await accept(alice);
    const { json: body } = await alice.postLogin(attempt, number);
    await forget();
    assert.equal((await alice.postLogin(attempt)).status, 409);
    const request = { headers: { cookie: alice.cookie } };
    assert.equal(await where.kit.redeem(body["ticket"], request), undefined);
    assert.deepEqual(reasons("ticket_refused"), ["revoked"]);
  });

  test("keeps a known browser's ticket while the site cannot say whether it was forgotten", async (t) => {
    let fails = false;
    const { where, alice, accept } = await scene(
      t,
      { handOver: { to: "/login/otp" } },
      {
        knownSince: () => {
          if (fails) throw new Error("the database is away");
          return undefined;
        },
      },
    );
    const redeem = (ticket: unknown) => where.kit.redeem(ticket, { headers: { cookie: alice.cookies } });
    const first = await accept(alice);
    const before = await redeem((await alice.postLogin(first.attempt, first.number)).json["ticket"]);
    alice.take(before?.headers.getSetCookie() ?? []);
    const second = await accept(alice);
    const { ticket } = (await alice.postLogin(second.attempt)).json;
    fails = true;
    await assert.rejects(redeem(ticket), /knownSince/);
    fails = false;
    assert.equal((await redeem(ticket))?.login.browser, "known");
  });

  test("ends nothing that is under way where only the record began anew", async (t) => {
    const epoch: { at?: number } = {};
    const { alice, accept, clock } = await scene(t, {}, { knownSince: () => ({ epoch: epoch.at }) });
    const { attempt, number } = await accept(alice);
    epoch.at = clock.now();
    assert.equal((await alice.postLogin(attempt, number)).status, 200);
  });
});

test("what knownSince says are no seconds, and clocks may differ by two minutes", () => {
  assert.deepEqual(parseKnownSince(1e11), { revokedMs: 1e11, knownAfterMs: 1e11 + 120_000 });
  assert.throws(() => parseKnownSince(1e11 - 1), TypeError);
});

describe("a login's calls", () => {
  test("ask the site once at a time when the number is asked for", async (t) => {
    let asked = 0;
    let answer = (): void => undefined;
    let reads = 0;
    let now = (): number => 0;
    const memory = memoryStore(() => now());
    const store = { ...memory, get: (id: string) => ((reads += 1), memory.get(id)) };
    const { alice, accept, clock } = await scene(
      t,
      { store },
      {
        knownSince: () => {
          asked += 1;
          return new Promise((resolve) => (answer = () => resolve(undefined)));
        },
      },
    );
    now = () => clock.now();
    const { attempt } = await accept(alice);
    reads = 0;
    const calls = [alice.postLogin(attempt), alice.postLogin(attempt), alice.postLogin(attempt)];
    await until(() => asked > 0 && reads >= calls.length, "the site's function, and each call");
    // What each has left to do before it asks takes less than two whole calls.
    for (let time = 0; time < 2; time++) await alice.status(attempt);
    answer();
    assert.deepEqual(pluck(await Promise.all(calls), "status"), [403, 403, 403]);
    assert.equal(asked, 1);
  });

  test("are sixty at most", async (t) => {
    const { where, alice, accept } = await scene(t);
    const { attempt, number } = await accept(alice);
    const statuses: number[] = [];
    for (let call = 0; call < 61; call++) statuses.push((await alice.postLogin(attempt)).status);
    assert.deepEqual([...new Set(statuses.slice(0, 60))], [403]);
    const last = await alice.postLogin(attempt, number);
    assert.deepEqual([statuses[60], last.status, last.json["error"]], [429, 429, "too_many_requests"]);
    assert.ok(where.events.some((event) => event.type === "limited" && event.limit === "loginsPerAttempt"));
    const other = await accept(alice);
    assert.equal((await alice.postLogin(other.attempt, other.number)).status, 200);
  });

  test("ask the site nothing about a login that cannot be repeated", async (t) => {
    let asked = 0;
    const { alice, accept } = await scene(t, {}, { knownSince: () => void (asked += 1) });
    const { attempt, number } = await accept(alice);
    const statuses = [(await alice.postLogin(attempt, number)).status];
    for (let call = 0; call < 40; call++) statuses.push((await alice.postLogin(attempt)).status);
    const found = [200, 429].map((status) => statuses.filter((each) => each === status).length);
    assert.deepEqual(found, [20, 21]);
    assert.equal(asked, 20);
  });
});
