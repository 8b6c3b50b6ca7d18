import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Attempt, AttemptState } from "../../../../src/server/store/attempt.js";
import { claim, type Claim } from "../../../../src/server/attempt/claim.js";
import * as transitions from "../../../../src/server/attempt/transitions.js";
import { defaultTimeouts as timeouts, type Timeouts } from "../../../../src/server/defaults/timeouts.js";
import { openUntil, statusAnswer } from "../../../../src/server/attempt/deadlines.js";
import {
  accepted as approved,
  begun,
  claimed as claiming,
  second,
  t0,
  transaction,
} from "../support/accepted-attempt.js";

type Change = transitions.Change | ({ kind: "claimed" } & Claim);
const change = (attempt: Attempt, what: Change, within: Timeouts): Attempt =>
  (what.kind === "claimed" ? claim(attempt, what, within) : transitions.change(attempt, what, within)).next;
const after = (attempt: Attempt, ...changes: Change[]): Attempt =>
  changes.reduce((before, what) => change(before, what, timeouts), attempt);

const renewed: Change[] = [
  { kind: "renewal_started", maxTransactions: 20 },
  { kind: "renewed", id: "two", endsAt: t0 + 90 * second },
];
const denied: Change = { kind: "denied", id: "one", at: t0 + 5 * second };
const claimed = { kind: "claimed", ...claiming } as const;

/** Every kind of change, at a time after every deadline. */
const everything: Change[] = [
  ...renewed,
  { kind: "renewal_abandoned" },
  { kind: "scanned", id: "one", scan: { at: t0 + 30 * second } },
  { kind: "scanned", id: "nobody", scan: { at: t0 } },
  { kind: "approved", id: "one", userId: "mallory", at: t0 + 9999 * second },
  { kind: "denied", id: "one", at: t0 + 9999 * second },
  { kind: "transaction_closed", id: "one", at: t0 + 9999 * second },
  { kind: "transaction_closed", id: "nobody", at: t0 + 9999 * second },
  { ...claimed, at: t0 + 9999 * second },
  { kind: "time_over", at: t0 + 9999 * second },
  { kind: "silence", at: t0 + 9999 * second },
];

describe("an attempt", () => {
  const finals: Record<string, Attempt> = {
    completed: after(begun, approved, claimed),
    denied: after(begun, denied),
    expired: after(begun, { kind: "time_over", at: t0 + 70 * second }),
    failed: after(begun, { kind: "transaction_closed", id: "one", at: t0 }),
  };

  test("begins with the known fields, and without keys for the others", () => {
    const of = { id: "attempt", origin: "https://www.example.com", browser: "hash", startedAt: t0 };
    const bare = {
      ...of,
      format: 1,
      version: 1,
      transactions: [{ ...transaction, closed: false }],
      startedCount: 1,
      state: { status: "pending" },
      forgetAt: begun.forgetAt,
    };
    assert.deepEqual(begun, bare);
    const known = { language: "nl", address: "192.0.2.1" };
    const next = transitions.beginAttempt({ ...of, transaction, ...known }, timeouts);
    assert.deepEqual(next, { ...bare, ...known });
  });
  for (const [status, attempt] of Object.entries(finals)) {
    test(`once ${status}, never changes`, () => {
      assert.equal(attempt.state.status, status);
      for (const what of everything) assert.equal(change(attempt, what, timeouts), attempt, what.kind);
    });
  }

  test("notes the first callback of a code, and nothing else changes by it", () => {
    const called: Change = { kind: "called_back", id: "one", at: t0 + 7 * second };
    const [first] = begun.transactions;
    for (const attempt of [begun, after(begun, approved), ...Object.values(finals)]) {
      const next = change(attempt, called, timeouts);
      const [code] = attempt.transactions;
      const transactions = [{ ...code, calledBackAt: t0 + 7 * second }];
      assert.deepEqual(next, { ...attempt, version: attempt.version + 1, transactions });
      assert.equal(after(next, { ...called, at: t0 + 9 * second }), next);
      assert.equal(after(attempt, { ...called, id: "nobody" }), attempt);
    }
    for (const result of [approved, denied, { kind: "transaction_closed", id: "one", at: t0 } as const]) {
      const { transactions } = after(begun, { ...result, calledBackAt: t0 + 4 * second });
      const closed = result.kind === "transaction_closed";
      assert.deepEqual(transactions, [{ ...first, closed, calledBackAt: t0 + 4 * second }]);
    }
  });

  test("once approved, can only be claimed or expire", () => {
    const attempt = after(begun, approved);
    const next = everything.map((what) => change(attempt, what, timeouts).state.status);
    assert.deepEqual(new Set(next), new Set(["approved", "expired"]));
    assert.equal(after(attempt, claimed).state.status, "completed");
    assert.equal(after(attempt, { kind: "time_over", at: t0 + 125 * second }).state.status, "expired");
  });

  test("is scanned while the code can be accepted, once", () => {
    const scanAt = (at: number, address: string): Change => ({
      kind: "scanned",
      id: "one",
      scan: { at, address },
    });
    const scanned = after(begun, scanAt(t0 + 59 * second, "192.0.2.1"));
    assert.deepEqual(statusAnswer(scanned, t0 + 59 * second), {
      status: "pending",
      expires_in: 1,
      scanned: true,
    });
    assert.deepEqual(statusAnswer(scanned, t0 + 60 * second), { status: "pending", expires_in: 0 });
    assert.equal(after(scanned, scanAt(t0 + 59 * second, "192.0.2.2")), scanned);
    assert.equal(after(begun, scanAt(t0 + 60 * second, "192.0.2.1")), begun);
  });

  test("is scanned by five users at most", () => {
    const scanBy = (userId: string): Change => ({ kind: "scanned", id: "one", scan: { at: t0, userId } });
    const scanned = after(begun, ...["a", "b", "c", "d", "e"].map(scanBy));
    assert.equal(scanned.version, 6);
    assert.equal(after(scanned, scanBy("f")), scanned);
  });

  test("is never changed in place, and counts its versions", () => {
    const next = after(Object.freeze(begun), ...renewed, approved, claimed);
    assert.equal(begun.version, 1);
    assert.equal(next.version, 5);
  });

  test("changes its status only in the listed ways", () => {
    const ways = new Set<string>();
    const visit = (attempt: Attempt, depth: number): void => {
      if (depth === 0) return;
      for (const at of [t0, t0 + 60 * second, t0 + 125 * second, t0 + 300 * second]) {
        for (const what of everything) {
          const timed = "at" in what ? { ...what, at } : what;
          const next = change(attempt, timed, timeouts);
          const from: AttemptState["status"] = attempt.state.status;
          if (next.state.status !== from) ways.add(`${from} → ${next.state.status}`);
          if (next !== attempt) visit(next, depth - 1);
        }
      }
    };
    visit(begun, 4);
    assert.deepEqual([...ways].sort(), [
      "approved → completed",
      "approved → expired",
      "pending → approved",
      "pending → denied",
      "pending → expired",
      "pending → failed",
    ]);
  });

  test("is open until ten seconds after the end of its last code", () => {
    const attempt = after(begun, ...renewed);
    assert.equal(openUntil(attempt, timeouts), t0 + 100 * second);
    const early = { kind: "time_over", at: t0 + 100 * second - 1 } as const;
    assert.equal(change(attempt, early, timeouts), attempt);
    assert.equal(after(attempt, { ...early, at: t0 + 100 * second }).state.status, "expired");
  });

  test("fails a minute after the grace if the Token Server is silent, and not before", () => {
    const at = t0 + 130 * second;
    assert.equal(after(begun, { kind: "silence", at: at - 1 }).state.status, "pending");
    assert.equal(after(begun, { kind: "silence", at }).state.status, "failed");
  });

  test("keeps its other transactions open when one fails", () => {
    const attempt = after(begun, ...renewed, { kind: "transaction_closed", id: "two", at: t0 });
    assert.equal(attempt.state.status, "pending");
    assert.deepEqual(statusAnswer(attempt, t0), { status: "pending", expires_in: 0 });
    assert.equal(openUntil(attempt, timeouts), t0 + 70 * second);
    assert.equal(after(attempt, { kind: "transaction_closed", id: "two", at: t0 }), attempt);
    assert.equal(after(attempt, { kind: "transaction_closed", id: "one", at: t0 }).state.status, "failed");
    assert.equal(after(attempt, approved).state.status, "approved");
  });

  test("keeps its expires_in when an older transaction fails", () => {
    const attempt = after(begun, ...renewed, { kind: "transaction_closed", id: "one", at: t0 });
    assert.deepEqual(statusAnswer(attempt, t0), { status: "pending", expires_in: 90 });
  });

  test("fails with its last open transaction, but stays pending in the grace of an older one", () => {
    const statusAt = (at: number) =>
      after(begun, ...renewed, { kind: "transaction_closed", id: "two", at }).state.status;
    assert.equal(statusAt(t0 + 69 * second), "pending");
    assert.equal(statusAt(t0 + 71 * second), "failed");
  });

  test("begins at most twenty transactions, and counts those that have no answer yet", () => {
    let attempt = begun;
    for (let started = 1; started < 20; started++)
      attempt = after(attempt, { kind: "renewal_started", maxTransactions: 20 });
    assert.equal(attempt.startedCount, 20);
    assert.equal(after(attempt, { kind: "renewal_started", maxTransactions: 20 }), attempt);
    const free = after(attempt, { kind: "renewal_abandoned" });
    assert.equal(free.startedCount, 19);
    assert.equal(after(free, { kind: "renewal_started", maxTransactions: 20 }).startedCount, 20);
  });

  test("always counts the transactions that were started, whatever renewals are abandoned", () => {
    assert.equal(after(begun, { kind: "renewal_abandoned" }), begun);
  });

  test("is kept for a while after its last possible change", () => {
    assert.equal(begun.forgetAt, t0 + (60 + 10 + 15) * second);
    assert.equal(after(begun, ...renewed).forgetAt, t0 + (90 + 10 + 15) * second);
    assert.equal(after(begun, approved).forgetAt, t0 + (5 + 120 + 300) * second);
    assert.equal(after(begun, approved, claimed).forgetAt, t0 + (6 + 60 + 300) * second);
    assert.equal(after(begun, denied).forgetAt, t0 + (5 + 300) * second);
  });

  test("is kept longer, and stays so, once it was scanned or the Token Server did not answer its last calls", () => {
    const scanned = after(begun, { kind: "scanned", id: "one", scan: { at: t0 } });
    assert.equal(scanned.forgetAt, t0 + (60 + 10 + 60 + 300) * second);
    const silence = { kind: "silence", at: t0 + 71 * second } as const;
    const silent = after(begun, silence);
    assert.equal(silent.forgetAt, t0 + (60 + 10 + 60 + 300) * second);
    assert.equal(after(silent, silence), silent);
    const counted = after(silent, { kind: "renewal_started", maxTransactions: 20 });
    assert.equal(counted.forgetAt, silent.forgetAt);
    const denial = { kind: "denied", id: "one", at: t0 + 75 * second } as const;
    assert.equal(after(silent, denial).forgetAt, t0 + (75 + 300) * second);
  });
});
