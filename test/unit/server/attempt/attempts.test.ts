import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryStore, type AttemptStore, type LoginKitEvent } from "onegini-otp-login/server";
import { Attempts, createAttemptId, isAttemptId } from "../../../../src/server/attempt/attempts.js";
import { defaultTimeouts as timeouts } from "../../../../src/server/timeouts.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { holds } from "../../../support/until.js";

const origin = "https://www.example.com";

interface Scene {
  clock: VirtualClock;
  attempts: Attempts;
  events: LoginKitEvent[];
  /** An attempt that has begun, with one code of a minute. */
  begin: () => Promise<string>;
}

/** @param wrap wraps the memory store */
function scene(wrap: (store: AttemptStore) => AttemptStore = (store) => store): Scene {
  const clock = new VirtualClock();
  const events: LoginKitEvent[] = [];
  const store = wrap(memoryStore(() => clock.now()));
  const attempts = new Attempts(store, origin, timeouts, clock, (event) => void events.push(event));
  const begin = async (): Promise<string> => {
    const transaction = { id: "one", endsAt: clock.now() + 60_000 };
    const { id } = await attempts.begin({ id: createAttemptId(clock), browser: "hash" }, transaction);
    return id;
  };
  return { clock, attempts, events, begin };
}

const of = (events: LoginKitEvent[]): unknown[] =>
  events.map((event) => [event.type, event.level, "durationMs" in event && event.durationMs]);

describe("the attempts", () => {
  test("begin pending, with an id of 128 bits and the hash of their browser", async () => {
    const { attempts, begin, clock } = scene();
    const id = await begin();
    holds(isAttemptId(id), id);
    assert.notEqual(await begin(), id);
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

  test("that were accepted and not claimed in time are expired when they are read, also in the store", async () => {
    const { attempts, begin, clock, events } = scene();
    const id = await begin();
    await attempts.change(id, { kind: "approved", id: "one", userId: "alice", at: clock.now() });
    await clock.advance(119.999);
    assert.equal((await attempts.get(id, "hash"))?.state.status, "approved");
    await clock.advance(0.001);
    assert.deepEqual((await attempts.get(id, "hash"))?.state, { status: "expired", at: clock.now() });
    assert.equal((await attempts.findByTransaction("one"))?.state.status, "expired");
    assert.deepEqual(of(events), [
      ["attempt_approved", "info", 0],
      ["attempt_expired", "info", 120_000],
    ]);
  });

  test("whose time is over stay pending until the last result call has an answer", async () => {
    const { attempts, begin, clock } = scene();
    const id = await begin();
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
      const id = await begin();
      // Somebody asks about it.
      await clock.advance(70);
      await attempts.change(id, { kind: "silence", at: clock.now() });
      await clock.advance(60);
      const change = { ...what, at: clock.now() };
      assert.equal((await attempts.change(id, change))?.changed, true);
      assert.equal((await attempts.change(id, change))?.changed, false);
      assert.deepEqual(of(events), [[type, level, 130_000]]);
    });
  }

  test("keep the address of the client that began them, and report it at their end", async () => {
    const { attempts, clock, events } = scene();
    const of = { id: createAttemptId(clock), browser: "hash", address: "192.0.2.1" };
    const { id } = await attempts.begin(of, { id: "one", endsAt: clock.now() + 60_000 });
    assert.equal((await attempts.get(id, "hash"))?.address, "192.0.2.1");
    await attempts.change(id, { kind: "denied", id: "one", at: clock.now() });
    const [event] = events;
    assert.equal(event?.type === "attempt_denied" && event.address, "192.0.2.1");
  });

  test("report no address if none is known", async () => {
    const { attempts, clock, events } = scene();
    const transaction = { id: "one", endsAt: clock.now() + 60_000 };
    const { id } = await attempts.begin({ id: createAttemptId(clock), browser: "hash" }, transaction);
    await attempts.change(id, { kind: "denied", id: "one", at: clock.now() });
    holds(!("address" in (events[0] ?? {})), JSON.stringify(events));
  });

  test("do not report renewals and logins", async () => {
    const { attempts, begin, clock, events } = scene();
    const id = await begin();
    await attempts.change(id, { kind: "renewal_started", maxTransactions: 20 });
    await attempts.change(id, { kind: "renewed", id: "two", endsAt: clock.now() + 60_000 });
    await attempts.change(id, { kind: "transaction_closed", id: "two", at: clock.now() });
    assert.deepEqual(events, []);
    await attempts.change(id, { kind: "approved", id: "one", userId: "alice", at: clock.now() });
    const claim = await attempts.change(id, {
      kind: "claimed",
      at: clock.now(),
      maxLogins: 20,
      proof: { kind: "not_asked" },
    });
    assert.equal(claim?.attempt.state.status, "completed");
    assert.deepEqual(of(events), [["attempt_approved", "info", 0]]);
  });

  test("that are gone cannot be changed", async () => {
    const { attempts, clock } = scene();
    assert.equal(
      await attempts.change("A".repeat(22), { kind: "denied", id: "one", at: clock.now() }),
      undefined,
    );
  });

  test("that disappear during a change are returned as they were read", async () => {
    let isGone = false;
    const { attempts, begin, clock, events } = scene((store) => ({
      ...store,
      get: (id) => (isGone ? Promise.resolve(undefined) : store.get(id)),
      compareAndSet: () => Promise.resolve(!(isGone = true)),
    }));
    const id = await begin();
    const result = await attempts.change(id, { kind: "denied", id: "one", at: clock.now() });
    assert.equal(result?.changed, false);
    assert.equal(result.attempt.state.status, "pending");
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
    const id = await begin();
    const result = await attempts.change(id, { kind: "denied", id: "one", at: clock.now() });
    assert.equal(result?.changed, true);
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
    assert.equal(await ours.change(id, { kind: "denied", id: "one", at: clock.now() }), undefined);
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
    const id = await begin();
    await assert.rejects(
      attempts.change(id, { kind: "denied", id: "one", at: clock.now() }),
      /in 200 tries: denied/,
    );
    assert.equal(tries, 200);
  });

  test("pass subscriptions on to the store", async () => {
    const { attempts, begin, clock } = scene();
    const id = await begin();
    let calls = 0;
    const end = await attempts.subscribe(id, () => (calls += 1));
    await attempts.change(id, { kind: "denied", id: "one", at: clock.now() });
    assert.equal(calls, 1);
    end();
  });
});
