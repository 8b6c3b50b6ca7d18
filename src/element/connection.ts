import {
  auditTime,
  BehaviorSubject,
  combineLatest,
  concat,
  defer,
  distinctUntilChanged,
  EMPTY,
  exhaustMap,
  filter,
  finalize,
  map,
  merge,
  of,
  race,
  repeat,
  retry,
  skip,
  startWith,
  Subject,
  switchMap,
  takeUntil,
  tap,
  throwError,
  timeout,
  timer,
  type Observable,
} from "rxjs";
import type { StatusAnswer } from "../protocol/login-api.js";
import type { Backend } from "./backend.js";
import { awake, type Environment } from "./environment.js";
import { isUnknownAttempt, toRequestError } from "./request-error.js";
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
const pollSeconds = 20;
const pollSlackMs = 10_000;
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
  const { scheduler } = environment;
  // Whether all is well; a first try counts as well until it fails.
  const well = new BehaviorSubject(true);

  const wanted = combineLatest([
    environment.visibility.pipe(
      switchMap((visibility) =>
        visibility === "hidden"
          ? timer(hiddenMs, scheduler).pipe(
              map(() => false),
              startWith(true),
            )
          : of(visibility === "visible"),
      ),
    ),
    environment.online,
  ]).pipe(
    map(([near, online]) => near && online),
    distinctUntilChanged(),
  );
  const wakeUps = awake(environment).pipe(skip(1), filter(Boolean), startWith(undefined));

  const statuses = combineLatest([wanted, wakeUps]).pipe(
    // Several events of one wake-up are one trigger.
    auditTime(0, scheduler),
    switchMap(([isWanted], index) =>
      isWanted ? connected(attempt, backend, environment, asks, askFirst || index > 0, well) : EMPTY,
    ),
  );
  const link = combineLatest([
    environment.online,
    well.pipe(
      distinctUntilChanged(),
      switchMap((isWell) => (isWell ? of(true) : timer(hintMs, scheduler).pipe(map(() => false)))),
    ),
  ]).pipe(
    map(([online, isWell]): Link => (online ? (isWell ? "live" : "reconnecting") : "offline")),
    distinctUntilChanged(),
  );
  return merge(link, statuses);
}

/** One stretch of a page that listens: the stream and its stand-in, the polls. */
function connected(
  attempt: string,
  backend: Backend,
  { scheduler, now, random }: Environment,
  asks: Observable<unknown>,
  askFirst: boolean,
  well: BehaviorSubject<boolean>,
): Observable<StatusAnswer> {
  return defer(() => {
    const live = new BehaviorSubject(false);
    const streamed = new Subject<void>();
    const failed = new Subject<number>();
    let polling = false;
    let failures = 0;
    let liveSince = Infinity;
    let retryMs = 0;

    const stream = defer(() => {
      liveSince = Infinity;
      // A stream that ends without a final status is as good as a broken one.
      return concat(
        backend.stream(attempt),
        throwError(() => new Error("The stream ended.")),
      );
    }).pipe(
      timeout({ each: silenceMs, scheduler }),
      tap((signal) => {
        if (signal.type === "retry") retryMs = signal.delayMs;
        if (signal.type !== "status") return;
        if (!live.value) liveSince = now();
        live.next(true);
        well.next(true);
        streamed.next();
      }),
      retry({
        delay: (error: unknown) => {
          if (isUnknownAttempt(error)) throw error;
          failures = now() - liveSince >= soundMs ? 1 : failures + 1;
          live.next(false);
          if (!polling) well.next(false);
          failed.next(failures);
          const spreadMs = failures === 1 ? 300 : Math.min(30_000, 1_000 * 2 ** (failures - 1));
          const delayMs = Math.max(random() * spreadMs, retryMs, toRequestError(error).retryAfterMs);
          retryMs = 0;
          return timer(delayMs, scheduler);
        },
      }),
      filter((signal) => signal.type === "status"),
      map(({ answer }) => answer),
    );

    const poll = (firstWaitSeconds: number): Observable<StatusAnswer> =>
      defer(() => {
        polling = true;
        let waitSeconds = firstWaitSeconds;
        let nextMs = 0;
        return defer(() => {
          const askedAt = now();
          return backend.poll(attempt, waitSeconds).pipe(
            timeout({ first: waitSeconds * 1_000 + pollSlackMs, scheduler }),
            tap(({ interval }) => {
              well.next(true);
              // A server that holds no answers back is asked at its own pace, never in a tight loop.
              const atOnce = now() - askedAt < 1_000 ? pollIntervalMs : 0;
              nextMs = waitSeconds ? Math.max((interval ?? 0) * 1_000, atOnce) : 0;
              waitSeconds = pollSeconds;
            }),
          );
        }).pipe(
          retry({
            delay: (error: unknown) => {
              if (isUnknownAttempt(error)) throw error;
              if (!live.value) well.next(false);
              return timer(Math.max(pollIntervalMs, toRequestError(error).retryAfterMs), scheduler);
            },
          }),
          repeat({ delay: () => (live.value ? EMPTY : timer(nextMs, scheduler)) }),
          takeUntil(streamed),
          finalize(() => (polling = false)),
        );
      });

    const missing = live.pipe(
      distinctUntilChanged(),
      switchMap((isLive) =>
        isLive
          ? EMPTY
          : race(
              timer(patienceMs, scheduler),
              failed.pipe(filter((count) => count >= failuresBeforePolling)),
            ),
      ),
      map(() => pollSeconds),
    );
    const polls = merge(askFirst ? of(0) : EMPTY, asks.pipe(map(() => 0)), missing).pipe(exhaustMap(poll));

    return merge(polls, stream);
  });
}
