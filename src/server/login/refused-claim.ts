import { acceptedTransaction, type Attempt } from "../store/attempt.js";
import type { ClaimOutcome } from "../attempt/claim.js";
import { claimableUntil, secondsLeft } from "../attempt/deadlines.js";
import type { Refusal } from "../attempt/number-rule.js";
import type { Core } from "../core.js";
import { ApiError, attemptSettled, temporarilyUnavailable } from "../http/api-error.js";
import { loggedCaller, type Call } from "../http/call.js";
import type { LoginKitEvent, Report } from "../kit-events.js";
import type { Pairing } from "./pairing.js";
import type { TypedNumber } from "./wrong-numbers.js";

/** A claim that the number's rule did not allow. */
interface RefusedClaim {
  attempt: Attempt;
  userId: string;
  /** The id of the one that was accepted. */
  transaction: string;
  outcome: Extract<ClaimOutcome, { kind: "asked" | "wrong" | "refused" | "unavailable" }>;
  typed: TypedNumber | undefined;
}

/**
 * The error for the page: it asks for the number, or the attempt has failed. Reports what happened, and counts a wrong number.
 *
 * @param pairing undefined on a kit without that option
 */
export async function refusedClaim<Context>(
  call: Call<Context>,
  { attempt, userId, transaction, outcome, typed }: RefusedClaim,
  { config, report, runtime }: Core<Context>,
  pairing: Pairing<Context> | undefined,
): Promise<ApiError> {
  const { state } = attempt;
  const about = {
    attempt: attempt.id,
    userId,
    transaction,
    ...loggedCaller(call, attempt.browser),
    durationMs: runtime.now() - call.beganAt,
  };
  const isWrong =
    outcome.kind === "refused"
      ? outcome.because === "wrong_numbers"
      : outcome.kind === "wrong" && outcome.isNew;
  if (isWrong) {
    const triesLeft = outcome.kind === "wrong" ? outcome.triesLeft : 0;
    report({ type: "wrong_number", level: "info", ...about, triesLeft });
    typed?.wrong();
  } else await typed?.notCounted();
  switch (outcome.kind) {
    case "unavailable":
      report({ type: "pairing_unavailable", level: "error", ...about, description: withoutPairing });
      // Another server may have it.
      return temporarilyUnavailable();
    case "asked":
    case "wrong": {
      const until = state.status === "approved" ? claimableUntil(attempt, state, config.timeouts) : 0;
      pairing?.asked.add(attempt.id, until);
      if (outcome.kind === "asked" && outcome.isNew)
        report({ type: "number_asked", level: "info", ...about });
      const members = {
        digits: acceptedTransaction(attempt, outcome.next)?.numberDigits ?? 0,
        tries_left: outcome.triesLeft,
        expires_in: secondsLeft(until, runtime.now()),
      };
      return outcome.kind === "wrong"
        ? new ApiError("wrong_number", "That is not the number on the phone.", { members })
        : new ApiError("pairing_required", "Ask for the number on the phone, and send it as number.", {
            members,
          });
    }
    case "refused":
      pairing?.asked.delete(attempt.id);
      return refusedForGood(outcome, about, report);
    default:
      return outcome satisfies never;
  }
}

/** The attempt has failed. */
function refusedForGood(
  refusal: Refusal,
  about: Omit<Extract<LoginKitEvent, { type: "pairing_failed" }>, "type" | "level" | "reason">,
  report: Report,
): ApiError {
  switch (refusal.because) {
    case "unnumbered":
      report({ type: "unnumbered_login", level: "error", ...about, allowed: false });
      return attemptSettled();
    case "revoked":
      report({ type: "pairing_failed", level: "warn", ...about, reason: "revoked" });
      return attemptSettled();
    case "wrong_numbers":
      report({ type: "pairing_failed", level: "warn", ...about, reason: "wrong_numbers" });
      return new ApiError("pairing_failed", "The number was wrong too often. Start a new attempt.");
    case "limit": {
      const { by, retryAfterMs } = refusal.limit;
      report({ type: "pairing_failed", level: "warn", ...about, reason: `${by}_limit` });
      return new ApiError("pairing_failed", "There were too many wrong numbers. Log in another way.", {
        headers: { "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1000))) },
      });
    }
    default:
      return refusal satisfies never;
  }
}

const withoutPairing =
  'The accepted code has a number, so a server that shares this store and this origin has the option "pairing". This one has not, and cannot ask for the number. All servers of an origin need the same option: to turn it off, pause the logins first.';
