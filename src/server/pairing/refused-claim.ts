import { acceptedTransaction, type ApprovedState, type Attempt } from "../attempt/attempt.js";
import type { Changed } from "../attempt/attempts.js";
import { claimableUntil, secondsLeft } from "../attempt/deadlines.js";
import { maxWrongNumbers, type BrowserProof } from "../attempt/transitions.js";
import type { Core } from "../core.js";
import { ApiError, attemptSettled, temporarilyUnavailable } from "../http/api-error.js";
import { loggedAddress, type Call } from "../http/call.js";
import type { Pairing, Shown } from "./pairing.js";

/** A claim that did not log in. */
interface RefusedClaim {
  /** The attempt as it was before. */
  before: Attempt & { state: ApprovedState };
  shown: Shown;
  result: Changed;
}

/**
 * The error for the page: it asks for the number, or the attempt has failed. Reports what happened, and counts a wrong number.
 *
 * @param pairing undefined on a kit without that option
 */
export async function refusedClaim<Context>(
  call: Call<Context>,
  { before, shown: { proof, typed }, result: { attempt, changed } }: RefusedClaim,
  { config, report, runtime }: Core<Context>,
  pairing: Pairing<Context> | undefined,
): Promise<ApiError> {
  const { state } = attempt;
  const { userId } = before.state;
  const { numberDigits: digits } = acceptedTransaction(before, before.state) ?? {};
  const about = {
    attempt: attempt.id,
    userId,
    ...loggedAddress(call),
    durationMs: runtime.now() - call.beganAt,
  };
  if (proof.kind === "not_asked" || !pairing) {
    report({ type: "pairing_unavailable", level: "error", ...about, description: withoutPairing });
    // Another server may have it.
    return temporarilyUnavailable();
  }
  if (state.status === "approved")
    pairing.asked.add(attempt.id, claimableUntil(attempt, state, config.timeouts));
  else pairing.asked.delete(attempt.id);
  const isWrong = proof.kind === "number" && changed && digits !== undefined;
  const triesLeft = state.status === "approved" ? maxWrongNumbers - (state.wrongNumbers ?? 0) : 0;
  if (isWrong) {
    report({ type: "wrong_number", level: "info", ...about, triesLeft });
    typed?.wrong();
  } else await typed?.notCounted();
  if (state.status === "approved") {
    if (changed && !isWrong) report({ type: "number_asked", level: "info", ...about });
    return question(proof, {
      digits: digits ?? 0,
      tries_left: triesLeft,
      expires_in: secondsLeft(claimableUntil(attempt, state, config.timeouts), runtime.now()),
    });
  }
  if (!changed) return attemptSettled();
  if (proof.kind === "revoked") {
    report({ type: "pairing_failed", level: "warn", ...about, reason: "revoked" });
    return attemptSettled();
  }
  if (digits === undefined) {
    report({ type: "unnumbered_login", level: "error", ...about, allowed: false });
    return attemptSettled();
  }
  const reason = proof.kind === "limited" ? (`${proof.by}_limit` as const) : "wrong_numbers";
  report({ type: "pairing_failed", level: "warn", ...about, reason });
  return proof.kind === "limited"
    ? new ApiError("pairing_failed", "There were too many wrong numbers. Log in another way.", {
        headers: { "retry-after": String(Math.max(1, Math.ceil(proof.retryAfterMs / 1000))) },
      })
    : new ApiError("pairing_failed", "The number was wrong too often. Start a new attempt.");
}

const withoutPairing =
  'The accepted code has a number, so a server that shares this store and this origin has the option "pairing". This one has not, and cannot ask for the number. All servers of an origin need the same option: to turn it off, pause the logins first.';

const question = (proof: BrowserProof, members: Record<string, number>): ApiError =>
  proof.kind === "number"
    ? new ApiError("wrong_number", "That is not the number on the phone.", { members })
    : new ApiError("pairing_required", "Ask for the number on the phone, and send it as number.", {
        members,
      });
