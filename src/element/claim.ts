import { defer, merge, retry, take, timeout, timer, filter, skip, type Observable } from "rxjs";
import type { LoginAnswer } from "../protocol/login-api.js";
import type { Backend } from "./backend.js";
import type { Environment } from "./environment.js";
import { toRequestError } from "./request-error.js";
import type { LoginErrorCode } from "./state.js";

/** For so long the same browser may repeat a login whose answer was lost. */
const repeatMs = 60_000;
/** `signIn` itself has 10 s. */
const loginTimeoutMs = 15_000;

const repeated: readonly LoginErrorCode[] = [
  "network_error",
  "server_error",
  "temporarily_unavailable",
  "authorization_pending",
];

/**
 * Claims an approved attempt: runs the site's `signIn`, again where its answer is lost or the server has trouble, within
 * 60 s. Errors with what was answered last.
 */
export function claim(attempt: string, backend: Backend, environment: Environment): Observable<LoginAnswer> {
  const { now, random, scheduler, online } = environment;
  return defer(() => {
    const deadline = now() + repeatMs;
    return backend.login(attempt).pipe(
      timeout({ first: loginTimeoutMs, scheduler }),
      retry({
        delay: (cause: unknown, count) => {
          const error = toRequestError(cause);
          const delayMs = Math.max(
            (0.5 + random() / 2) * Math.min(8_000, 500 * 2 ** count),
            error.retryAfterMs,
          );
          if (!repeated.includes(error.code) || now() + delayMs > deadline) throw error;
          const backOnline = online.pipe(skip(1), filter(Boolean));
          return merge(timer(delayMs, scheduler), backOnline).pipe(take(1));
        },
      }),
    );
  });
}
