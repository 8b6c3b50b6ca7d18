import { ApiError, attemptSettled, limitExceeded, serverError, unknownAttempt } from "../http/api-error.js";
import { scansOf, type Attempt, type AttemptState } from "../attempt/attempt.js";
import type { Attempts } from "../attempt/attempts.js";
import { repeatableUntil } from "../attempt/deadlines.js";
import type { Timeouts } from "../timeouts.js";
import { loggedAddress, type Call } from "../http/call.js";
import { noStore } from "../http/response.js";
import type { Report } from "../kit-events.js";
import type { LoginSummary, SignIn } from "../options.js";
import { timedOut, withTimeout, type Runtime } from "../runtime.js";

interface LoginEndpointDependencies<Context> {
  attempts: Attempts;
  timeouts: Timeouts;
  report: Report;
  runtime: Runtime;
  signIn: SignIn<Context>;
  maxLogins: number;
}

/**
 * `POST /{attempt}/login`: turns an approved attempt into the site's session.
 *
 * @throws ApiError 409, 404, 429 or 500
 */
export async function logIn<Context>(
  call: Call<Context>,
  attempt: Attempt,
  dependencies: LoginEndpointDependencies<Context>,
): Promise<Response> {
  const { attempts, timeouts, runtime, maxLogins } = dependencies;
  const at = runtime.now();
  const claim = await attempts.change(attempt.id, { kind: "claimed", at, maxLogins });
  if (!claim) throw unknownAttempt();
  const { state } = claim.attempt;
  switch (state.status) {
    case "pending":
      throw new ApiError("authorization_pending", "Nobody has accepted this attempt on a phone yet.");
    case "completed": {
      if (!claim.changed) throw repeatError(repeatableUntil(state, timeouts) - at);
      return signIn(
        call,
        { userId: state.userId, attempt: claim.attempt, login: summary(claim.attempt, state) },
        state.logins !== undefined,
        dependencies,
      );
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

async function signIn<Context>(
  call: Call<Context>,
  { userId, attempt, login }: { userId: string; attempt: Attempt; login: LoginSummary },
  repeated: boolean,
  { timeouts, report, runtime, signIn }: LoginEndpointDependencies<Context>,
): Promise<Response> {
  const beganAt = runtime.now();
  const about = () => ({
    userId,
    attempt: attempt.id,
    ...loggedAddress(call),
    durationMs: runtime.now() - beganAt,
  });
  const fail = (reason: string, error?: unknown): ApiError => {
    report({
      type: "sign_in_failed",
      level: "error",
      ...about(),
      reason,
      ...(error !== undefined && { error }),
    });
    return serverError();
  };
  const abort = new AbortController();
  const { request, context } = call;
  let outcome: Response | typeof timedOut;
  try {
    const answer = async (): Promise<Response> =>
      copy(
        await signIn({
          userId,
          attempt: attempt.id,
          login,
          request,
          context,
          signal: abort.signal,
        }),
      );
    outcome = await withTimeout(answer(), timeouts.signInSeconds * 1000, runtime);
  } catch (error) {
    throw fail("threw", error);
  }
  if (outcome === timedOut) {
    abort.abort();
    throw fail(`took longer than ${timeouts.signInSeconds} s`);
  }
  if (isOkJson(outcome)) {
    report({ type: "logged_in", level: "info", ...about(), status: outcome.status, repeated });
  } else {
    report({
      type: "sign_in_failed",
      level: "warn",
      ...about(),
      reason: `answered ${outcome.status} ${outcome.headers.get("content-type") ?? "without a content type"}; the page accepts only 2xx with JSON`,
    });
  }
  return outcome;
}

function summary(
  { startedAt, address, userAgent, language, transactions }: Attempt,
  { userId, approvedAt, transaction }: Extract<AttemptState, { status: "completed" }>,
): LoginSummary {
  const accepted = transactions.find(({ id }) => id === transaction);
  const scans = accepted ? scansOf(accepted) : [];
  // Another user's scan tells nothing about the phone that accepted.
  const scan =
    scans.find((each) => each.userId === userId) ?? scans.find((each) => each.userId === undefined);
  return {
    startedAt,
    approvedAt,
    address,
    userAgent,
    language,
    codes: transactions.length,
    ...(scan && { scanned: { at: scan.at, address: scan.address, userAgent: scan.userAgent } }),
  };
}

/** Headers that belong to one connection, not to the answer (RFC 9110 §7.6.1). */
const connectionHeaders = [
  "content-length",
  "transfer-encoding",
  "connection",
  "keep-alive",
  "te",
  "trailer",
  "upgrade",
];

/** Copies the answer of `signIn`, cookies included, with its whole body. Connection and cache headers are the kit's. */
async function copy(response: Response): Promise<Response> {
  const body = await response.arrayBuffer();
  const headers = new Headers(response.headers);
  for (const name of connectionHeaders) headers.delete(name);
  // An answer that came from `fetch` is decoded already.
  if (response.url !== "") headers.delete("content-encoding");
  headers.set("cache-control", noStore["cache-control"]);
  return new Response(body.byteLength > 0 ? body : null, { status: response.status, headers });
}

const isOkJson = ({ status, headers }: Response): boolean =>
  status >= 200 &&
  status < 300 &&
  /^application\/(?:[\w.-]+\+)?json\b/i.test(headers.get("content-type") ?? "");
