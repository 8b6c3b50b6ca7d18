/**
 * The login API between widget and kit: its types and constants. Times are whole seconds, rounded down, relative.
 * Everything on the wire is JSON in snake_case.
 */

/** Where an attempt stands. `completed`, `denied`, `expired` and `failed` are final: nothing leads back. */
export type Status = "pending" | "approved" | "completed" | "denied" | "expired" | "failed";

/** The error codes of the login API, each with its HTTP status. */
export const errorStatus = {
  invalid_request: 400,
  forbidden_origin: 403,
  unknown_attempt: 404,
  attempt_settled: 409,
  authorization_pending: 409,
  pairing_required: 403,
  wrong_number: 403,
  pairing_failed: 403,
  too_many_requests: 429,
  server_error: 500,
  temporarily_unavailable: 503,
  login_paused: 503,
} as const;

/** A code of the login API's errors. */
export type ApiErrorCode = keyof typeof errorStatus;

/** The body of every error: OAuth 2.0's shape (RFC 6749 §5.2). */
export interface ErrorAnswer {
  error: ApiErrorCode;
  error_description: string;
}

/** The body of `pairing_required` and `wrong_number`: the page asks for the number that the phone shows. */
interface PairingAnswer extends ErrorAnswer {
  error: "pairing_required" | "wrong_number";
  /** How many digits the number has. */
  digits: number;
  /** How many numbers may still be wrong, the next one included. */
  tries_left: number;
  /** Seconds in which the login has to be done. */
  expires_in: number;
}

/** The answer to a renewal: one more transaction of the attempt. */
export interface CodeAnswer {
  status: "pending";
  /** The text that the QR code holds. */
  otp: string;
  /** Seconds until this code's time is up. */
  expires_in: number;
}

/** The answer to a start. */
export interface StartAnswer extends CodeAnswer {
  /** The attempt's id: 128 random bits in base64url. */
  attempt: string;
  /** How many digits the number on the phone has, where the login may ask for it. */
  digits?: number;
}

/** An event of the status stream, and a poll's answer. */
export interface StatusAnswer {
  status: Status;
  /** Seconds that the newest code has left; only while `pending`. */
  expires_in?: number;
  /** The site's app scanned a code that can still be accepted; only while `pending`. */
  scanned?: true;
  /** Seconds to the next poll; only in a poll's answer. */
  interval?: number;
}

/** What the site's `signIn` answers; further members are the site's own. */
export interface LoginAnswer {
  /** Where the page goes next; the widget's `redirect` if absent. */
  redirect_to?: string;
  [member: string]: unknown;
}

/** The path under which the login API lies unless the site says otherwise. */
export const defaultPath = "/otp-login";

/** The login API's URL without query, fragment or slashes at the end. An invalid URL stays as it is: a request of it fails. */
export const endpointUrl = (endpoint: string, baseUrl: string): string =>
  URL.canParse(endpoint, baseUrl) ? new URL(endpoint, baseUrl).href.replace(/\/*([?#].*)?$/s, "") : endpoint;

/** The name under which a page keeps in its browser, for a login API, the lock of its starts and the attempt to resume. */
export const browserKey = (endpoint: string): string => `onegini-otp-login ${endpoint}`;

/** The type of the status stream's only kind of event. */
export const statusEvent = "status";

/**
 * Parsers for a client of the login API: an unknown value becomes a typed one or `undefined`. They ask for what the
 * API promises and no more, so that a backend in another language may add members.
 */

const statuses: readonly Status[] = ["pending", "approved", "completed", "denied", "expired", "failed"];

/** Whether it is an object of JSON: neither an array nor null. */
export const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The members of an object of JSON, and nothing that is inherited: other code of a page or a server may have changed
 * `Object.prototype`. Anything else has no members that have names.
 */
export const ownMembers = <Value>(
  value: Value,
): Value extends object ? Value : Readonly<Record<string, unknown>> =>
  // Also null, a string or a number can be spread.
  ({ __proto__: null, ...(value as object) }) as never;

const isSeconds = (value: unknown): value is number =>
  typeof value === "number" && value >= 0 && isFinite(value);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;

/** Whether it is a text that is not empty. JSON can contain half of a surrogate pair, a URL and UTF-8 cannot. */
export const isText = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && !/\p{Surrogate}/u.test(value);

/** Parses JSON text; `undefined` if it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Parses the answer to a renewal. */
export function parseCodeAnswer(value: unknown): CodeAnswer | undefined {
  const { status, otp, expires_in } = ownMembers(value);
  return status === "pending" && isText(otp) && isSeconds(expires_in)
    ? { status, otp, expires_in }
    : undefined;
}

/** Parses the answer to a start. */
export function parseStartAnswer(value: unknown): StartAnswer | undefined {
  const { attempt, digits } = ownMembers(value);
  const code = parseCodeAnswer(value);
  if (!code || typeof attempt !== "string" || attempt === "") return undefined;
  // `digits` may be absent, and is read by the caller.
  return ownMembers({ attempt, ...code, ...(isCount(digits) && { digits }) });
}

/** Parses an event of the stream or a poll's answer. */
export function parseStatusAnswer(value: unknown): StatusAnswer | undefined {
  const { status, expires_in, scanned, interval } = ownMembers(value);
  if (!statuses.includes(status as Status)) return undefined;
  // Of which the caller reads members that may be absent.
  return ownMembers({
    status: status as Status,
    ...(isSeconds(expires_in) && { expires_in }),
    ...(scanned === true && { scanned }),
    ...(isSeconds(interval) && { interval }),
  });
}

/**
 * Parses the answer to a login: any JSON object. A `redirect_to` that is not a string is left out, and so is `__proto__`: a page
 * that copies the answer would get it as the prototype.
 */
export function parseLoginAnswer(value: unknown): LoginAnswer | undefined {
  if (!isObject(value)) return undefined;
  const answer: LoginAnswer = { ...value };
  delete answer["__proto__"];
  if (typeof answer.redirect_to !== "string") delete answer.redirect_to;
  return answer;
}

/** Parses the body of an error that asks for the number. */
export function parsePairingAnswer(value: unknown): PairingAnswer | undefined {
  const { digits, tries_left, expires_in } = ownMembers(value);
  const answer = parseErrorAnswer(value);
  if (answer?.error !== "pairing_required" && answer?.error !== "wrong_number") return undefined;
  return isCount(digits) && isCount(tries_left) && isSeconds(expires_in)
    ? { ...answer, error: answer.error, digits, tries_left, expires_in }
    : undefined;
}

/**
 * Parses the answer to a login call with `number: null` that asks for the number: all of its members must fit, and it leads
 * nowhere, because a site's own answer may have one of these names too. It becomes the body of the error in whose place it is.
 */
export function parseNumberRequired(value: unknown): PairingAnswer | undefined {
  const { number_required, redirect_to, ...members } = ownMembers(value);
  return number_required === true && redirect_to === undefined
    ? parsePairingAnswer({ ...members, error: "pairing_required" })
    : undefined;
}

/** The seconds until a pause ends, of the body of `login_paused`; `undefined` if nobody has said when. */
export function parseResumesIn(value: unknown): number | undefined {
  const { resumes_in } = ownMembers(value);
  return isSeconds(resumes_in) ? resumes_in : undefined;
}

/** Parses an error's body. */
export function parseErrorAnswer(value: unknown): ErrorAnswer | undefined {
  const { error, error_description } = ownMembers(value);
  return typeof error === "string" && Object.hasOwn(errorStatus, error)
    ? {
        error: error as ErrorAnswer["error"],
        error_description: typeof error_description === "string" ? error_description : "",
      }
    : undefined;
}
