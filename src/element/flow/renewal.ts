import {
  BehaviorSubject,
  concat,
  distinctUntilChanged,
  EMPTY,
  filter,
  map,
  merge,
  of,
  switchMap,
  take,
  type Observable,
} from "rxjs";
import type { CodeAnswer, StatusAnswer } from "../../protocol/login-api.js";
import { isUnknownAttempt, toRequestError, type Backend } from "../api/backend.js";
import { at, awake, backoffMs, retryWhen, withTimeout, type Environment } from "./environment.js";
import type { Action, Code } from "./state.js";

const second = 1_000;
/** A day: the longest life of a code. Browsers' timers overflow after 25 days. */
const longestSeconds = 86_400;

/**
 * Puts a code's times on this browser's clock. The next code is requested when a quarter of the life is left: at most 30 s
 * before the end, at least 5 s, never more than half of the life, and never sooner than in half a second.
 * @param now when the answer arrived, in milliseconds of `Date.now()`
 */
export function toCode(answer: Pick<CodeAnswer, "otp" | "expires_in">, now: number): Code {
  const life = Math.min(answer.expires_in, longestSeconds) * second;
  const lead = Math.min(30 * second, Math.max(5 * second, life / 4), life / 2);
  return {
    otp: answer.otp,
    since: now,
    renewAt: now + Math.max(life - lead, second / 2),
    endsAt: now + life,
  };
}

/** The time limit of a start or a renewal. The server's own call of the Token Server has 5 s. */
export const codeTimeoutMs = 15_000;
/** The server rounds seconds down, and answers take time: only a larger difference is corrected. */
const toleranceMs = 3_000;
const minimumTimeoutMs = 6_000;
/** The server says when a scanned code is over; if it has not said so for this long, the page stops waiting for it. */
const scanEndMs = 2_000;
/** How long a renewal is retried when the code is over already: after a wake-up the network takes a moment. */
const wakeUpMs = 10_000;

/**
 * Keeps a working code on the screen: requests the next one in time, and retries if that fails. A hidden or offline page
 * requests nothing, nor does one whose code was scanned; after a wake-up it waits until the status is known. Emits `expired`
 * when the renewals are used up; errors if there is no code any more.
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

  const ready = new BehaviorSubject(false);
  const watch = awake(environment).pipe(
    switchMap((isAwake, index) =>
      // After a wake-up, nothing is requested before the status is known.
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
  /** Whether the site's app has scanned a code that can still be accepted. */
  const scanned = new BehaviorSubject(false);
  const scans = statuses.pipe(
    switchMap((status) => {
      scanned.next(!!status.scanned);
      return EMPTY;
    }),
  );
  let saidScanned = false;
  const scanActions = scanned.pipe(
    filter((value) => value !== saidScanned),
    map((value): Action => ({ type: "scanned", scanned: (saidScanned = value) })),
  );
  /** Emits at an instant, or later if a scanned code is waiting for the person's answer. */
  const atUnlessScanned = (instant: number) =>
    scanned.pipe(
      switchMap((isScanned) => (isScanned ? EMPTY : at(instant, environment))),
      take(1),
    );
  const scanEnd = (code: Code) =>
    scanned.pipe(
      switchMap((isScanned) => (isScanned ? at(code.endsAt + scanEndMs, environment) : EMPTY)),
      switchMap(() => {
        scanned.next(false);
        return EMPTY;
      }),
    );
  /** A page that shows a code requests no other while a scanned one is waiting. */
  const isFree = (code: Code | undefined) =>
    ready.pipe(
      switchMap((isReady) => scanned.pipe(map((isScanned) => isReady && !(code && isScanned)))),
      distinctUntilChanged(),
    );
  // The server closed the newest transaction: its code no longer works.
  const closed = statuses.pipe(filter((status) => status.expires_in === 0 && !status.scanned));

  const request = (code: Code | undefined): Observable<Code> => {
    // Retries go on until the shown code is over, or for a moment if none is shown.
    let deadline = 0;
    return isFree(code).pipe(
      filter(Boolean),
      take(1),
      switchMap(() => {
        if (deadline <= now()) deadline = code && code.endsAt > now() ? code.endsAt : now() + wakeUpMs;
        const limitMs = Math.min(codeTimeoutMs, Math.max(minimumTimeoutMs, deadline - now()));
        return withTimeout(limitMs, environment, backend.renew(attempt));
      }),
      map((answer) => toCode(answer, now())),
      retryWhen((cause: unknown, count) => {
        if (isUnknownAttempt(cause)) throw cause;
        const error = toRequestError(cause);
        if (error.code === "attempt_settled") checkStatus();
        const delayMs = Math.max(backoffMs(count, environment), error.retryAfterMs);
        const leftMs = Math.max(0, deadline - now());
        if (delayMs < leftMs) return timer(delayMs);
        // Too late for another try. A hidden or offline page goes on waiting, and retries when it is awake.
        return timer(leftMs).pipe(
          switchMap(() => isFree(code).pipe(take(1))),
          map((isNowFree) => {
            if (isNowFree) throw error;
          }),
        );
      }),
    );
  };

  let isBegun = false;
  // A subject, not recursion: there may be thousands of codes.
  const shown = new BehaviorSubject({ code: first, renewed: first ? 0 : -1 });
  const codes = shown.pipe(
    switchMap(({ code, renewed }) => {
      const due = code
        ? merge(atUnlessScanned(code.renewAt).pipe(map(() => false)), closed.pipe(map(() => true))).pipe(
            take(1),
          )
        : of(false);
      // The code ends sooner than this page thinks: it came with a cached page, or the clock was set.
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
        switchMap((isClosed): Observable<Action> => {
          return code && renewed >= environment.renewals()
            ? merge(isClosed ? of(true) : atUnlessScanned(code.endsAt), closed).pipe(
                take(1),
                map(() => ({ type: "expired", attempt })),
              )
            : concat(
                isClosed ? of<Action>({ type: "codeClosed", now: now() }) : EMPTY,
                request(code).pipe(
                  switchMap((fresh) => {
                    shown.next({ code: fresh, renewed: renewed + 1 });
                    return EMPTY;
                  }),
                ),
              );
        }),
      );
      if (!code) return next;
      const type = isBegun ? "renewed" : "started";
      isBegun = true;
      return concat(
        of<Action>({ type, attempt, code, renewed }),
        merge(scanActions, scanEnd(code), next, corrected),
      );
    }),
  );
  return merge(watch, scans, codes);
}
