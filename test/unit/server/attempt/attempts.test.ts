import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryStore, type AttemptStore, type LoginKitEvent } from "onegini-otp-login/server";
import type { Attempt } from "../../../../src/server/store/attempt.js";
import { Attempts, createAttemptId, isAttemptId } from "../../../../src/server/attempt/attempts.js";
import { claim } from "../../../../src/server/attempt/claim.js";
import { change } from "../../../../src/server/attempt/transitions.js";
import { defaultTimeouts as timeouts } from "../../../../src/server/defaults/timeouts.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { holds } from "../../../support/until.js";

const origin = "https://www.example.com";

interface Scene {
  clock: VirtualClock;
  attempts: Attempts;
  events: LoginKitEvent[];
  /** An attempt that has begun, with one code of a minute. */
  begin: () => Promise<Attempt>;
}

/** @param wrap wraps the memory store */
function scene(wrap: (store: AttemptStore) => AttemptStore = (store) => store): Scene {
  const clock = new VirtualClock();
  const events: LoginKitEvent[] = [];
  const store = wrap(memoryStore(() => clock.now()));
  const attempts = new Attempts(store, origin, timeouts, clock, (event) => void events.push(event));
  const begin = (): Promise<Attempt> =>
    attempts.begin(
      { id: createAttemptId(clock), browser: "hash" },
      { id: "one", endsAt: clock.now() + 60_000 },
    );
  return { clock, attempts, events, begin };
}

const of = (events: LoginKitEvent[]): unknown[] =>
  events.map((event) => [event.type, event.level, "durationMs" in event && event.durationMs]);

describe("the attempts", () => {
  test("begin pending, with an id of 128 bits and the hash of their browser", async () => {
    const { attempts, begin, clock } = scene();
    const { id } = await begin();
    holds(isAttemptId(id), id);
    assert.notEqual((await begin()).id, id);
    const attempt = await attempts.get(id, "hash");
    assert.equal(attempt?.browser, "hash");
    holds(!("language" in attempt), "a language that nobody said");
    assert.equal(attempt.startedAt, clock.now());
    assert.deepEqual(attempt.state, { status: "pending" });
    assert.deepEqual(attempt.transactions, [{ id: "one", endsAt: clock.now() + 60_000, closed: false }]);
    assert.equal((await attempts.findByTransaction("one"))?.browser, "hash");
  });

  test("are not read from the store for a text that cannot be an id", async () => {
    const reads: string[] = [];
    const { attempts } = scene((store) => ({ ...store, get: (id) => (reads.push(id), store.get(id)) }));
    const id = "A".repeat(22);
    for (const text of [
      "",
      "A".repeat(21),
      "A".repeat(23),
      `${id}\n`,
      `${id} `,
      ` ${id}`,
      "é".repeat(22),
      "*".repeat(22),
    ])
      assert.equal(await attempts.get(text, "hash"), undefined, JSON.stringify(text));
    assert.deepEqual(reads, []);
    assert.equal(await attempts.get(id, "hash"), undefined);
    assert.equal(await attempts.get("a-Z_0123456789bcdefghi", "hash"), undefined);
    assert.equal(reads.length, 2);
  });

  test("whose time is over stay pending until the last result call has an answer", async () => {
    const { attempts, begin, clock } = scene();
    const attempt = await begin();
    const { id } = attempt;
    await clock.advance(80);
    assert.equal((await attempts.get(id, "hash"))?.state.status, "pending");
  });

  const ends = [
    ["attempt_denied", "info", { kind: "denied", id: "one" }],
    ["attempt_failed", "warn", { kind: "transaction_closed", id: "one" }],
    ["attempt_expired", "info", { kind: "time_over" }],
    ["attempt_failed", "warn", { kind: "silence" }],
  ] as const;
  for (const [type, level, what] of ends) {
    test(`report the end of an attempt once: ${what.kind}, ${type}`, async () => {
      const { attempts, begin, clock, events } = scene();
      const attempt = await begin();
      // Somebody asks about it.
      await clock.advance(70);
      await attempts.update(attempt, change, { kind: "silence", at: clock.now() });
      await clock.advance(60);
      const happened = { ...what, at: clock.now() };
      assert.equal((await attempts.update(attempt, change, happened))?.outcome, "changed");
      assert.equal((await attempts.update(attempt, change, happened))?.outcome, "unchanged");
      assert.deepEqual(of(events), [[type, level, 130_000]]);
    });
  }

  test("keep the address of the client that began them, and report it at their end", async () => {
    const { attempts, clock, events } = scene();
    const of = { id: createAttemptId(clock), browser: "hash", address: "192.0.2.1" };
    const attempt = await attempts.begin(of, { id: "one", endsAt: clock.now() + 60_000 });
    assert.equal((await attempts.get(attempt.id, "hash"))?.address, "192.0.2.1");
    await attempts.update(attempt, change, { kind: "denied", id: "one", at: clock.now() });
    const [event] = events;
    assert.equal(event?.type === "attempt_denied" && event.address, "192.0.2.1");
  });

  test("report no address if none is known", async () => {
    const { attempts, clock, events } = scene();
    const transaction = { id: "one", endsAt: clock.now() + 60_000 };
    const attempt = await attempts.begin({ id: createAttemptId(clock), browser: "hash" }, transaction);
    await attempts.update(attempt, change, { kind: "denied", id: "one", at: clock.now() });
    holds(!("address" in (events[0] ?? {})), JSON.stringify(events));
  });

  test("do not report renewals and logins", async () => {
    const { attempts, begin, clock, events } = scene();
    const attempt = await begin();
    await attempts.update(attempt, change, { kind: "renewal_started", maxTransactions: 20 });
    await attempts.update(attempt, change, { kind: "renewed", id: "two", endsAt: clock.now() + 60_000 });
    await attempts.update(attempt, change, { kind: "transaction_closed", id: "two", at: clock.now() });
    assert.deepEqual(events, []);
    const approved = await attempts.update(attempt, change, {
      kind: "approved",
      id: "one",
      userId: "alice",
      at: clock.now(),
    });
    const claimed = await attempts.update(approved?.attempt ?? attempt, claim, {
      at: clock.now(),
      maxLogins: 20,
      proof: { kind: "not_asked" },
    });
    assert.equal(claimed?.attempt.state.status, "completed");
    assert.deepEqual(of(events), [["attempt_approved", "info", 0]]);
  });

  test("that are gone cannot be changed", async () => {
    const { attempts, clock } = scene();
    const attempt = await scene().begin();
    assert.equal(
      await attempts.update(attempt, change, { kind: "denied", id: "one", at: clock.now() }),
      undefined,
    );
  });

  test("that disappear during a change are gone", async () => {
    let isGone = false;
    const { attempts, begin, clock, events } = scene((store) => ({
      ...store,
      get: (id) => (isGone ? Promise.resolve(undefined) : store.get(id)),
      compareAndSet: () => Promise.resolve(!(isGone = true)),
    }));
    const attempt = await begin();
    const result = await attempts.update(attempt, change, { kind: "denied", id: "one", at: clock.now() });
    assert.equal(result, undefined);
    assert.deepEqual(events, []);
  });

  test("decide again if another change was written first", async () => {
    let others = 3;
    const { attempts, begin, clock } = scene((store) => ({
      ...store,
      async compareAndSet(id, version, next) {
        const now = await store.get(id);
        if (now && others-- > 0)
          await store.compareAndSet(id, version, {
            ...now,
            version: version + 1,
            startedCount: now.startedCount + 1,
          });
        return store.compareAndSet(id, version, next);
      },
    }));
    const attempt = await begin();
    const result = await attempts.update(attempt, change, { kind: "denied", id: "one", at: clock.now() });
    assert.equal(result?.outcome, "changed");
    assert.deepEqual([result.attempt.version, result.attempt.startedCount], [5, 4]);
  });

  test("of another site in the same store are unknown, whatever reads them", async () => {
    const clock = new VirtualClock();
    const store = memoryStore(() => clock.now());
    const events: LoginKitEvent[] = [];
    const at = (site: string) =>
      new Attempts(store, site, timeouts, clock, (event) => void events.push(event));
    const [ours, theirs] = [at(origin), at("https://staging.example.com")];
    const { id } = await theirs.begin(
      { id: createAttemptId(clock), browser: "hash" },
      { id: "one", endsAt: clock.now() + 60_000 },
    );
    const stored = await store.get(id);

    assert.equal(await ours.get(id, "hash"), undefined);
    assert.equal(await ours.findByTransaction("one"), undefined);
    assert.deepEqual(await ours.redeem(id, { hash: "ticket", browser: "hash" }), { refusal: "unknown" });
    await ours.scanned("one", {});
    assert.equal(await store.get(id), stored);
    assert.deepEqual(events, []);
    assert.equal(await theirs.get(id, "hash"), stored);
  });

  test("give up after 200 tries to write a change, with an error that names it", async () => {
    let tries = 0;
    const { attempts, begin, clock } = scene((store) => ({
      ...store,
      compareAndSet: () => Promise.resolve(++tries < 0),
    }));
    const attempt = await begin();
    await assert.rejects(
      attempts.update(attempt, change, { kind: "denied", id: "one", at: clock.now() }),
      /in 200 tries: change/,
    );
    assert.equal(tries, 200);
  });

  test("pass subscriptions on to the store", async () => {
    const { attempts, begin, clock } = scene();
    const attempt = await begin();
    const { id } = attempt;
    let calls = 0;
    const end = await attempts.subscribe(id, () => (calls += 1));
    await attempts.update(attempt, change, { kind: "denied", id: "one", at: clock.now() });
    assert.equal(calls, 1);
    end();
  });
});
