import type { Attempt } from "../store/attempt.js";
import { claim } from "../attempt/claim.js";
import { createTicketSecret, type TicketSecret } from "../attempt/ticket.js";
import { ApiError, attemptSettled, limitExceeded, unknownAttempt } from "../http/api-error.js";
import type { Call } from "../http/call.js";
import { jsonResponse } from "../http/response.js";
import type { Core } from "../core.js";
import type { Pairing, Shown } from "./pairing.js";
import { refusedClaim } from "./refused-claim.js";
import { summaryOf, type ClaimedLogin } from "./login-summary.js";
import { answerTicket } from "./hand-over.js";
import { runSignIn } from "./sign-in.js";

/**
 * `POST /{attempt}/login`: turns an approved attempt into the site's session, or into a ticket for it. With `pairing` it may
 * ask for the number on the phone first, which `body` then brings. `null` in its place is none: then the question is an answer,
 * and no error.
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
  const { userId, transaction } = state;
  const { outcome } = core.config;
  const ticket = "handOver" in outcome ? await createTicketSecret(core.runtime) : undefined;
  const answer = (login: ClaimedLogin): Response | Promise<Response> =>
    "signIn" in outcome
      ? runSignIn(call, login, outcome.signIn, core)
      : answerTicket(call, { ...login, secret: ticket?.secret ?? "" }, outcome.handOver.to, core);
  if (!pairing)
    return answer(
      await claimLogin(
        call,
        attempt,
        { userId, transaction, shown: { proof: { kind: "not_asked" } }, ticket },
        core,
      ),
    );

  const { request, context } = call;
  const logInOnce = async (): Promise<Response> => {
    const browser = pairing.browsers.of(request.headers.get("cookie") ?? "");
    // The site is not asked about a login that cannot be repeated.
    const isSpent = state.status === "completed" && !isRepeatable(attempt, core);
    const shown: Shown = isSpent
      ? { proof: { kind: "none" } }
      : await pairing.proofOf(call, attempt, body["number"], browser);
    const login = await claimLogin(call, attempt, { userId, transaction, shown, ticket }, core, pairing);
    pairing.asked.delete(id);
    const response = await answer(login);
    // The site has not taken a ticket's login yet: that browser becomes known with its redemption.
    const known =
      !ticket &&
      response.ok &&
      (await pairing.knownBrowserHeader({ request: () => request, context }, login, browser));
    if (known) response.headers.append("set-cookie", known);
    return response;
  };
  const response = await pairing.asked.call(id, logInOnce).catch((error: unknown) => {
    if (body["number"] === null && error instanceof ApiError && error.code === "pairing_required")
      return jsonResponse(200, { number_required: true, ...error.members });
    throw error;
  });
  if (!response) throw tooManyCalls(core.config.timeouts.pairingSeconds * 1000);
  return response;
}

/** With what a login is claimed. */
interface LoginClaim {
  userId: string;
  /** The id of the one that was accepted. */
  transaction: string;
  shown: Shown;
  /** The new ticket, if the page gets one. */
  ticket: TicketSecret | undefined;
}

/** Takes the login of an approved attempt for its browser, or takes it again. */
async function claimLogin<Context>(
  call: Call<Context>,
  before: Attempt,
  { userId, transaction, shown, ticket }: LoginClaim,
  core: Core<Context>,
  pairing?: Pairing<Context>,
): Promise<ClaimedLogin> {
  const { proof, typed } = shown;
  const claimed = await core.attempts.update(before, claim, {
    at: core.runtime.now(),
    maxLogins: core.config.limits.loginsPerAttempt,
    ...(ticket && { ticketHash: ticket.hash }),
    proof,
  });
  if (!claimed) throw unknownAttempt();
  const { attempt, outcome } = claimed;
  switch (outcome.kind) {
    case "completed":
      await pairing?.noteClaim(call, attempt, outcome.state, shown);
      break;
    case "repeated":
      await typed?.notCounted();
      break;
    case "too_often":
      await typed?.notCounted();
      throw limitExceeded(
        "loginsPerAttempt",
        "too_many_requests",
        "This attempt has logged in too many times.",
        outcome.leftMs,
      );
    case "settled":
      await typed?.notCounted();
      throw attemptSettled();
    case "asked":
    case "wrong":
    case "refused":
    case "unavailable":
      throw await refusedClaim(call, { userId, transaction, attempt, outcome, typed }, core, pairing);
    default:
      return outcome satisfies never;
  }
  const { state, kind } = outcome;
  return {
    userId,
    attempt: attempt.id,
    transaction,
    browser: attempt.browser,
    login: summaryOf(attempt, state),
    claimedAt: state.at,
    repeated: kind === "repeated",
  };
}

function isRepeatable(attempt: Attempt, { config: { limits, timeouts }, runtime }: Core<never>): boolean {
  const again = { at: runtime.now(), maxLogins: limits.loginsPerAttempt, proof: { kind: "none" } } as const;
  return claim(attempt, again, timeouts).outcome.kind === "repeated";
}

const tooManyCalls = (leftMs: number): ApiError =>
  limitExceeded(
    "loginsPerAttempt",
    "too_many_requests",
    "There were too many login calls of this attempt.",
    leftMs,
  );
