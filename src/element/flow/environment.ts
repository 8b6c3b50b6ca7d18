import {
  BehaviorSubject,
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  EMPTY,
  map,
  merge,
  switchMap,
  take,
  type MonoTypeOperatorFunction,
  type Observable,
} from "rxjs";
import { RequestError } from "../api/request-error.js";

/** Whether the page can be seen: `gone` is a page that was left and may sit in the back-forward cache. */
export type Visibility = "visible" | "hidden" | "gone";

/** All that the flow needs from outside, so that tests can put it in virtual time. */
export interface Environment {
  /** Emits the present value when subscribed, then every change. */
  visibility: Observable<Visibility>;
  /** Emits the present value when subscribed, then every change. */
  online: Observable<boolean>;
  /** Emits when the machine has slept: timers stood still while the clock went on. */
  slept: Observable<unknown>;
  /** The wall clock, in milliseconds: it goes on in sleep, as `performance.now()` does not. */
  now: () => number;
  /** Emits once after so many milliseconds, and completes. */
  timer: (ms: number) => Observable<unknown>;
  /** A number from 0 up to 1. */
  random: () => number;
  /** How many fresh codes an attempt may have; read whenever it is used. */
  renewals: () => number;
}

/** Whether the page is seen and online. Emits the present value, every change, and `true` again after a sleep. */
export const awake = ({ visibility, online, slept }: Environment): Observable<boolean> => {
  const isAwake = visibility.pipe(
    switchMap((page) => online.pipe(map((network) => page === "visible" && network))),
    distinctUntilChanged(),
  );
  return merge(isAwake, slept.pipe(switchMap(() => isAwake.pipe(take(1)))));
};

/** Emits once, at an instant of the wall clock; it is looked at again on every wake-up, because timers stop in sleep. */
export const at = (instant: number, environment: Environment): Observable<unknown> =>
  awake(environment).pipe(
    switchMap(() => environment.timer(Math.max(0, instant - environment.now()))),
    take(1),
  );

/** The source as it is, but an error where it says nothing for so long. It must end by an error or `take`. */
export const notSilentFor = <T>(ms: number, { timer }: Environment, source: Observable<T>): Observable<T> =>
  defer(() => {
    const beat = new BehaviorSubject(0);
    const silence = beat.pipe(
      switchMap(() => timer(ms)),
      map(() => {
        throw new RequestError("network_error");
      }),
    );
    const beating = source.pipe(
      map((value) => {
        beat.next(0);
        return value;
      }),
    );
    return merge(beating, silence);
  });

/** The one answer of a request, or an error where it takes too long. */
export const within = <T>(ms: number, environment: Environment, request: Observable<T>): Observable<T> =>
  notSilentFor(ms, environment, request).pipe(take(1));

/** The wait before the n-th try again: half of it chance, so that pages do not try in step. */
export const backoffMs = (count: number, { random }: Environment): number =>
  (0.5 + random() / 2) * Math.min(8_000, 500 * 2 ** count);

/**
 * Tries again when `delay` emits, which throws what is not to be tried again, or completes to give up quietly. As rxjs's
 * `retry`, which is larger, and nothing else that it can do is needed. Every try stands by itself: a page may try for days.
 */
export const tryAgain =
  <T>(delay: (error: unknown, count: number) => Observable<unknown>): MonoTypeOperatorFunction<T> =>
  (source) =>
    defer(() => {
      const tries = new BehaviorSubject(0);
      return tries.pipe(
        switchMap((count) =>
          concat(
            source.pipe(
              catchError((error: unknown) =>
                delay(error, count + 1).pipe(
                  take(1),
                  switchMap(() => {
                    tries.next(count + 1);
                    return EMPTY;
                  }),
                ),
              ),
            ),
            defer(() => {
              tries.complete();
              return EMPTY;
            }),
          ),
        ),
      );
    });
