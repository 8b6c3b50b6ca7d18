import { defer, filter, merge, take, type Observable } from "rxjs";
import type { LoginAnswer } from "../../protocol/login-api.js";
import type { Backend } from "../api/backend.js";
import { backoffMs, tryAgain, within, type Environment } from "./environment.js";
import { toRequestError } from "../api/request-error.js";

/** For so long the same browser may repeat a login whose answer was lost. */
const repeatMs = 60_000;
/** `signIn` itself has 10 s. */
const loginTimeoutMs = 15_000;

const repeated = /^(network_error|server_error|temporarily_unavailable|authorization_pending)$/;

/**
 * Claims an approved attempt: runs the site's `signIn`, again where its answer is lost or the server has trouble, within
 * 60 s. Errors with what was answered last.
 */
export function claim(attempt: string, backend: Backend, environment: Environment): Observable<LoginAnswer> {
  const { now, timer, online } = environment;
  return defer(() => {
    const deadline = now() + repeatMs;
    return within(loginTimeoutMs, environment, backend.login(attempt)).pipe(
      tryAgain((cause: unknown, count) => {
        const error = toRequestError(cause);
        const delayMs = Math.max(backoffMs(count, environment), error.retryAfterMs);
        if (!repeated.test(error.code) || now() + delayMs > deadline) throw error;
        const backOnline = online.pipe(filter((isOnline, index) => index > 0 && isOnline));
        return merge(timer(delayMs), backOnline).pipe(take(1));
      }),
    );
  });
}
