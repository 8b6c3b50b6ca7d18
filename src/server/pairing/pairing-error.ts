import type { Changed } from "../attempt/attempts.js";
import { claimableUntil, secondsLeft } from "../attempt/deadlines.js";
import { maxWrongNumbers, type BrowserProof } from "../attempt/transitions.js";
import type { Core } from "../core.js";
import { ApiError } from "../http/api-error.js";
import { loggedAddress, type Call } from "../http/call.js";
import type { Pairing } from "./pairing.js";

/** A claim that did not log in, because of the number. */
interface Unpaired {
  userId: string;
  proof: BrowserProof;
  result: Changed;
}

/**
 * The error for the page: it asks for the number, or the attempt has failed. Reports what happened, and counts a wrong number
 * against its user.
 */
export async function pairingError<Context>(
  call: Call<Context>,
  { userId, proof, result: { attempt, changed } }: Unpaired,
  core: Core<Context>,
  pairing: Pairing<Context>,
): Promise<ApiError> {
  const { config, report, runtime } = core;
  const { state } = attempt;
  const about = {
    attempt: attempt.id,
    userId,
    ...loggedAddress(call),
    durationMs: runtime.now() - call.beganAt,
  };
  if (state.status === "approved")
    pairing.unanswered.add(attempt.id, claimableUntil(attempt, state, config.timeouts));
  else pairing.unanswered.delete(attempt.id);
  const isWrong = proof.kind === "number" && changed;
  const triesLeft = state.status === "approved" ? maxWrongNumbers - (state.wrongNumbers ?? 0) : 0;
  if (isWrong) {
    report({ type: "wrong_number", level: "info", ...about, triesLeft });
    await pairing.countWrong(userId);
  }
  if (state.status === "approved") {
    if (changed && !isWrong) report({ type: "number_asked", level: "info", ...about });
    return question(proof, {
      digits: pairing.digits,
      tries_left: triesLeft,
      expires_in: secondsLeft(claimableUntil(attempt, state, config.timeouts), runtime.now()),
    });
  }
  const isOfUser = proof.kind === "too_many";
  report({
    type: "pairing_failed",
    level: "warn",
    ...about,
    reason: isOfUser ? "user_limit" : "wrong_numbers",
  });
  return isOfUser
    ? new ApiError("pairing_failed", "There were too many wrong numbers. Log in another way.", {
        headers: { "retry-after": String(Math.max(1, Math.ceil(proof.retryAfterMs / 1000))) },
      })
    : new ApiError("pairing_failed", "The number was wrong too often. Start a new attempt.");
}

const question = (proof: BrowserProof, members: Record<string, number>): ApiError =>
  proof.kind === "number"
    ? new ApiError("wrong_number", "That is not the number on the phone.", { members })
    : new ApiError("pairing_required", "Ask for the number on the phone, and send it as number.", {
        members,
      });
