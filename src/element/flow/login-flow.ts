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
import type { StatusAnswer } from "../../protocol/login-api.js";
import { isUnknownAttempt, RequestError, toRequestError, type Backend } from "../api/backend.js";
import { backoffMs, visible, withTimeout, type Environment, type SharedAttempt } from "./environment.js";
import { receiveCode, renewals } from "./renewal-flow.js";
import { codeTimeoutMs } from "./renewal.js";
import type { Action, Code, Failure } from "./state.js";
import { followStatus } from "./status-connection.js";

/** A command from the element. Each one ends the attempt before it. */
export type Command =
  | { type: "start"; backend: Backend }
  /** Continues an attempt of an earlier page of this browser, or, with its code, one that the page's server began. */
  | { type: "resume"; backend: Backend; attempt: string; code?: Code }
  | { type: "cancel" };

/** How long an attempt can still change after its last code has ended: the server's grace, and its wait for the Token Server. */
const graceMs = 75_000;
/** The Token Server's time limit: until then, a start that another page sent at the same time may replace the cookie. */
const recheckMs = 5_000;
/** If the server knew an attempt for this long, cookies are not blocked. */
const cookiesWorkMs = 10_000;

/** How long the server lets a browser repeat a login whose answer was lost. */
const loginRepeatMs = 60_000;
/** The server gives `signIn` 10 s. */
const loginTimeoutMs = 15_000;
/** The errors after which the login is retried. */
const repeatableErrors = /^(network_error|server_error|temporarily_unavailable|authorization_pending)$/;

/** The whole login: commands in, actions out. Requests are sent only while it is subscribed. */
export function loginFlow(commands: Observable<Command>, environment: Environment): Observable<Action> {
  return commands.pipe(
    switchMap((command): Observable<Action> => {
      switch (command.type) {
        case "start":
          return begin(command.backend, environment, false);
        case "resume":
          return resume(command.attempt, command.code, command.backend, environment);
        case "cancel":
          return of({ type: "cancelled" });
        default:
          return command satisfies never;
      }
    }),
  );
}

/** @param isReplacement whether this attempt replaces one that the server did not know */
function begin(backend: Backend, environment: Environment, isReplacement: boolean): Observable<Action> {
  const { now } = environment;
  return defer(() => {
    let during: Failure["during"] = "start";
    let startedAt = 0;
    // A hidden tab requests nothing.
    const attempt = visible(environment).pipe(
      switchMap(() => {
        // Known before a code is drawn that could not log in.
        if (!environment.hasCookies()) throw new RequestError("cookies_blocked");
        return withTimeout(codeTimeoutMs, environment, backend.start());
      }),
      switchMap((answer) => {
        const code = receiveCode(answer, environment);
        during = "pending";
        startedAt = now();
        // The server may not know a replacement either, because it gets no cookie: it is not shown before that is known.
        const known: Observable<unknown> = isReplacement ? backend.poll(answer.attempt, 0) : of(0);
        return known.pipe(switchMap(() => follow(answer.attempt, code, backend, environment)));
      }),
      catchError((error: unknown) => {
        if (during === "start" || !isUnknownAttempt(error)) return fail(error, during, environment);
        // Another tab replaced the cookie, or the store was restarted: start again, once.
        if (!isReplacement || now() - startedAt >= cookiesWorkMs) return begin(backend, environment, true);
        return fail(new RequestError("cookies_blocked", error), during, environment);
      }),
    );
    return concat(of<Action>({ type: "requested" }), attempt);
  });
}

function resume(
  attempt: string,
  given: Code | undefined,
  backend: Backend,
  environment: Environment,
): Observable<Action> {
  return defer(() => {
    // If no QR code can hold it, the attempt goes on with the next one.
    const code = given && !environment.encode(given.otp) ? given : undefined;
    const newAttempt = begin(backend, environment, false);
    const pending = new Subject<StatusAnswer>();
    // Whether the person has seen this attempt: then it ends as any other, else a new one replaces it. A code that came with
    // the page counts as seen once the server says that the attempt is pending, because the page may come from a cache.
    let isSeen = false;
    pending.subscribe(() => (isSeen ||= !!code));
    const resumed = follow(attempt, code, backend, environment, pending).pipe(
      switchMap((action) => {
        const { type } = action;
        // An attempt that is over, or has logged somebody in already, is replaced, but "declined in the app" is shown.
        const isOver = type === "expired" || type === "failed" || (type === "denied" && code);
        const wasUsed = type === "failed" && action.failure.code === "attempt_settled";
        // An error stops following the attempt.
        if (isOver && (!isSeen || wasUsed)) throw new RequestError("unknown_attempt");
        isSeen ||= type !== "connection" && !code;
        return of(action);
      }),
      catchError((error: unknown) =>
        isSeen && !isUnknownAttempt(error) ? fail(error, "pending", environment) : newAttempt,
      ),
    );
    return concat(of<Action>({ type: "requested" }), resumed);
  });
}

/**
 * From the first code to the end: keeps a code on the screen, follows the status, logs in.
 * @param resumed set for an attempt that is resumed: receives each `pending` status; the first status is requested at once
 */
function follow(
  attempt: string,
  first: Code | undefined,
  backend: Backend,
  environment: Environment,
  resumed?: Subject<StatusAnswer>,
): Observable<Action> {
  return defer(() => {
    const checks = new Subject<void>();
    const pending = resumed ?? new Subject<StatusAnswer>();
    const settled = new Subject<StatusAnswer>();
    const expired = new Subject<void>();

    const codes = renewals(attempt, first, backend, environment, pending, () => checks.next()).pipe(
      map((action) => {
        if (action.type === "expired") expired.next();
        return action;
      }),
    );
    const heard = followStatus(attempt, backend, environment, checks, !!resumed).pipe(
      switchMap((value): Observable<Action> => {
        if (typeof value === "string") return of({ type: "connection", connection: value });
        (value.status === "pending" ? pending : settled).next(value);
        return EMPTY;
      }),
    );
    const end = settled.pipe(
      take(1),
      switchMap(({ status }) => {
        // The page came from a cache: another page of this browser has logged in with the same attempt.
        if (status === "completed" && resumed && first && !environment.sharedAttempt(attempt))
          throw new RequestError("unknown_attempt");
        return finish(status, attempt, backend, environment);
      }),
    );
    // A page that loads at the same time may replace the cookie after this stream was opened with it, and this attempt could no
    // longer log in. The status is requested once more to find out. Starts of the element itself use the start lock instead.
    const recheck =
      resumed && first
        ? environment.timer(recheckMs).pipe(
            switchMap(() => {
              checks.next();
              return EMPTY;
            }),
          )
        : EMPTY;
    // After the last code, an acceptance in the server's grace still logs in.
    const over = expired.pipe(switchMap(() => environment.timer(graceMs)));
    return merge(end, merge(codes, heard, recheck).pipe(takeUntil(merge(settled, over))));
  });
}

function finish(
  status: StatusAnswer["status"],
  attempt: string,
  backend: Backend,
  environment: Environment,
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
              switchMap(() => signIn(attempt, backend, environment, shared)),
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

/**
 * Logs in with an approved attempt: the server runs the site's `signIn`. Retries network and server errors for 60 s, and at
 * once when the browser is back online. Fails with the last error.
 * @param shared set for an attempt that left for the app: other tabs may have it too, and only one of them logs in
 */
function signIn(
  attempt: string,
  backend: Backend,
  environment: Environment,
  shared: SharedAttempt | undefined,
): Observable<Action> {
  const { now, timer, online } = environment;
  const login = withTimeout(loginTimeoutMs, environment, backend.login(attempt)).pipe(
    map((answer): Action => ({ type: "completed", answer })),
  );
  // Another tab may have logged in, and its mark may not be in this tab's storage yet: only the server knows.
  const source = shared
    ? shared.locked(
        defer(() => followStatus(attempt, backend, environment, EMPTY, true)).pipe(
          filter((value): value is StatusAnswer => typeof value !== "string" && value.status !== "pending"),
          take(1),
          switchMap(({ status }) => {
            if (status === "approved") shared.becomeOwner();
            else if (status !== "completed" || !shared.isOwner())
              return finish(status, attempt, backend, environment);
            return login;
          }),
        ),
      )
    : login;
  return defer(() => {
    const deadline = now() + loginRepeatMs;
    let tries = 0;
    return source.pipe(
      catchError((cause: unknown, again) => {
        const error = toRequestError(cause);
        const delayMs = Math.max(backoffMs(++tries, environment), error.retryAfterMs);
        if (!repeatableErrors.test(error.code) || now() + delayMs > deadline) throw error;
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

function fail(cause: unknown, during: Failure["during"], { now, online }: Environment): Observable<Action> {
  const error = toRequestError(cause);
  return online.pipe(
    take(1),
    map((isOnline) => ({
      type: "failed",
      failure: {
        code: error.code,
        during,
        offline: !isOnline,
        ...(error.retryAfterMs && { retryAt: now() + error.retryAfterMs }),
        answer: error.answer,
        cause: error,
      },
    })),
  );
}
