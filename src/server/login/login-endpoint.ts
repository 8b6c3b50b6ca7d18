import type { Attempt } from "../attempt/attempt.js";
import type { Attempts } from "../attempt/attempts.js";
import { repeatableUntil } from "../attempt/deadlines.js";
import { createTicketSecret, ticketOf } from "../attempt/ticket.js";
import { ApiError, attemptSettled, limitExceeded, unknownAttempt } from "../http/api-error.js";
import type { Call } from "../http/call.js";
import type { Report } from "../kit-events.js";
import { summaryOf, type ClaimedLogin } from "./login-summary.js";
import type { LoginOutcome } from "../parse-options.js";
import type { Runtime } from "../runtime.js";
import type { Timeouts } from "../timeouts.js";
import { answerTicket } from "./hand-over.js";
import { runSignIn } from "./sign-in.js";

interface LoginEndpointDependencies<Context> {
  attempts: Attempts;
  timeouts: Timeouts;
  report: Report;
  runtime: Runtime;
  maxLogins: number;
  apiOrigin: string;
  outcome: LoginOutcome<Context>;
}

/**
 * `POST /{attempt}/login`: turns an approved attempt into the site's session, or into a ticket for it.
 *
 * @throws ApiError 409, 404, 429 or 500
 */
export async function logIn<Context>(
  call: Call<Context>,
  { id }: Attempt,
  dependencies: LoginEndpointDependencies<Context>,
): Promise<Response> {
  const { outcome, runtime } = dependencies;
  if ("signIn" in outcome)
    return runSignIn(call, await claim(id, dependencies), { ...dependencies, signIn: outcome.signIn });
  const { secret, hash } = await createTicketSecret(runtime);
  const login = await claim(id, dependencies, hash);
  return answerTicket(call, { ...login, secret }, { ...dependencies, to: outcome.handOver.to });
}

/** @param ticketHash the hash of the new ticket's secret, if the page gets one */
async function claim(
  id: string,
  {
    attempts,
    timeouts,
    runtime,
    maxLogins,
  }: Pick<LoginEndpointDependencies<never>, "attempts" | "timeouts" | "runtime" | "maxLogins">,
  ticketHash?: string,
): Promise<ClaimedLogin> {
  const at = runtime.now();
  const claimed = await attempts.change(id, {
    kind: "claimed",
    at,
    maxLogins,
    ...(ticketHash !== undefined && { ticketHash }),
  });
  if (!claimed) throw unknownAttempt();
  const { attempt, changed } = claimed;
  const { state } = attempt;
  switch (state.status) {
    case "pending":
      throw new ApiError("authorization_pending", "Nobody has accepted this attempt on a phone yet.");
    case "completed": {
      const isRedeemed = ticketOf(attempt)?.redeemedAt !== undefined;
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
