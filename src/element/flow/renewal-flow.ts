import {
  BehaviorSubject,
  catchError,
  distinctUntilChanged,
  EMPTY,
  map,
  merge,
  of,
  switchMap,
  type Observable,
} from "rxjs";
import type { CodeAnswer, StatusAnswer } from "../../protocol/login-api.js";
import { isUnknownAttempt, RequestError, toRequestError, type Backend } from "../api/backend.js";
import { awake, backoffMs, withTimeout, type Environment } from "./environment.js";
import {
  codeReceived,
  codeTimeoutMs,
  minimumTimeoutMs,
  newCodeRequested,
  noCode,
  requestFailed,
  statusReceived,
  step,
  receivedCode,
  wokenUp,
  type Plan,
  type RenewalState,
} from "./renewal.js";
import type { Action, Code } from "./state.js";

/** The code of an answer that has just arrived. One that no QR code can hold makes the answer invalid. */
export function receiveCode(answer: CodeAnswer, { encode, now }: Environment): Code {
  const error = encode(answer.otp);
  if (error) throw new RequestError("invalid_response", error);
  return receivedCode(answer, now());
}

/**
 * Keeps a working code on the screen: requests the next one in time, and retries if that fails. A hidden or offline page
 * requests nothing, nor does one whose code was scanned, unless the person asks for a new one. After a wake-up it waits until
 * the status is known. Emits `expired` when the renewals are used up; errors if there is no code any more.
 * @param first the code that is shown; without one, the first is requested as soon as the status is known
 * @param statuses the `pending` statuses
 * @param checkStatus requests the status at once
 */
export function renewals(
  attempt: string,
  first: Code | undefined,
  backend: Backend,
  environment: Environment,
  statuses: Observable<StatusAnswer>,
  checkStatus: () => void,
): Observable<Action> {
  const { now, timer } = environment;
  // Not recursion: there may be thousands of codes.
  const steps = new BehaviorSubject(noCode(attempt));
  const feed = <T>(
    source: Observable<T>,
    receive: (known: RenewalState, value: T, now: number) => RenewalState,
    earliest = 0,
  ): Observable<never> =>
    source.pipe(
      switchMap((value) => {
        const known = steps.value;
        const instant = Math.max(now(), earliest);
        steps.next(step(known, receive(known, value, instant), instant, environment.renewals));
        return EMPTY;
      }),
    );

  const act = (plan: Plan): Observable<Action> => {
    if (plan.type === "expired") return of({ type: "expired", attempt });
    if (plan.type === "failed") throw plan.error;
    if (plan.type !== "requested") return EMPTY;
    return feed(requestCode(attempt, plan.deadline, backend, environment), codeReceived).pipe(
      catchError((cause: unknown) => {
        if (isUnknownAttempt(cause)) throw cause;
        const error = toRequestError(cause);
        if (error.code === "attempt_settled") checkStatus();
        const delayMs = Math.max(backoffMs(plan.tries, environment), error.retryAfterMs);
        return feed(of({ error, at: now() + delayMs }), requestFailed);
      }),
    );
  };

  return merge(
    steps.pipe(switchMap(({ actions }) => actions)),
    // Every wake-up leads to a step and sets the timer again, because timers stop in sleep. A timer that fired counts, even if
    // the clock was set back in the meantime.
    steps.pipe(
      switchMap(({ nextAt }) =>
        nextAt < Infinity ? feed(timer(nextAt - now()), (known) => known, nextAt) : EMPTY,
      ),
    ),
    steps.pipe(
      map(({ plan }) => plan),
      distinctUntilChanged(),
      switchMap(act),
    ),
    first ? feed(of(first), codeReceived) : EMPTY,
    feed(awake(environment), wokenUp),
    feed(statuses, statusReceived),
    feed(environment.newCode, (known, _asked, now) => newCodeRequested(known, now)),
  );
}

function requestCode(
  attempt: string,
  deadline: number,
  backend: Backend,
  environment: Environment,
): Observable<Code> {
  const limitMs = Math.min(codeTimeoutMs, Math.max(minimumTimeoutMs, deadline - environment.now()));
  return withTimeout(limitMs, environment, backend.renew(attempt)).pipe(
    map((answer) => receiveCode(answer, environment)),
  );
}
