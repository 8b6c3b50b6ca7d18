import {
  errorStatus,
  type CodeAnswer,
  type ErrorAnswer,
  type LoginAnswer,
  type StartAnswer,
  type Status,
  type StatusAnswer,
} from "./login-api.js";

/**
 * Parsers for a client of the login API: an unknown value becomes a typed one or `undefined`. They ask for what the
 * API promises and no more, so that a backend in another language may add members.
 */

const statuses: readonly Status[] = ["pending", "approved", "completed", "denied", "expired", "failed"];

const asRecord = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;

const isSeconds = (value: unknown): value is number =>
  typeof value === "number" && value >= 0 && isFinite(value);

/** Half a character, which JSON can hold, fits into no URL. */
const isText = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && !/\p{Surrogate}/u.test(value);

/** Parses JSON text; `undefined` for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Parses the answer to a renewal. */
export function parseCodeAnswer(value: unknown): CodeAnswer | undefined {
  const { status, otp, expires_in } = asRecord(value) ?? {};
  return status === "pending" && isText(otp) && isSeconds(expires_in)
    ? { status, otp, expires_in }
    : undefined;
}

/** Parses the answer to a start. */
export function parseStartAnswer(value: unknown): StartAnswer | undefined {
  const attempt = asRecord(value)?.["attempt"];
  const code = parseCodeAnswer(value);
  return code && typeof attempt === "string" && attempt !== "" ? { attempt, ...code } : undefined;
}

/** Parses an event of the stream or a poll's answer. */
export function parseStatusAnswer(value: unknown): StatusAnswer | undefined {
  const { status, expires_in, interval } = asRecord(value) ?? {};
  if (!statuses.includes(status as Status)) return undefined;
  return {
    status: status as Status,
    ...(isSeconds(expires_in) && { expires_in }),
    ...(isSeconds(interval) && { interval }),
  };
}

/** Parses the answer to a login: any JSON object; a `redirect_to` that is no string is left out. */
export function parseLoginAnswer(value: unknown): LoginAnswer | undefined {
  const record = asRecord(value);
  if (!record) return undefined;
  const { redirect_to, ...rest } = record;
  return typeof redirect_to === "string" ? { ...rest, redirect_to } : rest;
}

/** Parses an error's body. */
export function parseErrorAnswer(value: unknown): ErrorAnswer | undefined {
  const { error, error_description } = asRecord(value) ?? {};
  return typeof error === "string" && Object.hasOwn(errorStatus, error)
    ? {
        error: error as ErrorAnswer["error"],
        error_description: typeof error_description === "string" ? error_description : "",
      }
    : undefined;
}
