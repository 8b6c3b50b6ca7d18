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
import type { Backend } from "../api/backend.js";
import { claim } from "./sign-in.js";
import { toCode } from "./code.js";
import { connection, isStatus } from "./status-connection.js";
import { within, type Environment } from "./environment.js";
import { codeTimeoutMs, renewals } from "./renewal.js";
import { isUnknownAttempt, RequestError, toRequestError } from "../api/request-error.js";
import type { Action, Code, Failure } from "./state.js";

/** What the element asks of the flow; each ends what went on before. */
export type Command =
  | { type: "start"; backend: Backend }
  /** Goes on with an attempt that an earlier page of this browser began, or the page's server, with a code that works. */
  | { type: "resume"; backend: Backend; attempt: string; code?: Code }
  | { type: "cancel" }
  | { type: "fail"; failure: Failure };

/** The server's grace and its patience with the Token Server: afterwards nothing more is heard of an attempt. */
const graceMs = 75_000;
/** The Token Server has so long to answer: by then every page of this browser that was begun beside this one has its cookie. */
const recheckMs = 5_000;
/** An attempt that was known for so long was not begun with blocked cookies. */
const knownMs = 10_000;

/** The whole login: commands in, what happens out. Nothing is requested before it is subscribed, nor after. */
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
        case "fail":
          return of({ type: "failed", failure: command.failure });
        default:
          return command satisfies never;
      }
    }),
  );
}

/** @param again whether this attempt stands in for one that the server did not know */
function begin(backend: Backend, environment: Environment, again: boolean): Observable<Action> {
  const { now, visibility } = environment;
  return defer(() => {
    let during: Failure["during"] = "start";
    let startedAt = 0;
    const attempt = visibility.pipe(
      // A hidden tab asks for nothing.
      filter((value) => value === "visible"),
      take(1),
      switchMap(() => within(codeTimeoutMs, environment, backend.start())),
      switchMap((answer) => {
        during = "pending";
        startedAt = now();
        return follow(answer.attempt, toCode(answer, startedAt), backend, environment);
      }),
      catchError((error: unknown) => {
        // Before there is an attempt, none can be unknown: nothing would be gained by asking again.
        if (during === "start" || !isUnknownAttempt(error)) return failing(error, during, environment);
        // Another tab's cookie won, or the store was restarted: quietly anew, once.
        if (!again || now() - startedAt >= knownMs) return begin(backend, environment, true);
        const blocked = new RequestError("cookies_blocked", error);
        return failing(blocked, during, environment);
      }),
    );
    return concat(of<Action>({ type: "requested" }), attempt);
  });
}

function resume(
  attempt: string,
  code: Code | undefined,
  backend: Backend,
  environment: Environment,
): Observable<Action> {
  return defer(() => {
    const anew = begin(backend, environment, false);
    const pending = new Subject<StatusAnswer>();
    // Whether the person has seen something of this attempt: from then on it ends as any other. A code that came with the
    // page is one to be seen once the server has said that it is open: the page may come out of a cache.
    let isSeen = false;
    pending.subscribe(() => (isSeen ||= !!code));
    const resumed = follow(attempt, code, backend, environment, pending).pipe(
      switchMap((action) => {
        const { type } = action;
        // What is over, or was claimed before, gives way to a new attempt. What was declined in the app is told.
        const isOver = type === "expired" || type === "failed" || (type === "denied" && code);
        const isClaimed = type === "failed" && action.failure.code === "attempt_settled";
        // Thrown, so that nothing of it is followed any longer.
        if (isOver && (!isSeen || isClaimed)) throw new RequestError("unknown_attempt");
        isSeen ||= type !== "link" && !code;
        return of(action);
      }),
      catchError((error: unknown) =>
        isSeen && !isUnknownAttempt(error) ? failing(error, "pending", environment) : anew,
      ),
    );
    return concat(of<Action>({ type: "requested" }), resumed);
  });
}

/**
 * From the first code to the end: keeps a code on the screen, hears the status, claims the login.
 * @param resumed hears of each `pending` of an attempt that went on before: its status is asked for at once
 */
function follow(
  attempt: string,
  first: Code | undefined,
  backend: Backend,
  environment: Environment,
  resumed?: Subject<StatusAnswer>,
): Observable<Action> {
  return defer(() => {
    const asks = new Subject<void>();
    const pending = resumed ?? new Subject<StatusAnswer>();
    const settled = new Subject<StatusAnswer>();
    const expired = new Subject<void>();

    const codes = renewals(attempt, first, backend, environment, pending, () => asks.next()).pipe(
      map((action) => {
        if (action.type === "expired") expired.next();
        return action;
      }),
    );
    const heard = connection(attempt, backend, environment, asks, !!resumed).pipe(
      switchMap((value): Observable<Action> => {
        if (!isStatus(value)) return of({ type: "link", link: value });
        (value.status === "pending" ? pending : settled).next(value);
        return EMPTY;
      }),
    );
    const end = settled.pipe(
      take(1),
      switchMap(({ status }) => {
        // A code that came with the page, and another page of this browser has logged in with it: it came out of a cache.
        if (status === "completed" && resumed && first) throw new RequestError("unknown_attempt");
        return conclude(status, attempt, backend, environment);
      }),
    );
    // A page that was begun beside this one may have replaced its cookie, after the stream was opened with it: what is accepted
    // then could not be claimed. Starts of the element's own take turns instead.
    const recheck =
      resumed && first
        ? environment.timer(recheckMs).pipe(
            switchMap(() => {
              asks.next();
              return EMPTY;
            }),
          )
        : EMPTY;
    // Past the last code an acceptance in the server's grace still logs in.
    const over = expired.pipe(switchMap(() => environment.timer(graceMs)));
    return merge(end, merge(codes, heard, recheck).pipe(takeUntil(merge(settled, over))));
  });
}

function conclude(
  status: StatusAnswer["status"],
  attempt: string,
  backend: Backend,
  environment: Environment,
): Observable<Action> {
  switch (status) {
    case "approved":
    // Completed by this browser's own request, whose answer was lost: it may be repeated for a while.
    case "completed":
      return concat(
        of<Action>({ type: "approved", attempt }),
        claim(attempt, backend, environment).pipe(
          map((answer): Action => ({ type: "completed", answer })),
          catchError((error: unknown) => {
            if (isUnknownAttempt(error)) throw error;
            return failing(error, "login", environment);
          }),
        ),
      );
    case "denied":
      return of({ type: "denied" });
    case "expired":
      return of({ type: "expired", attempt });
    case "failed":
      return failing(new RequestError("temporarily_unavailable"), "pending", environment);
    case "pending":
      return EMPTY;
    default:
      return status satisfies never;
  }
}

function failing(
  cause: unknown,
  during: Failure["during"],
  { now, online }: Environment,
): Observable<Action> {
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
        cause: error,
      },
    })),
  );
}
