import {
  catchError,
  concat,
  defer,
  EMPTY,
  filter,
  map,
  merge,
  of,
  Subject,
  switchMap,
  take,
  takeUntil,
  type Observable,
} from "rxjs";
import { parsePairingAnswer, parseResumesIn, type StatusAnswer } from "../../protocol/login-api.js";
import { isUnknownAttempt, RequestError, toRequestError, type Backend } from "../api/backend.js";
import {
  awake,
  backoffMs,
  visible,
  withTimeout,
  type Environment,
  type SharedAttempt,
} from "./environment.js";
import type { Action, Failure, LoginErrorCode, Question } from "./state.js";
import { followStatus } from "./status-connection.js";

/** How long the server lets a browser repeat a login whose answer was lost. */
const loginRepeatMs = 60_000;
/** The server gives `signIn` 10 s. */
const loginTimeoutMs = 15_000;
/** The errors after which the login is retried. */
const repeatableErrors: readonly LoginErrorCode[] = [
  "network_error",
  "server_error",
  "temporarily_unavailable",
  "authorization_pending",
];

/**
 * What follows from an attempt's status: an approved one logs in.
 * @param number what the app has brought: it goes with the first login call, once an attempt
 */
export function finish(
  status: StatusAnswer["status"],
  attempt: string,
  backend: Backend,
  environment: Environment,
  number?: string,
): Observable<Action> {
  switch (status) {
    case "approved":
    // Completed by this browser's own login, whose answer was lost. The server lets it repeat the login for a while.
    case "completed": {
      const shared = environment.sharedAttempt(attempt);
      const login =
        shared && status === "completed" && !shared.isOwner()
          ? of<Action>({ type: "completed" })
          : // Of two tabs, the one that the person sees logs in.
            (shared ? visible(environment) : of(0)).pipe(
              switchMap(() => logIn({ attempt, backend, environment, shared, brought: number })),
              catchError((error: unknown) => {
                if (isUnknownAttempt(error)) throw error;
                return fail(error, "login", environment);
              }),
            );
      return concat(of<Action>({ type: "approved", attempt }), login);
    }
    case "denied":
      return of({ type: "denied" });
    case "expired":
      return of({ type: "expired", attempt });
    case "failed":
      return fail(new RequestError("temporarily_unavailable"), "pending", environment);
    case "pending":
      return EMPTY;
    default:
      return status satisfies never;
  }
}

/** What a login needs. */
interface Login {
  attempt: string;
  backend: Backend;
  environment: Environment;
  /** Set for an attempt that left for the app: other tabs may have it too, and only one of them logs in. */
  shared: SharedAttempt | undefined;
  /** The number that the app has brought. */
  brought: string | undefined;
}

/**
 * Logs in, and asks the person for the number on the phone as often as the server does.
 * @param number what the person has typed, if anything
 * @param wrong how many answers have said that a number was wrong
 */
function logIn(login: Login, number?: string, wrong = 0): Observable<Action> {
  const { environment } = login;
  return signIn(login, number).pipe(
    catchError((cause: unknown) => {
      const { code, answer } = toRequestError(cause);
      const asked = parsePairingAnswer(answer?.body);
      if (!asked || asked.error !== code) throw cause;
      const question: Question = {
        digits: asked.digits,
        triesLeft: asked.tries_left,
        endsAt: environment.now() + asked.expires_in * 1_000,
        wrong: wrong + Number(code === "wrong_number"),
        isSending: false,
        connection: "live",
      };
      // Of several tabs and pages, the one that the person sees asks.
      return visible(environment).pipe(switchMap(() => ask(question, login)));
    }),
  );
}

/**
 * Waits for the number and logs in with it. While the browser is offline, the number waits too. Another tab may log in, or use up
 * the tries: a page that is shown again asks for the status, and so does one beside that tab.
 */
function ask(question: Question, login: Login): Observable<Action> {
  const { attempt, backend, environment, shared } = login;
  return defer(() => {
    const ends = new Subject<Observable<Action>>();
    const end = (next: Observable<Action>): Observable<never> => {
      ends.next(next);
      return EMPTY;
    };
    const answers = concat(of(undefined), environment.number).pipe(
      switchMap((number) =>
        environment.online.pipe(
          switchMap((isOnline) => {
            const isSending = number !== undefined;
            const connection = isOnline ? "live" : "offline";
            return concat(
              of<Action>({ type: "asked", question: { ...question, isSending, connection } }),
              defer(() => (isSending && isOnline ? end(logIn(login, number, question.wrong)) : EMPTY)),
            );
          }),
        ),
      ),
    );
    const check = settledStatus(login).pipe(
      filter((status) => status !== "approved"),
      switchMap((status) => end(finish(status, attempt, backend, environment))),
    );
    // Each wake-up sets the timer again, because timers stop in sleep.
    const endings = awake(environment).pipe(
      switchMap((isAwake, index) =>
        merge(
          environment
            .timer(question.endsAt - environment.now())
            .pipe(switchMap(() => end(of({ type: "expired", attempt })))),
          isAwake && index > 0 ? check : EMPTY,
        ),
      ),
    );
    const elsewhere = shared ? shared.changed.pipe(switchMap(() => check)) : EMPTY;
    return merge(
      ends.pipe(
        take(1),
        switchMap((next) => next),
      ),
      merge(answers, endings, elsewhere).pipe(takeUntil(ends)),
    );
  });
}

/** What became of an accepted attempt. Errors if it has failed: only wrong numbers, sent by another tab, do that. */
const settledStatus = ({ attempt, backend, environment }: Login): Observable<StatusAnswer["status"]> =>
  defer(() => followStatus(attempt, backend, environment, EMPTY, true)).pipe(
    filter((value): value is StatusAnswer => typeof value !== "string" && value.status !== "pending"),
    take(1),
    map(({ status }) => {
      if (status === "failed") throw new RequestError("pairing_failed");
      return status;
    }),
  );

/**
 * Sends the login of an approved attempt: the server runs the site's `signIn`. Retries network and server errors for 60 s, and
 * at once when the browser is back online. Fails with the last error.
 * @param number goes with it, also with each retry: the server does not count the same number twice
 */
function signIn(login: Login, number: string | undefined): Observable<Action> {
  const { attempt, backend, environment, shared, brought } = login;
  const { now, timer, online } = environment;
  const request = defer(() => withTimeout(loginTimeoutMs, environment, backend.login(attempt, number))).pipe(
    map((answer): Action => ({ type: "completed", answer })),
  );
  // Another tab may have logged in, and its mark may not be in this tab's storage yet: only the server knows.
  const source = shared
    ? shared.locked(
        settledStatus(login).pipe(
          switchMap((status) => {
            if (status === "approved") {
              // In the lock, because several pages may have one.
              if (brought && shared.takeUnattended()) number = brought;
              shared.becomeOwner();
            } else if (status !== "completed" || !shared.isOwner())
              return finish(status, attempt, backend, environment);
            return request;
          }),
        ),
      )
    : request;
  return defer(() => {
    const deadline = now() + loginRepeatMs;
    let tries = 0;
    return source.pipe(
      catchError((cause: unknown, again) => {
        const error = toRequestError(cause);
        const delayMs = Math.max(backoffMs(++tries, environment), error.retryAfterMs);
        if (!repeatableErrors.includes(error.code) || now() + delayMs > deadline) throw error;
        const backOnline = online.pipe(filter((isOnline, index) => index > 0 && isOnline));
        // RxJS's `retry` is larger, and for a minute's tries it does not matter that each is nested in the one before.
        return merge(timer(delayMs), backOnline).pipe(
          take(1),
          switchMap(() => again),
        );
      }),
    );
  });
}

/**
 * Ends the attempt with an error.
 * @param code in place of the error's own
 */
export function fail(
  cause: unknown,
  during: Failure["during"],
  { now, online }: Environment,
  code?: Failure["code"],
): Observable<Action> {
  const error = toRequestError(cause);
  const resumesIn = parseResumesIn(error.answer?.body);
  return online.pipe(
    take(1),
    map((isOnline) => ({
      type: "failed",
      failure: {
        code: code ?? error.code,
        during,
        offline: !isOnline,
        ...(error.retryAfterMs && { retryAt: now() + error.retryAfterMs }),
        ...(resumesIn && { resumesAt: now() + resumesIn * 1000 }),
        answer: error.answer,
        cause: error,
      },
    })),
  );
}
