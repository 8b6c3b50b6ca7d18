import type { Attempt } from "../attempt/attempt.js";
import { claimableUntil, repeatableUntil } from "../attempt/deadlines.js";
import { createTicketSecret, type TicketSecret } from "../attempt/ticket.js";
import type { BrowserProof } from "../attempt/transitions.js";
import { ApiError, attemptSettled, limitExceeded, unknownAttempt } from "../http/api-error.js";
import type { Call } from "../http/call.js";
import type { Core } from "../core.js";
import type { Pairing } from "../pairing/pairing.js";
import { pairingError } from "../pairing/pairing-error.js";
import { summaryOf, type ClaimedLogin } from "./login-summary.js";
import { answerTicket } from "./hand-over.js";
import { runSignIn } from "./sign-in.js";

/**
 * `POST /{attempt}/login`: turns an approved attempt into the site's session, or into a ticket for it. With `pairing` it may
 * ask for the number on the phone first, which `body` then brings.
 *
 * @throws ApiError 400, 403, 404, 409, 429 or 500
 */
export async function logIn<Context>(
  call: Call<Context>,
  body: Record<string, unknown>,
  attempt: Attempt,
  core: Core<Context>,
  pairing: Pairing<Context> | undefined,
): Promise<Response> {
  const { outcome } = core.config;
  // A repetition of a login that is done goes through, whatever number comes with it.
  const isDone = attempt.state.status === "completed";
  const proof = isDone ? undefined : await pairing?.proofOf(call, attempt, pairing.read(body));
  let login: ClaimedLogin;
  let answer: Response;
  if ("signIn" in outcome) {
    login = await claimLogin(call, attempt, { proof }, core, pairing);
    answer = await runSignIn(call, login, outcome.signIn, core);
  } else {
    const ticket = await createTicketSecret(core.runtime);
    login = await claimLogin(call, attempt, { proof, ticket }, core, pairing);
    answer = answerTicket(call, { ...login, secret: ticket.secret }, outcome.handOver.to, core);
  }
  pairing?.unanswered.delete(attempt.id);
  const known = answer.ok && (await pairing?.rememberHeader(call, login));
  if (known) answer.headers.append("set-cookie", known);
  return answer;
}

/** With what a login is claimed. */
interface LoginClaim {
  proof: BrowserProof | undefined;
  /** The new ticket, if the page gets one. */
  ticket?: TicketSecret;
}

/** Takes the login of an approved attempt for its browser, or takes it again. */
async function claimLogin<Context>(
  call: Call<Context>,
  { id, state: before }: Attempt,
  { proof, ticket }: LoginClaim,
  core: Core<Context>,
  pairing: Pairing<Context> | undefined,
): Promise<ClaimedLogin> {
  const { limits, timeouts } = core.config;
  const at = core.runtime.now();
  const claimed = await core.attempts.change(id, {
    kind: "claimed",
    at,
    maxLogins: limits.loginsPerAttempt,
    ...(ticket && { ticketHash: ticket.hash }),
    ...(proof && { proof }),
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
      return {
        userId,
        attempt: id,
        login: summaryOf(attempt, state),
        claimedAt: state.at,
        repeated: logins !== undefined,
      };
    }
    case "approved":
    case "failed": {
      const isOver = state.status === "approved" ? at >= claimableUntil(attempt, state, timeouts) : !changed;
      if (isOver || !pairing || !proof || !("userId" in before)) throw attemptSettled();
      throw await pairingError(call, { userId: before.userId, proof, result: claimed }, core, pairing);
    }
    case "denied":
    case "expired":
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
