import type { Claim } from "../../../../src/server/attempt/claim.js";
import type { Attempt, Transaction } from "../../../../src/server/store/attempt.js";
import { beginAttempt, change } from "../../../../src/server/attempt/transitions.js";
import { defaultTimeouts as timeouts } from "../../../../src/server/defaults/timeouts.js";

/** When it begins. */
export const t0 = 1_000_000;
export const second = 1000;
export const transaction = { id: "one", endsAt: t0 + 60 * second };
export const begun = beginAttempt(
  { id: "attempt", origin: "https://www.example.com", browser: "hash", startedAt: t0, transaction },
  timeouts,
);
export const accepted = { kind: "approved", id: "one", userId: "alice", at: t0 + 5 * second } as const;
/** Accepted after five seconds. */
export const approved = change(begun, accepted, timeouts).next;
/** Claimed a second later. */
export const claimed: Claim = { at: t0 + 6 * second, maxLogins: 2, proof: { kind: "not_asked" } };

/** A pending attempt with these codes, which began at 0. */
export const pendingWith = (...transactions: Transaction[]): Attempt => ({
  format: 1,
  id: "attempt",
  version: 1,
  origin: "https://www.example.com",
  browser: "hash",
  startedAt: 0,
  transactions,
  startedCount: transactions.length,
  state: { status: "pending" },
  forgetAt: 0,
});
