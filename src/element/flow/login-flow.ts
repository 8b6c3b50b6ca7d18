import {
  BehaviorSubject,
  catchError,
  concat,
  defer,
  EMPTY,
  map,
  merge,
  of,
  Subject,
  switchMap,
  take,
  takeUntil,
  type Observable,
} from "rxjs";
import type { StartAnswer, StatusAnswer } from "../../protocol/login-api.js";
import type { KeptAttempt } from "../app-link/resume-storage.js";
import { isUnknownAttempt, RequestError, toRequestError, type Backend } from "../api/backend.js";
import { visible, withTimeout, type Environment } from "./environment.js";
import { receiveCode, renewals } from "./renewal-flow.js";
import { codeTimeoutMs } from "./renewal.js";
import { fail, finish } from "./finish-login.js";
import type { Action, Code, Failure } from "./state.js";
import { followStatus } from "./status-connection.js";

/** A command from the element. Each one ends the attempt before it. */
export type Command =
  | { type: "start"; backend: Backend }
  /** Continues an attempt of an earlier page of this browser, or, with its code, one that the page's server began. */
  | { type: "resume"; backend: Backend; attempt: string; code?: Code }
  /** The app has come back to this page, with the number if the phone shows one. `kept`: what this browser kept, if anything. */
  | {
      type: "comeBack";
      backend: Backend;
      kept: Pick<KeptAttempt, "attempt" | "mark"> | undefined;
      number: string | undefined;
    }
  | { type: "cancel" };

/** How long an attempt can still change after its last code has ended: the server's grace, and its wait for the Token Server. */
const graceMs = 75_000;
/** The Token Server's time limit: until then, a start that another page sent at the same time may replace the cookie. */
const recheckMs = 5_000;
/** A start that has to wait this long fails as one that is paused: the Token Server has been down for a while. */
const longWaitMs = 10_000;
/** When to ask whether logins go on, if the server did not say. */
const askAgainMs = 30_000;
/** How long a number that the app has brought is held while the server does not know yet that the login is accepted. */
const returnHoldMs = 15_000;
/** If the server knew an attempt for this long, cookies are not blocked. */
const cookiesWorkMs = 10_000;

/** The whole login: commands in, actions out. Requests are sent only while it is subscribed. */
export function loginFlow(commands: Observable<Command>, environment: Environment): Observable<Action> {
  return commands.pipe(
    switchMap((command): Observable<Action> => {
      switch (command.type) {
        case "start":
          return begin(command.backend, environment, false);
        case "resume":
          return resume(command.attempt, command.code, command.backend, environment);
        case "comeBack":
          return comeBack(command, environment);
        case "cancel":
          return of({ type: "cancelled" });
        default:
          return command satisfies never;
      }
    }),
  );
}

/**
 * @param isReplacement whether this attempt replaces one that the server did not know
 * @param answer the answer to its start
 */
function begin(
  backend: Backend,
  environment: Environment,
  isReplacement: boolean,
  answer = start(backend, environment),
): Observable<Action> {
  const { now } = environment;
  return defer(() => {
    let during: Failure["during"] = "start";
    let startedAt = 0;
    const attempt = answer.pipe(
      switchMap((answer) => {
        const code = receiveCode(answer, environment);
        during = "pending";
        startedAt = now();
        // The server may not know a replacement either, because it gets no cookie: it is not shown before that is known.
        const known: Observable<unknown> = isReplacement ? backend.poll(answer.attempt, 0) : of(0);
        return known.pipe(switchMap(() => follow(answer.attempt, code, backend, environment)));
      }),
      catchError((error: unknown) => {
        if (during === "start" || !isUnknownAttempt(error))
          return failOrWait(error, during, backend, environment);
        // Another tab replaced the cookie, or the store was restarted: start again, once.
        if (!isReplacement || now() - startedAt >= cookiesWorkMs) return begin(backend, environment, true);
        return fail(new RequestError("cookies_blocked", error), during, environment);
      }),
    );
    return concat(of<Action>({ type: "requested" }), attempt);
  });
}

/** Requests an attempt. A hidden tab requests nothing. */
const start = (backend: Backend, environment: Environment): Observable<StartAnswer> =>
  visible(environment).pipe(
    switchMap(() => {
      // Known before a code is drawn that could not log in.
      if (!environment.hasCookies()) throw new RequestError("cookies_blocked");
      return withTimeout(codeTimeoutMs, environment, backend.start());
    }),
  );

/** Ends the attempt with an error. While logins are paused, asks for a new one whenever the server says, until there is one. */
function failOrWait(
  cause: unknown,
  during: Failure["during"],
  backend: Backend,
  environment: Environment,
): Observable<Action> {
  const { code, retryAfterMs } = toRequestError(cause);
  const isDown = during === "start" && code === "temporarily_unavailable" && retryAfterMs >= longWaitMs;
  if (code !== "login_paused" && !isDown) return fail(cause, during, environment);
  // A subject, not recursion: a page may wait for days.
  const waits = new BehaviorSubject(retryAfterMs);
  const next = waits.pipe(
    switchMap((ms) =>
      environment.timer(ms || askAgainMs).pipe(
        switchMap(() => start(backend, environment)),
        catchError((error: unknown) => {
          waits.next(toRequestError(error).retryAfterMs);
          return EMPTY;
        }),
      ),
    ),
    take(1),
    switchMap((answer) => begin(backend, environment, false, of(answer))),
  );
  return concat(fail(cause, during, environment, "login_paused"), next);
}

/** A browser in which no login began requests nothing: its person may have been sent here with somebody else's number. */
function comeBack(
  { kept, number, backend }: Extract<Command, { type: "comeBack" }>,
  environment: Environment,
): Observable<Action> {
  const begun = of<Action>({ type: "requested", isBack: true });
  if (!kept) return concat(begun, fail(new RequestError("other_browser"), "start", environment));
  const { attempt, mark } = kept;
  if (mark === "completed")
    return concat(begun, of<Action[]>({ type: "approved", attempt }, { type: "completed" }));
  if (mark === "ended") return concat(begun, of<Action>({ type: "expired", attempt }));
  const held = { number };
  const inVain = environment.timer(returnHoldMs).pipe(
    map((): Action => {
      held.number = undefined;
      return { type: "awaitedInVain" };
    }),
  );
  return merge(resume(attempt, undefined, backend, environment, held), inVain);
}

/** @param held the number that the app has brought to this page, as long as it is held */
function resume(
  attempt: string,
  given: Code | undefined,
  backend: Backend,
  environment: Environment,
  held?: { number: string | undefined },
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
    const resumed = follow(attempt, code, backend, environment, pending, held).pipe(
      switchMap((action) => {
        const { type } = action;
        // An attempt that is over, or has logged somebody in already, is replaced, but "declined in the app" is shown.
        const isOver = type === "expired" || type === "failed" || (type === "denied" && code);
        const wasUsed = type === "failed" && action.failure.code === "attempt_settled";
        // An error stops following the attempt.
        if (isOver && (wasUsed || !(isSeen || held))) throw new RequestError("unknown_attempt");
        isSeen ||= type === "asked" || (type !== "connection" && !code);
        return of(action);
      }),
      catchError((error: unknown) =>
        isSeen && !isUnknownAttempt(error)
          ? failOrWait(error, "pending", backend, environment)
          : held && !isSeen
            ? of<Action>({ type: "expired", attempt })
            : newAttempt,
      ),
    );
    return concat(of<Action>({ type: "requested", isBack: !!held }), resumed);
  });
}

/**
 * From the first code to the end: keeps a code on the screen, follows the status, logs in.
 * @param resumed set for an attempt that is resumed: receives each `pending` status; the first status is requested at once
 * @param held the number that the app has brought
 */
function follow(
  attempt: string,
  first: Code | undefined,
  backend: Backend,
  environment: Environment,
  resumed?: Subject<StatusAnswer>,
  held?: { readonly number: string | undefined },
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
    const statuses = followStatus(attempt, backend, environment, checks, !!resumed).pipe(
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
        return finish(status, attempt, backend, environment, held?.number);
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
    return merge(end, merge(codes, statuses, recheck).pipe(takeUntil(merge(settled, over))));
  });
}
