import {
  BehaviorSubject,
  concat,
  EMPTY,
  filter,
  map,
  merge,
  of,
  switchMap,
  take,
  type Observable,
} from "rxjs";
import type { StatusAnswer } from "../../protocol/login-api.js";
import type { Backend } from "../api/backend.js";
import { toCode } from "./code.js";
import { at, awake, backoffMs, tryAgain, within, type Environment } from "./environment.js";
import { isUnknownAttempt, toRequestError } from "../api/request-error.js";
import type { Action, Code } from "./state.js";

/** The time limit of a start or a renewal; the server gives its own question 5 s. */
export const codeTimeoutMs = 15_000;
/** Seconds are rounded down, and answers take their time: only what is off by more is put right. */
const toleranceMs = 3_000;
const minimumTimeoutMs = 6_000;
/** Tries of a renewal go on for so long where the code is dead already: a network takes a moment to wake up. */
const wakeUpMs = 10_000;

/**
 * Keeps a code that works on the screen: asks for the next one in time and again where that fails. A page that is
 * hidden or offline asks for nothing; once awake again it waits until the status is known. Ends with `expired` when the
 * renewals are used up; errors with why there is no code any more.
 * @param first the code that is shown; without one, the first is asked for as soon as the status is known
 * @param statuses the `pending` ones that are heard
 * @param ask asks for the status at once
 */
export function renewals(
  attempt: string,
  first: Code | undefined,
  backend: Backend,
  environment: Environment,
  statuses: Observable<StatusAnswer>,
  ask: () => void,
): Observable<Action> {
  const { now, timer } = environment;

  const ready = new BehaviorSubject(false);
  const watch = awake(environment).pipe(
    switchMap((isAwake, index) =>
      // Once awake again, nothing is asked for before the status is known.
      isAwake && !(index === 0 && first)
        ? concat(
            of(false),
            statuses.pipe(
              take(1),
              map(() => true),
            ),
          )
        : of(isAwake),
    ),
    switchMap((isReady) => {
      ready.next(isReady);
      return EMPTY;
    }),
  );
  const whenReady = ready.pipe(filter(Boolean), take(1));
  // The newest transaction was closed: its code is good for nothing.
  const emptied = statuses.pipe(filter(({ expires_in }) => expires_in === 0));

  const request = (code: Code | undefined): Observable<Code> => {
    // How long tries go on: until the shown code's time is over, or a moment where there is none to lose.
    let deadline = 0;
    return whenReady.pipe(
      switchMap(() => {
        if (deadline <= now()) deadline = code && code.endsAt > now() ? code.endsAt : now() + wakeUpMs;
        const limitMs = Math.min(codeTimeoutMs, Math.max(minimumTimeoutMs, deadline - now()));
        return within(limitMs, environment, backend.renew(attempt));
      }),
      map((answer) => toCode(answer, now())),
      tryAgain((cause: unknown, count) => {
        if (isUnknownAttempt(cause)) throw cause;
        const error = toRequestError(cause);
        if (error.code === "attempt_settled") ask();
        const delayMs = Math.max(backoffMs(count, environment), error.retryAfterMs);
        const leftMs = Math.max(0, deadline - now());
        if (delayMs < leftMs) return timer(delayMs);
        // Too late for another try. Asleep or offline it still waits, and tries again when awake.
        return timer(leftMs).pipe(
          switchMap(() => ready.pipe(take(1))),
          map((isReady) => {
            if (isReady) throw error;
          }),
        );
      }),
    );
  };

  let isBegun = false;
  // Each code takes the last one's place, and does not lie in it: there may be thousands.
  const shown = new BehaviorSubject({ code: first, renewed: first ? 0 : -1 });
  const codes = shown.pipe(
    switchMap(({ code, renewed }) => {
      const due = code
        ? merge(at(code.renewAt, environment).pipe(map(() => false)), emptied.pipe(map(() => true))).pipe(
            take(1),
          )
        : of(false);
      // The server knows better how long the code works: it came with a page out of a cache, or this clock was set.
      const corrected = statuses.pipe(
        filter(
          ({ expires_in: left }) => !!(code && left) && code.endsAt > now() + left * 1_000 + toleranceMs,
        ),
        switchMap(({ expires_in }) => {
          shown.next({ code: toCode({ otp: code!.otp, expires_in: expires_in! }, now()), renewed });
          return EMPTY;
        }),
      );
      const next = due.pipe(
        switchMap((isEmpty): Observable<Action> =>
          code && renewed >= environment.renewals()
            ? merge(isEmpty ? of(true) : at(code.endsAt, environment), emptied).pipe(
                take(1),
                map(() => ({ type: "expired", attempt })),
              )
            : concat(
                isEmpty ? of<Action>({ type: "spent", now: now() }) : EMPTY,
                request(code).pipe(
                  switchMap((fresh) => {
                    shown.next({ code: fresh, renewed: renewed + 1 });
                    return EMPTY;
                  }),
                ),
              ),
        ),
      );
      if (!code) return next;
      const type = isBegun ? "renewed" : "started";
      isBegun = true;
      return concat(of<Action>({ type, attempt, code, renewed }), merge(next, corrected));
    }),
  );
  return merge(watch, codes);
}
