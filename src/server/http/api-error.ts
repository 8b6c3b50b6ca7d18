import { errorStatus, type ApiErrorCode, type ErrorAnswer } from "../../protocol/login-api.js";
import type { LimitName } from "../defaults/limits.js";
import { jsonResponse } from "./response.js";

/** A limit that a call exceeded. */
interface ExceededLimit {
  name: LimitName;
  retryAfterSeconds: number;
}

/** Why the CSRF check refused a call, or would have. For the site's events only: the caller may be a stranger. */
export interface RefusedOrigins {
  /** In place of the answer's description. */
  description: string;
  origin?: string;
  fetchSite?: string;
  expectedOrigins: string[];
}

/**
 * An error of the login API. Anything below an endpoint throws it; `routes.ts` catches it, reports it and answers it,
 * as Hono does with `HTTPException`.
 */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ApiErrorCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly limit: ExceededLimit | undefined;
  readonly origins: RefusedOrigins | undefined;
  readonly members: Readonly<Record<string, number>> | undefined;

  /**
   * @param description the answer's `error_description`, for developers; never the words of the Token Server
   * @param details the HTTP status, by default the usual one of `code`; further headers; further members of the answer;
   *   the limit or the origins, if they were the reason
   */
  constructor(
    code: ApiErrorCode,
    description: string,
    details: {
      status?: number;
      headers?: Record<string, string>;
      members?: Record<string, number>;
      limit?: ExceededLimit;
      origins?: RefusedOrigins;
    } = {},
  ) {
    super(description);
    this.code = code;
    this.status = details.status ?? errorStatus[code];
    this.headers = details.headers ?? {};
    this.limit = details.limit;
    this.origins = details.origins;
    this.members = details.members;
  }

  toResponse(): Response {
    const body: ErrorAnswer = { error: this.code, error_description: this.message, ...this.members };
    return jsonResponse(this.status, body, this.headers);
  }
}

/** 400, or another 4xx status that says more. */
export const invalidRequest = (
  description: string,
  details: { status?: number; headers?: Record<string, string>; origins?: RefusedOrigins } = {},
): ApiError => new ApiError("invalid_request", description, details);

/** 404: an address that is not one of the login API's. */
export const notFound = (): ApiError => invalidRequest("There is nothing at this address.", { status: 404 });

/** 404. The same for an attempt of another browser and for one that does not exist, so that ids cannot be tried out. */
export const unknownAttempt = (): ApiError =>
  new ApiError("unknown_attempt", "There is no such attempt of this browser.");

/** 409: the attempt has a final status. */
export const attemptSettled = (): ApiError =>
  new ApiError("attempt_settled", "This attempt is settled. Start a new one.");

/** 503: the store or the Token Server does not work at the moment. */
export const temporarilyUnavailable = (retryAfterSeconds = 5): ApiError =>
  new ApiError(
    "temporarily_unavailable",
    "The login service cannot be reached at the moment. Try again shortly.",
    { headers: { "retry-after": String(retryAfterSeconds) } },
  );

/** 503: the site has paused its logins. @param leftSeconds until the pause ends; `Infinity` if nobody has said when */
export const loginPaused = (retryAfterSeconds: number, leftSeconds: number): ApiError =>
  new ApiError("login_paused", "This login is paused. Log in another way, or try again later.", {
    headers: { "retry-after": String(retryAfterSeconds) },
    ...(leftSeconds < Infinity && { members: { resumes_in: Math.ceil(leftSeconds) } }),
  });

/** 500: the site has to fix something; its log says what. */
export const serverError = (headers: Record<string, string> = {}): ApiError =>
  new ApiError("server_error", "The server could not handle this request.", { headers });

/** 429, or 503 where other clients are the cause: a limit of the site was exceeded. */
export function limitExceeded(
  name: LimitName,
  code: "too_many_requests" | "temporarily_unavailable",
  description: string,
  retryAfterMs: number,
): ApiError {
  // Never 0: the client would repeat the call at once, and fail again.
  const retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return new ApiError(code, description, {
    headers: { "retry-after": String(retryAfterSeconds) },
    limit: { name, retryAfterSeconds },
  });
}

/** 503: the kit may not call the Token Server again yet. */
export const tokenServerCallsExceeded = (retryAfterMs: number): ApiError =>
  limitExceeded(
    "tokenServerCalls",
    "temporarily_unavailable",
    "The login service has too many calls at the moment. Try again shortly.",
    retryAfterMs,
  );
