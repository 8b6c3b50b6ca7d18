import type { ApprovedState, Attempt } from "../attempt/attempt.js";
import { claimableUntil, repeatableUntil } from "../attempt/deadlines.js";
import { createTicketSecret, type TicketSecret } from "../attempt/ticket.js";
import { ApiError, attemptSettled, limitExceeded, unknownAttempt } from "../http/api-error.js";
import type { Call } from "../http/call.js";
import type { Core } from "../core.js";
import type { Pairing, Shown } from "../pairing/pairing.js";
import { refusedClaim } from "../pairing/refused-claim.js";
import { summaryOf, type ClaimedLogin } from "./login-summary.js";
import { answerTicket } from "./hand-over.js";
import { runSignIn } from "./sign-in.js";

/**
 * `POST /{attempt}/login`: turns an approved attempt into the site's session, or into a ticket for it. With `pairing` it may
 * ask for the number on the phone first, which `body` then brings.
 *
 * @throws ApiError 400, 403, 404, 409, 429, 500 or 503
 */
export async function logIn<Context>(
  call: Call<Context>,
  body: Record<string, unknown>,
  attempt: Attempt,
  core: Core<Context>,
  pairing: Pairing<Context> | undefined,
): Promise<Response> {
  const { state, id } = attempt;
  // What a browser has to show depends on who accepted.
  if (state.status === "pending")
    throw new ApiError("authorization_pending", "Nobody has accepted this attempt on a phone yet.");
  if (state.status !== "approved" && state.status !== "completed") throw attemptSettled();
  const { outcome } = core.config;
  const ticket = "handOver" in outcome ? await createTicketSecret(core.runtime) : undefined;
  const answer = (login: ClaimedLogin): Response | Promise<Response> =>
    "signIn" in outcome
      ? runSignIn(call, login, outcome.signIn, core)
      : answerTicket(call, { ...login, secret: ticket?.secret ?? "" }, outcome.handOver.to, core);
  if (!pairing)
    return answer(await claimLogin(call, attempt, { shown: { proof: { kind: "not_asked" } }, ticket }, core));

  const { request, context } = call;
  const logInOnce = async (): Promise<Response> => {
    const browser = pairing.browserOf(request.headers.get("cookie") ?? "");
    const shown = await pairing.proofOf(call, attempt, body["number"], browser);
    const login = await claimLogin(call, attempt, { shown, ticket }, core, pairing);
    pairing.asked.delete(id);
    const response = await answer(login);
    // The site has not taken a ticket's login yet: that browser becomes known with its redemption.
    const known =
      !ticket &&
      response.ok &&
      (await pairing.rememberHeader({ request: () => request, context }, login, browser));
    if (known) response.headers.append("set-cookie", known);
    return response;
  };
  const response = await pairing.asked.call(id, logInOnce);
  if (!response) throw tooManyCalls(core.config.timeouts.pairingSeconds * 1000);
  return response;
}

/** With what a login is claimed. */
interface LoginClaim {
  shown: Shown;
  /** The new ticket, if the page gets one. */
  ticket: TicketSecret | undefined;
}

/** Takes the login of an approved attempt for its browser, or takes it again. */
async function claimLogin<Context>(
  call: Call<Context>,
  before: Attempt,
  { shown, ticket }: LoginClaim,
  core: Core<Context>,
  pairing?: Pairing<Context>,
): Promise<ClaimedLogin> {
  const { limits, timeouts } = core.config;
  const { proof, typed } = shown;
  const at = core.runtime.now();
  const result = await core.attempts.change(before.id, {
    kind: "claimed",
    at,
    maxLogins: limits.loginsPerAttempt,
    ...(ticket && { ticketHash: ticket.hash }),
    proof,
  });
  if (!result) throw unknownAttempt();
  const { attempt, changed } = result;
  const { state } = attempt;
  switch (state.status) {
    case "completed": {
      const isOver = state.ticket?.redeemedAt !== undefined || proof.kind === "revoked";
      if (!changed) throw repeatError(isOver ? 0 : repeatableUntil(state, timeouts) - at);
      const { userId, logins } = state;
      if (logins === undefined) await pairing?.noteClaim(call, attempt, state, shown);
      else await typed?.notCounted();
      return {
        userId,
        attempt: attempt.id,
        login: summaryOf(attempt, state),
        claimedAt: state.at,
        repeated: logins !== undefined,
      };
    }
    case "approved":
    case "failed":
      if (
        !isApproved(before) ||
        (state.status === "approved" && at >= claimableUntil(attempt, state, timeouts))
      )
        throw attemptSettled();
      throw await refusedClaim(call, { before, shown, result }, core, pairing);
    case "pending":
    case "denied":
    case "expired":
      throw attemptSettled();
    default:
      return state satisfies never;
  }
}

const isApproved = (attempt: Attempt): attempt is Attempt & { state: ApprovedState } =>
  attempt.state.status === "approved";

const tooManyCalls = (leftMs: number): ApiError =>
  limitExceeded(
    "loginsPerAttempt",
    "too_many_requests",
    "There were too many login calls of this attempt.",
    leftMs,
  );

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
