import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Attempt, Transaction } from "../../../../src/server/store/attempt.js";
import { defaultTimeouts as timeouts } from "../../../../src/server/defaults/timeouts.js";
import {
  expiresInSeconds,
  forgetAt,
  claimableUntil,
  isOpen,
  openUntil,
  scannedUntil,
  secondsLeft,
  statusAnswer,
} from "../../../../src/server/attempt/deadlines.js";
import { pendingWith } from "../support/accepted-attempt.js";

const second = 1000;
/** A transaction that ends at this second, counted from 0. */
const ending = (endsAtSeconds: number, closed = false): Transaction => ({
  id: `until ${endsAtSeconds}`,
  endsAt: endsAtSeconds * second,
  closed,
});
describe("a transaction", () => {
  test("can be accepted until its grace of ten seconds is over, and not a millisecond longer", () => {
    assert.equal(isOpen(ending(60), 0, timeouts), true);
    assert.equal(isOpen(ending(60), 69_999, timeouts), true);
    assert.equal(isOpen(ending(60), 70_000, timeouts), false);
    assert.equal(isOpen(ending(60, true), 0, timeouts), false);
  });
});

describe("an attempt with several transactions", () => {
  test("is open as long as its longest open transaction", () => {
    assert.equal(openUntil(pendingWith(ending(60), ending(90)), timeouts), 100 * second);
    assert.equal(openUntil(pendingWith(ending(90), ending(60)), timeouts), 100 * second);
    assert.equal(openUntil(pendingWith(ending(60), ending(90, true)), timeouts), 70 * second);
  });

  test("is scanned until the end of the scanned code, and not once the page has asked for a newer one", () => {
    const scanned = pendingWith({ ...ending(60), scanned: { at: 0, startedCount: 1 } });
    assert.equal(scannedUntil(scanned, 59_999), 60_000);
    assert.equal(scannedUntil(scanned, 60_000), 0);
    assert.equal(scannedUntil({ ...scanned, startedCount: 2 }, 0), 0);
  });

  test("shows the time of its newest code in whole seconds, rounded down, and 0 once it is closed or over", () => {
    assert.equal(expiresInSeconds(pendingWith(ending(60), ending(90)), 0), 90);
    assert.equal(expiresInSeconds(pendingWith(ending(60), ending(90)), 1), 89);
    assert.equal(expiresInSeconds(pendingWith(ending(90), ending(60)), 0), 60);
    assert.equal(expiresInSeconds(pendingWith(ending(60), ending(90, true)), 0), 0);
    assert.equal(expiresInSeconds(pendingWith(ending(60)), 61_500), 0);
    assert.equal(expiresInSeconds(pendingWith(), 0), 0);
  });
});

describe("the time left", () => {
  test("is never negative, -0 or a fraction", () => {
    const found = [0, 1, 999, 1000, 1001, 2999].map((now) => secondsLeft(3000, now));
    assert.deepEqual(found, [3, 2, 2, 2, 1, 0]);
    assert.equal(secondsLeft(0, 5000), 0);
  });
});

describe("a status answer", () => {
  test("has expires_in while pending, and only the status afterwards", () => {
    const attempt = pendingWith(ending(60));
    assert.deepEqual(statusAnswer(attempt, 0), { status: "pending", expires_in: 60 });
    const approved: Attempt = {
      ...attempt,
      state: { status: "approved", userId: "alice", transaction: "one", at: 0 },
    };
    assert.deepEqual(statusAnswer(approved, 0), { status: "approved" });
    assert.deepEqual(statusAnswer({ ...attempt, state: { status: "failed", at: 0 } }, 0), {
      status: "failed",
    });
  });
});

describe("an acceptance", () => {
  const acceptedAt5 = { status: "approved", userId: "alice", transaction: "until 60", at: 5 } as const;

  test("can be claimed for two minutes, and not a millisecond longer", () => {
    assert.equal(claimableUntil(pendingWith(ending(60)), acceptedAt5, timeouts), 5 + 120_000);
  });

  test("of a code with a number can be claimed for five minutes, asked for or not", () => {
    const attempt = pendingWith({ ...ending(60), numberCode: "a code" });
    assert.equal(claimableUntil(attempt, acceptedAt5, timeouts), 5 + 300_000);
    const state = acceptedAt5;
    assert.equal(forgetAt({ ...attempt, state }, timeouts), 5 + 300_000 + 300_000);
  });
});

describe("a store", () => {
  test("may forget an attempt that nobody has scanned soon after its grace, when it has had its last call", () => {
    assert.equal(forgetAt(pendingWith(ending(60), ending(90)), timeouts) / second, 90 + 10 + 15);
  });

  test("may forget an attempt that was scanned or has ended five minutes after the last instant at which it could change", () => {
    const attempt = pendingWith(ending(60), ending(90));
    const at = 7 * second;
    const seconds = (state: Attempt["state"]): number => forgetAt({ ...attempt, state }, timeouts) / second;
    const scanned = { ...ending(60), scanned: { at, startedCount: 1 } };
    const last = pendingWith(scanned, ending(90));
    assert.equal(forgetAt(last, timeouts) / second, 90 + 10 + 60 + 300);
    assert.equal(seconds({ status: "approved", userId: "alice", transaction: "one", at }), 7 + 120 + 300);
    assert.equal(
      seconds({ status: "completed", userId: "alice", transaction: "one", at, approvedAt: at }),
      7 + 60 + 300,
    );
    for (const status of ["denied", "expired", "failed"] as const)
      assert.equal(seconds({ status, at }), 7 + 300);
  });
});
