import type { Observable } from "rxjs";
import type { CodeAnswer, LoginAnswer, StartAnswer, StatusAnswer } from "../../protocol/login-api.js";

/** What comes on the status stream; `alive` is a comment, `retry` the server's wish for the next reconnect. */
export type StreamSignal =
  { type: "status"; answer: StatusAnswer } | { type: "alive" } | { type: "retry"; delayMs: number };

/**
 * The login API as the flow sees it. Every call is a cold Observable: nothing is sent before it is subscribed, and
 * unsubscribing aborts the request. Errors are {@link RequestError}s.
 */
export interface Backend {
  start(): Observable<StartAnswer>;
  renew(attempt: string): Observable<CodeAnswer>;
  /** Completes when the server ends the stream. */
  stream(attempt: string): Observable<StreamSignal>;
  /** @param waitSeconds how long the server may hold the answer while nothing changes */
  poll(attempt: string, waitSeconds: number): Observable<StatusAnswer>;
  /** Answers that are to be repeated are `network_error`, `server_error` and `temporarily_unavailable`. */
  login(attempt: string): Observable<LoginAnswer>;
}
