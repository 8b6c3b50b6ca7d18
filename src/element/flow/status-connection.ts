import {
  BehaviorSubject,
  catchError,
  concat,
  concatMap,
  defer,
  distinctUntilChanged,
  EMPTY,
  filter,
  map,
  merge,
  of,
  switchMap,
  type Observable,
} from "rxjs";
import type { StatusAnswer } from "../../protocol/login-api.js";
import { isUnknownAttempt, toRequestError, type Backend } from "../api/backend.js";
import {
  isStatusMissing,
  opened,
  reduceConnection,
  type ConnectionEvent,
  type ConnectionState,
  type Poll,
} from "./connection-state.js";
import { awake, errorOnSilence, withTimeout, type Environment } from "./environment.js";
import type { Connection } from "./state.js";

/** A stream without an event or comment for this long is dead: the server comments every 15 s. */
const silenceMs = 35_000;
/** Polling starts if the status is missing for this long. */
const firstStatusMs = 2_500;
/** How long a hidden page keeps its stream: browsers allow six connections per host. */
const hiddenMs = 30_000;
/** How long the connection must be lost before the hint "reconnecting" shows. */
const reconnectingMs = 2_000;
/** How long a server may hold a poll's answer. */
const heldSeconds = 20;
const pollSlackMs = 10_000;
/** The time limit of a poll that is not held. It may hang on a connection that died in sleep; a held poll follows. */
const plainPollMs = 1_200;

/**
 * Follows an attempt's status: by the stream, by held polls while the stream does not work, and by one plain poll after each
 * wake-up. Emits each status, and the connection whenever it changes. Never completes; errors only with `unknown_attempt`.
 * Unsubscribing aborts every request.
 * @param checks emits when the status must be requested at once
 * @param checkFirst whether nothing is known about the attempt yet
 */
export function followStatus(
  attempt: string,
  backend: Backend,
  environment: Environment,
  checks: Observable<unknown>,
  checkFirst: boolean,
): Observable<StatusAnswer | Connection> {
  const { now, timer, online } = environment;
  const states = new BehaviorSubject(opened(true, true));
  /** Runs what belongs to a part of the state, until this part changes. */
  const during = <Part, Result>(
    partOf: (state: ConnectionState) => Part,
    run: (part: Part) => Observable<Result>,
  ): Observable<Result> => states.pipe(map(partOf), distinctUntilChanged(), switchMap(run));

  const events = merge(
    during(
      ({ poll }) => poll,
      (poll) => (poll ? sendPoll(poll, attempt, backend, environment) : EMPTY),
    ),
    during(
      ({ stream }) => stream,
      ({ delayMs }) => openStream(delayMs, attempt, backend, environment),
    ),
    during(isStatusMissing, (isMissing) => (isMissing ? timer(firstStatusMs) : EMPTY)).pipe(
      map((): ConnectionEvent => ({ type: "statusLate" })),
    ),
    checks.pipe(map((): ConnectionEvent => ({ type: "check" }))),
  );
  const statuses = connectionWanted(environment).pipe(
    switchMap((isWanted, index) => {
      if (!isWanted) return EMPTY;
      // The status can only be known already for the very first connection.
      states.next(opened(!checkFirst && index === 0, states.value.isHealthy));
      return events;
    }),
    concatMap((event) =>
      concat(
        // First, because the connection ends with a final status.
        "answer" in event ? of(event.answer) : EMPTY,
        defer(() => {
          states.next(reduceConnection(states.value, event, now()));
          return EMPTY;
        }),
      ),
    ),
  );

  const connection = online.pipe(
    switchMap((isOnline): Observable<Connection> => {
      if (!isOnline) return of("offline");
      return during(
        ({ isHealthy }) => isHealthy,
        (value) => (value ? of("live") : timer(reconnectingMs).pipe(map(() => "reconnecting"))),
      );
    }),
    distinctUntilChanged(),
  );
  return merge(connection, statuses);
}

/** Emits whether the page is to be connected: `true` for the first connection, and again after each wake-up for a new one. */
function connectionWanted(environment: Environment): Observable<boolean> {
  const { visibility, online, timer } = environment;
  const wakeUps = awake(environment).pipe(
    filter((isAwake, index) => isAwake || index === 0),
    map(() => true),
  );
  return visibility.pipe(
    switchMap((value) =>
      value === "hidden" ? concat(of(true), timer(hiddenMs).pipe(map(() => false))) : of(value === "visible"),
    ),
    switchMap((isNear) => online.pipe(map((isOnline) => isNear && isOnline))),
    distinctUntilChanged(),
    switchMap((isWanted) => (isWanted ? wakeUps : of(false))),
  );
}

function openStream(
  delayMs: number,
  attempt: string,
  backend: Backend,
  environment: Environment,
): Observable<ConnectionEvent> {
  // A stream that ends without a final status counts as failed.
  const ended = defer(() => {
    throw new Error("The stream ended.");
  });
  return after(delayMs, environment).pipe(
    switchMap(() => errorOnSilence(silenceMs, environment, concat(backend.stream(attempt), ended))),
    catchError((error: unknown) =>
      of<ConnectionEvent>({
        type: "streamFailed",
        retryAfterMs: toRetryAfterMs(error),
        random: environment.random(),
      }),
    ),
  );
}

function sendPoll(
  { type, delayMs }: Poll,
  attempt: string,
  backend: Backend,
  environment: Environment,
): Observable<ConnectionEvent> {
  const waitSeconds = type === "held" ? heldSeconds : 0;
  const limitMs = waitSeconds ? waitSeconds * 1_000 + pollSlackMs : plainPollMs;
  return after(delayMs, environment).pipe(
    switchMap(() => withTimeout(limitMs, environment, backend.poll(attempt, waitSeconds))),
    map((answer): ConnectionEvent => ({ type: "pollAnswered", answer })),
    catchError((error: unknown) => of({ type: "pollFailed" as const, retryAfterMs: toRetryAfterMs(error) })),
  );
}

/** Without a delay at once: a page's timer of 0 ms takes up to 4 ms. */
const after = (delayMs: number, { timer }: Environment): Observable<unknown> =>
  delayMs ? timer(delayMs) : of(0);

/** How long the next try has to wait. Throws `unknown_attempt`, after which there is none. */
function toRetryAfterMs(error: unknown): number {
  if (isUnknownAttempt(error)) throw error;
  return toRequestError(error).retryAfterMs;
}
