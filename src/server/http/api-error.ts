import { directAnswer } from "./direct-response.js";
import { errorStatus, type ApiErrorCode, type ErrorAnswer } from "../../protocol/login-api.js";
import type { LimitName } from "../limits/limits.js";

/** What a refusal says beside its error. */
interface RefusalDetails {
  status?: number;
  headers?: Record<string, string>;
  limit?: { name: LimitName; retryAfterSeconds: number };
}

/** A refusal of a call, as a value: what the login API answers instead of what was asked. */
export class Refusal {
  readonly error: ApiErrorCode;
  readonly description: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The limit that was met, if that is why. */
  readonly limit: { name: LimitName; retryAfterSeconds: number } | undefined;

  /**
   * @param description for the developer who reads it; it never says what the Token Server said
   * @param details the status, if it is not the error's usual one, further headers, and the limit that was met
   */
  constructor(
    error: ApiErrorCode,
    description: string,
    { status = errorStatus[error], headers = {}, limit }: RefusalDetails = {},
  ) {
    this.error = error;
    this.description = description;
    this.status = status;
    this.headers = headers;
    this.limit = limit;
  }

  toResponse(): Response {
    const body: ErrorAnswer = { error: this.error, error_description: this.description };
    return answerJson(this.status, body, this.headers);
  }
}

/** Nothing of the login API may be kept by a cache. */
export const noStore = { "cache-control": "no-store" } as const;

/** An answer in JSON. */
export const answerJson = (
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  directAnswer(
    { kind: "text", text: JSON.stringify(body) },
    { status, headers: { "content-type": "application/json", ...noStore, ...headers } },
  );

/** An answer without a body. */
export const answerEmpty = (headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(null, { status: 204, headers: { ...noStore, ...headers } });

/** One and the same for another browser's attempt and for one that never was. */
export const unknownAttempt = new Refusal("unknown_attempt", "There is no such attempt of this browser.");

/** The attempt is over. */
export const attemptSettled = new Refusal("attempt_settled", "This attempt is settled. Start a new one.");

/** What the kit needs is out of order for a while. */
export const temporarilyUnavailable = new Refusal(
  "temporarily_unavailable",
  "The login service cannot be reached at the moment. Try again shortly.",
  { headers: { "retry-after": "5" } },
);

/** Something is wrong that the site has to mend; its log says what. */
export const serverError = new Refusal("server_error", "The server could not handle this request.");

/** What came is no HTTP request that can be read. */
export const badRequest = new Refusal("invalid_request", "The request cannot be read.");

/** A call that met a limit. */
export function limited(
  limit: LimitName,
  error: "too_many_requests" | "temporarily_unavailable",
  description: string,
  afterMs: number,
): Refusal {
  // Never 0, which would ask for a call that fails again.
  const seconds = Math.max(1, Math.ceil(afterMs / 1000));
  return new Refusal(error, description, {
    headers: { "retry-after": String(seconds) },
    limit: { name: limit, retryAfterSeconds: seconds },
  });
}

/** The Token Server has been asked enough for now. */
export const noTurn = (closedMs: number): Refusal =>
  limited(
    "tokenServerCalls",
    "temporarily_unavailable",
    "The login service is asked too much at the moment. Try again shortly.",
    closedMs,
  );
