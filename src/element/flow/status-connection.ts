import {
  BehaviorSubject,
  concat,
  defer,
  distinctUntilChanged,
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
import { isUnknownAttempt, toRequestError, type Backend } from "../api/backend.js";
import { awake, errorOnSilence, retryWhen, withTimeout, type Environment } from "./environment.js";
import type { Connection } from "./state.js";

/** A stream without an event or comment for this long is dead: the server comments every 15 s. */
const silenceMs = 35_000;
/** Polling starts if there is no first status after this time, */
const firstStatusMs = 2_500;
/** or after this many failures of the stream in a row. */
const failuresBeforePolling = 3;
/** After a stream that worked this long, the next failure counts as the first. */
const stableMs = 10_000;
/** How long a hidden page keeps its stream: browsers allow six connections a host. */
const hiddenMs = 30_000;
/** How long the connection must be lost before the hint "reconnecting" shows. */
const reconnectingMs = 2_000;
/** How long a server may hold a poll's answer. */
const heldSeconds = 20;
const pollSlackMs = 10_000;
/** The time limit of a poll that is not held. It may hang on a connection that died in sleep; a held poll follows. */
const plainPollMs = 1_200;
const pollIntervalMs = 2_000;

/**
 * Follows an attempt's status: by the stream, by held polls while the stream does not work, and by one plain poll after each
 * wake-up. Emits each status, and the connection whenever it changes. Never completes; errors only with `unknown_attempt`.
 * Unsubscribing aborts every request.
 * @param checks emits when the status must be requested at once
 * @param checkFirst whether nothing is known of the attempt yet
 */
export function followStatus(
  attempt: string,
  backend: Backend,
  environment: Environment,
  checks: Observable<unknown>,
  checkFirst: boolean,
): Observable<StatusAnswer | Connection> {
  const { timer, online, visibility } = environment;
  // A first try counts as healthy until it fails.
  const isHealthy = new BehaviorSubject(true);

  const wanted = visibility.pipe(
    switchMap((value) =>
      value === "hidden" ? concat(of(true), timer(hiddenMs).pipe(map(() => false))) : of(value === "visible"),
    ),
    switchMap((isNear) => online.pipe(map((isOnline) => isNear && isOnline))),
    distinctUntilChanged(),
  );
  const wakeUps = awake(environment).pipe(
    filter((isAwake, index) => isAwake || index === 0),
    map(() => true),
  );
  const statuses = wanted.pipe(
    switchMap((isWanted) => (isWanted ? wakeUps : of(false))),
    switchMap((isWanted, index) =>
      // Only at the very first connection the status may be known.
      isWanted ? connect(attempt, backend, environment, checks, checkFirst || index > 0, isHealthy) : EMPTY,
    ),
  );

  const reconnecting = timer(reconnectingMs).pipe(map(() => "reconnecting" as const));
  const connection = online.pipe(
    switchMap((isOnline): Observable<Connection> => {
      if (!isOnline) return of("offline");
      return isHealthy.pipe(
        distinctUntilChanged(),
        switchMap((value) => (value ? of("live" as const) : reconnecting)),
      );
    }),
    distinctUntilChanged(),
  );
  return merge(connection, statuses);
}

/** From one wake-up to the next: the stream, and the polls that replace it. */
function connect(
  attempt: string,
  backend: Backend,
  environment: Environment,
  checks: Observable<unknown>,
  checkFirst: boolean,
  isHealthy: BehaviorSubject<boolean>,
): Observable<StatusAnswer> {
  const { timer, now, random } = environment;
  const isLive = new BehaviorSubject(false);
  const streamed = new Subject<void>();
  const failed = new Subject<number>();
  const nextPoll = new Subject<number>();
  let isPolling = false;
  let failures = 0;
  let liveSince = Infinity;
  let retryMs = 0;

  // A stream that ends without a final status counts as failed.
  const ended = defer(() => {
    throw new Error("The stream ended.");
  });
  const stream = errorOnSilence(silenceMs, environment, concat(backend.stream(attempt), ended)).pipe(
    switchMap((signal) => {
      if (signal.type === "retry") retryMs = signal.delayMs;
      if (signal.type !== "status") return EMPTY;
      if (!isLive.value) liveSince = now();
      isLive.next(true);
      isHealthy.next(true);
      isPolling = false;
      streamed.next();
      return of(signal.answer);
    }),
    retryWhen((error: unknown) => {
      if (isUnknownAttempt(error)) throw error;
      failures = now() - liveSince >= stableMs ? 1 : failures + 1;
      liveSince = Infinity;
      isLive.next(false);
      if (!isPolling) isHealthy.next(false);
      failed.next(failures);
      const spreadMs = failures === 1 ? 300 : Math.min(30_000, 1_000 * 2 ** (failures - 1));
      const delayMs = Math.max(random() * spreadMs, retryMs, toRequestError(error).retryAfterMs);
      retryMs = 0;
      return timer(delayMs);
    }),
  );

  const poll = (waitSeconds: number): Observable<StatusAnswer> =>
    defer(() => {
      isPolling = true;
      const sentAt = now();
      let nextMs = 0;
      const limitMs = waitSeconds ? waitSeconds * 1_000 + pollSlackMs : plainPollMs;
      const answer = withTimeout(limitMs, environment, backend.poll(attempt, waitSeconds)).pipe(
        map((status) => {
          isHealthy.next(true);
          // A server that does not hold answers is polled at its interval, never in a tight loop.
          const atLeastMs = now() - sentAt < 1_000 ? pollIntervalMs : 0;
          nextMs = waitSeconds && Math.max((status.interval ?? 0) * 1_000, atLeastMs);
          return status;
        }),
        retryWhen((error: unknown) => {
          if (isUnknownAttempt(error)) throw error;
          if (!isLive.value) isHealthy.next(false);
          const { retryAfterMs } = toRequestError(error);
          if (waitSeconds) return timer(Math.max(pollIntervalMs, retryAfterMs));
          nextMs = retryAfterMs;
          return EMPTY;
        }),
      );
      const next = defer(() => {
        isPolling = !isLive.value;
        if (isPolling)
          return timer(nextMs).pipe(
            switchMap(() => {
              nextPoll.next(heldSeconds);
              return EMPTY;
            }),
          );
        return EMPTY;
      });
      return concat(answer, next);
    });

  const missing = isLive.pipe(
    distinctUntilChanged(),
    switchMap((value) => {
      if (value) return EMPTY;
      const failedOften = failed.pipe(filter((count) => count >= failuresBeforePolling));
      return merge(timer(firstStatusMs), failedOften).pipe(take(1));
    }),
    filter(() => !isPolling),
    map(() => heldSeconds),
  );
  // These replace a running poll, which may hang on a dead connection.
  const atOnce = merge(checkFirst ? of(0) : EMPTY, checks.pipe(map(() => 0)));
  const polls = merge(atOnce, missing, nextPoll).pipe(
    switchMap((waitSeconds) => poll(waitSeconds).pipe(takeUntil(streamed))),
  );
  return merge(polls, stream);
}
