import { concat, distinctUntilChanged, filter, map, merge, of, switchMap, take, type Observable } from "rxjs";
import { RequestError } from "../api/backend.js";

/** Whether a person can see the page. `gone`: the page was left and may be in the back-forward cache. */
export type Visibility = "visible" | "hidden" | "gone";

/** An attempt that left for the app. Every tab of the browser may resume it, and one of them, its owner, logs in. */
export interface SharedAttempt {
  /** Whether this tab became the owner, and no other tab did later. */
  isOwner: () => boolean;
  becomeOwner: () => void;
  /** Whether a number that the app has brought may be sent with nobody's press: once an attempt, in all tabs. */
  takeUnattended: () => boolean;
  /** Emits when another tab changes what is kept of it. */
  changed: Observable<unknown>;
  /** Runs the work while no other tab runs such work for the attempt. */
  locked: <T>(work: Observable<T>) => Observable<T>;
}

/** Everything that the flow needs from outside. It is passed in, so that tests run in virtual time. */
export interface Environment {
  /** Emits the current value on subscription, then every change. */
  visibility: Observable<Visibility>;
  /** Emits the current value on subscription, then every change. */
  online: Observable<boolean>;
  /** Whether the browser lets this page have cookies. */
  hasCookies: () => boolean;
  /** Emits after the machine has slept: timers stood still while the clock went on. */
  slept: Observable<unknown>;
  /** The wall clock, in milliseconds. Unlike `performance.now()` it keeps running during sleep. */
  now: () => number;
  /** Emits once after this many milliseconds, and completes. */
  timer: (ms: number) => Observable<unknown>;
  /** A random number from 0 up to, but not including, 1. */
  random: () => number;
  /** Makes the QR code of an OTP, to be shown from now on. Returns an error if the OTP is too long for one. */
  encode: (otp: string) => unknown;
  /** Emits when the person asks for a new code after a scan. */
  newCode: Observable<unknown>;
  /** Emits the number that the person has typed from the phone. */
  number: Observable<string>;
  /** How many fresh codes an attempt may have; read whenever it is used. */
  renewals: () => number;
  /** The attempt as other tabs see it, if it left for the app; `undefined` for any other. */
  sharedAttempt: (attempt: string) => SharedAttempt | undefined;
}

/** Emits once, when the page is visible, and completes. */
export const visible = ({ visibility }: Environment): Observable<unknown> =>
  visibility.pipe(
    filter((value) => value === "visible"),
    take(1),
  );

/** Whether the page is visible and online. Emits the current value, every change, and the value again after a sleep. */
export const awake = ({ visibility, online, slept }: Environment): Observable<boolean> => {
  const isAwake = visibility.pipe(
    switchMap((page) => online.pipe(map((network) => page === "visible" && network))),
    distinctUntilChanged(),
  );
  return merge(isAwake, slept.pipe(switchMap(() => isAwake.pipe(take(1)))));
};

/** Passes the source on, and errors when it emits nothing for this long. The source must not complete. */
export const errorOnSilence = <T>(
  ms: number,
  { timer }: Environment,
  source: Observable<T>,
): Observable<T> => {
  const silence = timer(ms).pipe(
    map(() => {
      throw new RequestError("network_error");
    }),
  );
  return merge(of(silence), source.pipe(map((value) => concat(of(value), silence)))).pipe(
    switchMap((next) => next),
  );
};

/** The answer of a request, or an error if it takes longer than this. */
export const withTimeout = <T>(ms: number, environment: Environment, request: Observable<T>): Observable<T> =>
  errorOnSilence(ms, environment, request).pipe(take(1));

/** The delay before the n-th retry: exponential, and half of it random, so that pages do not retry in step. */
export const backoffMs = (count: number, { random }: Environment): number =>
  (0.5 + random() / 2) * Math.min(8_000, 500 * 2 ** count);
