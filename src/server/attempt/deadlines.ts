import type { StatusAnswer } from "../../protocol/login-api.js";
import {
  acceptedTransaction,
  scansOf,
  type ApprovedState,
  type Attempt,
  type AttemptState,
  type Scan,
  type Transaction,
} from "../store/attempt.js";
import type { Timeouts } from "../defaults/timeouts.js";

/* The deadlines of an attempt: pure functions, in milliseconds since the epoch. */

/** Whether an acceptance of this transaction can still log in. */
export const isOpen = ({ endsAt, closed }: Transaction, now: number, timeouts: Timeouts): boolean =>
  !closed && now < endsAt + timeouts.graceSeconds * 1000;

/** Whether a phone can still accept this transaction. */
export const isAcceptable = ({ endsAt, closed }: Transaction, now: number): boolean =>
  !closed && now < endsAt;

/**
 * The end of the last scanned code that can still be accepted; 0 if there is none. A scan does not count once the page has
 * asked for a newer code.
 */
export const scannedUntil = ({ transactions, startedCount }: Attempt, now: number): number =>
  Math.max(
    0,
    ...transactions
      .filter(
        (transaction) =>
          isAcceptable(transaction, now) &&
          scansOf(transaction).some((scan) => scan.startedCount === startedCount),
      )
      .map(({ endsAt }) => endsAt),
  );

/** Every scan of its codes. */
export const scansIn = ({ transactions }: Attempt): readonly Scan[] => transactions.flatMap(scansOf);

/** The end of the grace of its longest open transaction. */
export const openUntil = ({ transactions }: Attempt, timeouts: Timeouts): number =>
  Math.max(...transactions.filter(({ closed }) => !closed).map(({ endsAt }) => endsAt)) +
  timeouts.graceSeconds * 1000;

/** The end of the time in which the browser may claim an approved attempt: longer where a number may have to be typed. */
export const claimableUntil = (attempt: Attempt, state: ApprovedState, timeouts: Timeouts): number =>
  state.at +
  (acceptedTransaction(attempt, state)?.numberCode === undefined
    ? timeouts.claimSeconds
    : timeouts.pairingSeconds) *
    1000;

/** The end of the time in which the browser may repeat its login. */
export const repeatableUntil = (
  { at }: Extract<AttemptState, { status: "completed" }>,
  timeouts: Timeouts,
): number => at + timeouts.repeatSeconds * 1000;

/** The end of the time in which a ticket that is issued now can be redeemed. */
export const ticketUntil = (now: number, timeouts: Timeouts): number => now + timeouts.ticketSeconds * 1000;

/** The time left of the newest code. */
export function expiresInSeconds({ transactions }: Attempt, now: number): number {
  const newest = transactions.at(-1);
  return newest && !newest.closed ? secondsLeft(newest.endsAt, now) : 0;
}

/** Whole seconds until an instant, rounded down, never below 0. */
export const secondsLeft = (until: number, now: number): number =>
  Math.max(0, Math.floor((until - now) / 1000));

/** The status as the login API shows it. */
export const statusAnswer = (attempt: Attempt, now: number): StatusAnswer =>
  attempt.state.status === "pending"
    ? {
        status: "pending",
        expires_in: expiresInSeconds(attempt, now),
        ...(scannedUntil(attempt, now) > 0 && { scanned: true }),
      }
    : { status: attempt.state.status };

/**
 * The time from which a store may delete a pending attempt that has to outlive a silent Token Server: one that was scanned, or
 * whose browser asks.
 */
export const keptUntil = (attempt: Attempt, timeouts: Timeouts): number =>
  openUntil(attempt, timeouts) + (timeouts.silenceSeconds + timeouts.memorySeconds) * 1000;

/**
 * The time from which a store may delete an attempt: a while after its last possible change. One that nobody scanned ends with
 * its grace. It is kept a little longer for its last call: for the quota, the Token Server's answer and the store, as long as the
 * Token Server may take for each.
 */
export function forgetAt(attempt: Attempt, timeouts: Timeouts): number {
  const { state } = attempt;
  const memoryMs = timeouts.memorySeconds * 1000;
  switch (state.status) {
    case "pending":
      return scansIn(attempt).length > 0
        ? keptUntil(attempt, timeouts)
        : openUntil(attempt, timeouts) + 3 * timeouts.tokenServerSeconds * 1000;
    case "approved":
      return claimableUntil(attempt, state, timeouts) + memoryMs;
    case "completed":
      return Math.max(repeatableUntil(state, timeouts), state.ticket?.endsAt ?? 0) + memoryMs;
    case "denied":
    case "expired":
    case "failed":
      return state.at + memoryMs;
    default:
      return state satisfies never;
  }
}
