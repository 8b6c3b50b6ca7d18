import { defer, filter, merge, take, type Observable } from "rxjs";
import type { LoginAnswer } from "../../protocol/login-api.js";
import { toRequestError, type Backend } from "../api/backend.js";
import { backoffMs, retryWhen, withTimeout, type Environment } from "./environment.js";

/** How long the server lets a browser repeat a login whose answer was lost. */
const repeatMs = 60_000;
/** The server gives `signIn` 10 s. */
const loginTimeoutMs = 15_000;

const retryable = /^(network_error|server_error|temporarily_unavailable|authorization_pending)$/;

/**
 * Logs in with an approved attempt: the server runs the site's `signIn`. Retries network and server errors for 60 s, and at
 * once when the browser is back online. Errors with the last error.
 */
export function signIn(attempt: string, backend: Backend, environment: Environment): Observable<LoginAnswer> {
  const { now, timer, online } = environment;
  return defer(() => {
    const deadline = now() + repeatMs;
    return withTimeout(loginTimeoutMs, environment, backend.login(attempt)).pipe(
      retryWhen((cause: unknown, count) => {
        const error = toRequestError(cause);
        const delayMs = Math.max(backoffMs(count, environment), error.retryAfterMs);
        if (!retryable.test(error.code) || now() + delayMs > deadline) throw error;
        const backOnline = online.pipe(filter((isOnline, index) => index > 0 && isOnline));
        return merge(timer(delayMs), backOnline).pipe(take(1));
      }),
    );
  });
}
