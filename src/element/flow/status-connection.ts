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
import type { Backend } from "../api/backend.js";
import { awake, notSilentFor, tryAgain, within, type Environment } from "./environment.js";
import { isUnknownAttempt, toRequestError } from "../api/request-error.js";
import type { Link } from "./state.js";

/** What a connection tells: a status of the attempt, or how well it hears. */
export type Heard = StatusAnswer | Link;

/** Whether it is a status; else it is a {@link Link}. */
export const isStatus = (heard: Heard): heard is StatusAnswer => typeof heard !== "string";

/** A stream that says nothing for so long is dead: the server comments every 15 s. */
const silenceMs = 35_000;
/** Without a first status by then, polls help out. */
const patienceMs = 2_500;
/** Failures in a row after which polls help out at once. */
const failuresBeforePolling = 3;
/** A stream that held so long was well: the next failure is a first one again. */
const soundMs = 10_000;
/** A hidden page keeps its stream for so long: browsers allow six connections a host. */
const hiddenMs = 30_000;
/** The hint "reconnecting" waits for so long. */
const hintMs = 2_000;
/** How long a server may hold a poll's answer. */
const heldSeconds = 20;
const pollSlackMs = 10_000;
/** A question that is not held may hang on a connection that died in sleep: after so long another is asked, held. */
const questionMs = 1_200;
const pollIntervalMs = 2_000;

/**
 * Follows an attempt's status: by the stream, by held polls while the stream does not work, and by one question at once
 * after each wake-up. Never completes; errors only with `unknown_attempt`. Unsubscribing aborts every request.
 * @param asks emits when the status is to be asked for at once
 * @param askFirst whether nothing is known of the attempt yet
 */
export function connection(
  attempt: string,
  backend: Backend,
  environment: Environment,
  asks: Observable<unknown>,
  askFirst: boolean,
): Observable<Heard> {
  const { timer, online, visibility } = environment;
  // Whether all is well; a first try counts as well until it fails.
  const well = new BehaviorSubject(true);

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
      // Only the very first stretch begins with a status that is known.
      isWanted ? listen(attempt, backend, environment, asks, askFirst || index > 0, well) : EMPTY,
    ),
  );

  const link = online.pipe(
    switchMap((isOnline): Observable<Link> => {
      if (!isOnline) return of("offline");
      return well.pipe(
        distinctUntilChanged(),
        switchMap((isWell) => (isWell ? of("live" as const) : hint)),
      );
    }),
    distinctUntilChanged(),
  );
  const hint = timer(hintMs).pipe(map(() => "reconnecting" as const));
  return merge(link, statuses);
}

/** One stretch of a page that listens: the stream and its stand-in, the polls. */
function listen(
  attempt: string,
  backend: Backend,
  environment: Environment,
  asks: Observable<unknown>,
  askFirst: boolean,
  well: BehaviorSubject<boolean>,
): Observable<StatusAnswer> {
  const { timer, now, random } = environment;
  const live = new BehaviorSubject(false);
  const streamed = new Subject<void>();
  const failed = new Subject<number>();
  const again = new Subject<number>();
  let polling = false;
  let failures = 0;
  let liveSince = Infinity;
  let retryMs = 0;

  // A stream that ends without a final status is as good as a broken one.
  const ended = defer(() => {
    throw new Error("The stream ended.");
  });
  const stream = notSilentFor(silenceMs, environment, concat(backend.stream(attempt), ended)).pipe(
    switchMap((signal) => {
      if (signal.type === "retry") retryMs = signal.delayMs;
      if (signal.type !== "status") return EMPTY;
      if (!live.value) liveSince = now();
      live.next(true);
      well.next(true);
      polling = false;
      streamed.next();
      return of(signal.answer);
    }),
    tryAgain((error: unknown) => {
      if (isUnknownAttempt(error)) throw error;
      failures = now() - liveSince >= soundMs ? 1 : failures + 1;
      liveSince = Infinity;
      live.next(false);
      if (!polling) well.next(false);
      failed.next(failures);
      const spreadMs = failures === 1 ? 300 : Math.min(30_000, 1_000 * 2 ** (failures - 1));
      const delayMs = Math.max(random() * spreadMs, retryMs, toRequestError(error).retryAfterMs);
      retryMs = 0;
      return timer(delayMs);
    }),
  );

  const poll = (waitSeconds: number): Observable<StatusAnswer> =>
    defer(() => {
      polling = true;
      const askedAt = now();
      let nextMs = 0;
      const limitMs = waitSeconds ? waitSeconds * 1_000 + pollSlackMs : questionMs;
      const answer = within(limitMs, environment, backend.poll(attempt, waitSeconds)).pipe(
        map((status) => {
          well.next(true);
          // A server that holds no answers back is asked at its own pace, never in a tight loop.
          const atLeastMs = now() - askedAt < 1_000 ? pollIntervalMs : 0;
          nextMs = waitSeconds && Math.max((status.interval ?? 0) * 1_000, atLeastMs);
          return status;
        }),
        tryAgain((error: unknown) => {
          if (isUnknownAttempt(error)) throw error;
          if (!live.value) well.next(false);
          const { retryAfterMs } = toRequestError(error);
          if (waitSeconds) return timer(Math.max(pollIntervalMs, retryAfterMs));
          nextMs = retryAfterMs;
          return EMPTY;
        }),
      );
      const next = defer(() => {
        polling = !live.value;
        if (polling)
          return timer(nextMs).pipe(
            switchMap(() => {
              again.next(heldSeconds);
              return EMPTY;
            }),
          );
        return EMPTY;
      });
      return concat(answer, next);
    });

  const missing = live.pipe(
    distinctUntilChanged(),
    switchMap((isLive) => {
      if (isLive) return EMPTY;
      const impatient = failed.pipe(filter((count) => count >= failuresBeforePolling));
      return merge(timer(patienceMs), impatient).pipe(take(1));
    }),
    filter(() => !polling),
    map(() => heldSeconds),
  );
  // These take the place of a poll that is under way: it may hang on a connection that the network forgot.
  const atOnce = merge(askFirst ? of(0) : EMPTY, asks.pipe(map(() => 0)));
  const polls = merge(atOnce, missing, again).pipe(
    switchMap((waitSeconds) => poll(waitSeconds).pipe(takeUntil(streamed))),
  );
  return merge(polls, stream);
}
