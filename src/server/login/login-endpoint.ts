import type { Attempt } from "../attempt/attempt.js";
import { repeatableUntil } from "../attempt/deadlines.js";
import { createTicketSecret } from "../attempt/ticket.js";
import { ApiError, attemptSettled, limitExceeded, unknownAttempt } from "../http/api-error.js";
import type { Call } from "../http/call.js";
import type { Core } from "../core.js";
import { summaryOf, type ClaimedLogin } from "./login-summary.js";
import { answerTicket } from "./hand-over.js";
import { runSignIn } from "./sign-in.js";

/**
 * `POST /{attempt}/login`: turns an approved attempt into the site's session, or into a ticket for it.
 *
 * @throws ApiError 409, 404, 429 or 500
 */
export async function logIn<Context>(
  call: Call<Context>,
  { id }: Attempt,
  core: Core<Context>,
): Promise<Response> {
  const { outcome } = core.config;
  if ("signIn" in outcome) return runSignIn(call, await claimLogin(id, core), outcome.signIn, core);
  const { secret, hash } = await createTicketSecret(core.runtime);
  const login = await claimLogin(id, core, hash);
  return answerTicket(call, { ...login, secret }, outcome.handOver.to, core);
}

/**
 * Takes the login of an approved attempt for its browser, or takes it again.
 *
 * @param ticketHash the hash of the new ticket's secret, if the page gets one
 */
async function claimLogin(
  id: string,
  { attempts, config, runtime }: Core,
  ticketHash?: string,
): Promise<ClaimedLogin> {
  const { limits, timeouts } = config;
  const at = runtime.now();
  const claimed = await attempts.change(id, {
    kind: "claimed",
    at,
    maxLogins: limits.loginsPerAttempt,
    ...(ticketHash !== undefined && { ticketHash }),
  });
  if (!claimed) throw unknownAttempt();
  const { attempt, changed } = claimed;
  const { state } = attempt;
  switch (state.status) {
    case "pending":
      throw new ApiError("authorization_pending", "Nobody has accepted this attempt on a phone yet.");
    case "completed": {
      const isRedeemed = state.ticket?.redeemedAt !== undefined;
      if (!changed) throw repeatError(isRedeemed ? 0 : repeatableUntil(state, timeouts) - at);
      const { userId, logins } = state;
      return { userId, attempt: id, login: summaryOf(attempt, state), repeated: logins !== undefined };
    }
    case "approved": // too late to be claimed
    case "denied":
    case "expired":
    case "failed":
      throw attemptSettled();
    default:
      return state satisfies never;
  }
}

/** Why a login cannot be repeated. */
const repeatError = (leftMs: number): ApiError =>
  leftMs <= 0
    ? attemptSettled()
    : limitExceeded(
        "loginsPerAttempt",
        "too_many_requests",
        "This attempt has logged in too many times.",
        leftMs,
      );
