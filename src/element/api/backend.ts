import type { Observable } from "rxjs";
import type { CodeAnswer, LoginAnswer, StartAnswer, StatusAnswer } from "../../protocol/login-api.js";
import type { LoginErrorCode, RejectedAnswer } from "../flow/state.js";

/** What arrives on the status stream: `alive` is a comment, `retry` the server's delay for the next reconnect. */
export type StreamSignal =
  { type: "status"; answer: StatusAnswer } | { type: "alive" } | { type: "retry"; delayMs: number };

/**
 * The login API as the flow sees it. Every call is a cold Observable: the request is sent on subscription, and
 * unsubscribing aborts it. Errors are {@link RequestError}s.
 */
export interface Backend {
  start(): Observable<StartAnswer>;
  renew(attempt: string): Observable<CodeAnswer>;
  /** Completes when the server ends the stream. */
  stream(attempt: string): Observable<StreamSignal>;
  /** @param waitSeconds how long the server may hold the answer while nothing changes */
  poll(attempt: string, waitSeconds: number): Observable<StatusAnswer>;
  /** @param number what the phone shows, once the server has asked for it */
  login(attempt: string, number?: string): Observable<LoginAnswer>;
}

/** A call of the login API that got no usable answer. Its `cause` is that answer, or the error that was thrown. */
export class RequestError extends Error {
  override name = "RequestError";
  declare readonly code: LoginErrorCode;
  /** What `Retry-After` asked for, in milliseconds; 0 without it. */
  declare readonly retryAfterMs: number;
  declare readonly answer: RejectedAnswer | undefined;

  constructor(
    code: LoginErrorCode,
    cause?: unknown,
    description: string = code,
    retryAfterMs = 0,
    answer?: RejectedAnswer,
  ) {
    super(description, { cause });
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    this.answer = answer;
  }
}

/** Any other error (a timeout, a bug in a wrapper around `fetch`) counts as a network error. */
export const toRequestError = (error: unknown): RequestError =>
  error instanceof RequestError ? error : new RequestError("network_error", error);

/** Whether the server does not know the attempt, or knows it as another browser's. */
export const isUnknownAttempt = (error: unknown): boolean => toRequestError(error).code === "unknown_attempt";
