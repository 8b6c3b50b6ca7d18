import type { LoginErrorCode } from "../flow/state.js";

/** A request of the login API that gave no usable answer. */
export class RequestError extends Error {
  override name = "RequestError";
  readonly code: LoginErrorCode;
  /** What `Retry-After` asked for, in milliseconds; 0 without it. */
  readonly retryAfterMs: number;

  constructor(code: LoginErrorCode, cause?: unknown, description: string = code, retryAfterMs = 0) {
    super(description, { cause });
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The error as one of ours: what is none (a time-out, a bug in a fetch wrapper) counts as the network's. */
export const toRequestError = (error: unknown): RequestError =>
  error instanceof RequestError ? error : new RequestError("network_error", error);

/** Whether the server does not know the attempt, or knows it as another browser's. */
export const isUnknownAttempt = (error: unknown): boolean =>
  error instanceof RequestError && error.code === "unknown_attempt";
