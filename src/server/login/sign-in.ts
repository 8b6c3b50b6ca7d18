import { ownMembers, parseJson, parseLoginAnswer } from "../../protocol/login-api.js";
import type { Core } from "../core.js";
import { serverError, type ApiError } from "../http/api-error.js";
import { loggedCaller, type Call } from "../http/call.js";
import { jsonHeaders, jsonResponse, noStore, rawBodyOf, rawResponse } from "../http/response.js";
import type { LoginKitEvent } from "../kit-events.js";
import type { ClaimedLogin } from "./login-summary.js";
import { reportMissingCookie } from "./missing-cookie.js";
import type { SignIn } from "../options.js";
import { timedOut, withTimeout } from "../runtime.js";

/**
 * Runs the site's `signIn`. Resolves to the answer for the page.
 *
 * @throws ApiError 500
 */
export async function runSignIn<Context>(
  call: Call<Context>,
  { userId, attempt, transaction, browser, login, repeated }: ClaimedLogin,
  signIn: SignIn<Context>,
  core: Core<Context>,
): Promise<Response> {
  const { config, report, runtime } = core;
  const { timeouts } = config;
  const beganAt = runtime.now();
  const about = () => ({
    userId,
    attempt,
    transaction,
    ...loggedCaller(call, browser),
    durationMs: runtime.now() - beganAt,
  });
  const fail = (
    why: { reason: string; description?: string; error?: unknown },
    headers?: Record<string, string>,
  ): ApiError => {
    report({ type: "sign_in_failed", level: "error", ...about(), ...why });
    return serverError(headers);
  };
  // Made when the site asks for its signal, which few do.
  let abort: AbortController | undefined;
  const aborter = (): AbortController => (abort ??= new AbortController());
  const { request, context } = call;
  const run = async (): Promise<Response> => {
    let result: unknown;
    try {
      result = await signIn({
        ...{ userId, attempt, login, request, context },
        get signal() {
          return aborter().signal;
        },
      });
    } catch (thrown) {
      // Some frameworks' code answers by throwing a `Response`.
      if (!isResponse(thrown)) throw thrown;
      result = thrown;
    }
    if (call.delivery?.isAnswered()) throw new NotAResponse("answered the request by itself");
    return isResponse(result) ? copy(result) : jsonOf(result);
  };
  let outcome: Response | typeof timedOut;
  try {
    outcome = await withTimeout(run(), timeouts.signInSeconds * 1000, runtime);
  } catch (error) {
    if (!(error instanceof NotAResponse))
      throw fail({ reason: "threw", ...(error !== undefined && { error }) });
    // It would return the same again: so late that the page does not repeat its login.
    const retryAfter = String(Math.ceil(timeouts.repeatSeconds) + 1);
    throw fail({ reason: "not_a_response", description: error.message }, { "retry-after": retryAfter });
  }
  if (outcome === timedOut) {
    aborter().abort();
    throw fail({ reason: `took longer than ${timeouts.signInSeconds} s` });
  }
  const event = await eventOf(outcome, login.browser, repeated, about);
  report(event);
  if (event.type === "logged_in") reportMissingCookie(call, outcome, core);
  return outcome;
}

/** The event for an answer of `signIn`. */
async function eventOf(
  answer: Response,
  browser: "known" | "new" | undefined,
  repeated: boolean,
  about: () => Omit<
    Extract<LoginKitEvent, { type: "logged_in" }>,
    "type" | "level" | "browser" | "status" | "repeated"
  >,
): Promise<LoginKitEvent> {
  const { status, headers } = answer;
  const raw = rawBodyOf(answer);
  const json = parseJson(typeof raw === "string" ? raw : await answer.clone().text());
  // Decided as in the widget, which ignores the content type.
  if (answer.ok && parseLoginAnswer(json)) {
    const known = browser && { browser };
    return { type: "logged_in", level: "info", ...about(), ...known, status, repeated };
  }
  // A 4xx with JSON is a refusal, as documented.
  const isRefusal = status >= 400 && status < 500 && json !== undefined;
  const expected = isRefusal
    ? ""
    : ` ${headers.get("content-type") ?? "without a content type"}; the page accepts only 2xx with JSON`;
  const reason = `answered ${status}${expected}`;
  return { type: "sign_in_failed", level: "warn", ...about(), reason, status, ...codeOf(json) };
}

/** Also one of another copy of `Response`, such as a polyfill's. */
const isResponse = (value: unknown): value is Response =>
  value instanceof Response ||
  (typeof value === "object" &&
    value !== null &&
    typeof (value as Partial<Response>).status === "number" &&
    typeof (value as Partial<Response>).arrayBuffer === "function" &&
    typeof (value as Partial<Response>).headers?.get === "function");

/** `signIn` returned something that is no answer: a mistake in the site's code. */
class NotAResponse extends Error {
  constructor(did: string) {
    super(
      `signIn ${did}; return a Response, an object for the page such as { redirect_to: "/account" }, or nothing`,
    );
  }
}

/**
 * The answer for a plain object, and for nothing.
 *
 * @throws NotAResponse for anything else
 */
function jsonOf(result: unknown): Response {
  if (result === undefined) return jsonResponse(200, {});
  if (!isPlainObject(result)) throw new NotAResponse(`returned ${nameOf(result)}`);
  let text: string | undefined;
  try {
    text = JSON.stringify(result);
  } catch {
    // A cycle or a BigInt.
  }
  if (!text?.startsWith("{"))
    throw new NotAResponse("returned an object that cannot be written as a JSON object");
  return rawResponse(text, { status: 200, headers: jsonHeaders });
}

/** Also one of another realm, such as that of a test. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What a value is, without what it contains. */
function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "string") return "a string";
  if (typeof value !== "object") return `a ${typeof value}`;
  const { constructor } = value as { constructor?: unknown };
  return typeof constructor === "function" ? `an instance of ${constructor.name || "a class"}` : "an object";
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
  const { status } = response;
  const text = textOf(body);
  // A string costs far less than a body of the Web. `Response` would give a string a type where the site gave none.
  if (text && headers.has("content-type")) return rawResponse(text, { status, headers });
  return new Response(body.byteLength > 0 ? body : null, { status, headers });
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A body as a string that has the same bytes in UTF-8; undefined if there is none. A byte order mark belongs to no JSON. */
function textOf(body: ArrayBuffer): string | undefined {
  try {
    const text = utf8.decode(body);
    return text.startsWith("\uFEFF") ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * Why an answer refuses a login: the `code` of its JSON, else its `error`, of which at most 200 characters that can be printed.
 * Others may influence that text.
 */
function codeOf(json: unknown): { code?: string } {
  const { code, error } = ownMembers(json);
  for (const value of [code, error]) {
    if (typeof value !== "string" && typeof value !== "number") continue;
    const start = /^.{1,200}/su.exec(String(value))?.[0];
    if (start !== undefined) return { code: start.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, " ") };
  }
  return {};
}
