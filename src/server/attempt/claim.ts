import type { Timeouts } from "../defaults/timeouts.js";
import {
  acceptedTransaction,
  type ApprovedState,
  type Attempt,
  type CompletedState,
} from "../store/attempt.js";
import { claimableUntil, repeatableUntil, ticketUntil } from "./deadlines.js";
import { numberOutcome, type BrowserProof, type NumberOutcome } from "./number-rule.js";
import { nextVersion } from "./transitions.js";

/** The browser posts its login, or repeats it. A ticket replaces the one before, unless the site has redeemed that. */
export interface Claim {
  readonly at: number;
  readonly maxLogins: number;
  /** The hash of the secret of the ticket that the page gets, if it gets one. */
  readonly ticketHash?: string;
  readonly proof: BrowserProof;
}

/** What a claim led to. */
export type ClaimOutcome =
  /** It logs in. */
  | { readonly kind: "completed" | "repeated"; readonly state: CompletedState }
  /** It has logged in too many times. */
  | { readonly kind: "too_often"; readonly leftMs: number }
  /** It is not accepted, or over. */
  | { readonly kind: "settled" }
  | Exclude<NumberOutcome, { kind: "allowed" }>;

interface Decision {
  next: Attempt;
  outcome: ClaimOutcome;
}

/** Decides on a claim. `next` is the next version of the attempt, or the same object if nothing changes. */
export function claim(attempt: Attempt, claimed: Claim, timeouts: Timeouts): Decision {
  const { state } = attempt;
  switch (state.status) {
    case "approved":
      return complete(attempt, state, claimed, timeouts);
    case "completed":
      return repeat(attempt, state, claimed, timeouts);
    case "pending":
    case "denied":
    case "expired":
    case "failed":
      return settled(attempt);
    default:
      return state satisfies never;
  }
}

const settled = (attempt: Attempt): Decision => ({ next: attempt, outcome: { kind: "settled" } });

const ticketOf = ({ ticketHash, at }: Claim, timeouts: Timeouts) =>
  ticketHash !== undefined && { ticket: { hash: ticketHash, endsAt: ticketUntil(at, timeouts) } };

function complete(attempt: Attempt, state: ApprovedState, claimed: Claim, timeouts: Timeouts): Decision {
  const { at, proof } = claimed;
  if (at >= claimableUntil(attempt, state, timeouts)) return settled(attempt);
  const outcome = numberOutcome(state, acceptedTransaction(attempt, state)?.numberCode, proof);
  switch (outcome.kind) {
    case "allowed": {
      const { userId, transaction, at: approvedAt } = state;
      const { browser } = outcome;
      const completed: CompletedState = {
        ...{ status: "completed", userId, transaction, at, approvedAt },
        ...ticketOf(claimed, timeouts),
        ...(browser && { browser }),
      };
      return {
        next: nextVersion(attempt, { state: completed }, timeouts),
        outcome: { kind: "completed", state: completed },
      };
    }
    case "asked":
    case "wrong":
      return {
        next: outcome.isNew ? nextVersion(attempt, { state: outcome.next }, timeouts) : attempt,
        outcome,
      };
    case "refused":
      return { next: nextVersion(attempt, { state: { status: "failed", at } }, timeouts), outcome };
    case "unavailable":
      return { next: attempt, outcome };
    default:
      return outcome satisfies never;
  }
}

function repeat(attempt: Attempt, state: CompletedState, claimed: Claim, timeouts: Timeouts): Decision {
  const { at, maxLogins, proof } = claimed;
  const leftMs = repeatableUntil(state, timeouts) - at;
  if (leftMs <= 0 || proof.kind === "revoked" || state.ticket?.redeemedAt !== undefined)
    return settled(attempt);
  const logins = (state.logins ?? 1) + 1;
  if (logins > maxLogins) return { next: attempt, outcome: { kind: "too_often", leftMs } };
  const repeated = { ...state, logins, ...ticketOf(claimed, timeouts) };
  return {
    next: nextVersion(attempt, { state: repeated }, timeouts),
    outcome: { kind: "repeated", state: repeated },
  };
}
