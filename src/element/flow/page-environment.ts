import { defer, distinctUntilChanged, Observable } from "rxjs";
import type { Environment, Visibility } from "./environment.js";

/** A value now and after each of the window's events; `visibilitychange` bubbles up to it. */
const after = <T>(types: string[], read: (event?: Event) => T): Observable<T> =>
  new Observable<T>((subscriber) => {
    const listener = (event?: Event) => subscriber.next(read(event));
    for (const type of types) addEventListener(type, listener, true);
    listener();
    return () => {
      for (const type of types) removeEventListener(type, listener, true);
    };
  }).pipe(distinctUntilChanged());

/** Browsers fire at once what is longer: 25 days. */
const longestMs = 2 ** 31 - 1;

const sleep = { watchMs: 5_000, gapMs: 15_000 };

/** What the flow needs of the browser's page. Every Observable is cold: without a subscriber there are no listeners. */
export const page: Pick<Environment, "visibility" | "online" | "slept" | "timer"> = {
  visibility: defer(() => {
    let isGone = false;
    return after(["pagehide", "pageshow", "visibilitychange", "prerenderingchange"], (event) => {
      // A page that was left becomes hidden too, and stays gone until it is shown again.
      if (event && /^page/.test(event.type)) isGone = event.type === "pagehide";
      return isGone ? "gone" : present();
    });
  }),
  online: after(["online", "offline"], () => navigator.onLine),
  slept: new Observable((subscriber) => {
    let last = Date.now();
    const id = setInterval(() => {
      const before = last;
      last = Date.now();
      if (last - before > sleep.gapMs) subscriber.next(undefined);
    }, sleep.watchMs);
    return () => clearInterval(id);
  }),
  /** rxjs's own `timer` brings its schedulers along: 0.7 kB that nothing else here needs. */
  timer: (ms) =>
    new Observable((subscriber) => {
      const id = setTimeout(
        () => {
          subscriber.next(undefined);
          subscriber.complete();
        },
        Math.min(ms, longestMs),
      );
      return () => clearTimeout(id);
    }),
};

/** Whether a person can see the page: not in a hidden tab, not prerendered. */
export const present = (): Visibility =>
  document.visibilityState === "visible" && !(document as Document & { prerendering?: boolean }).prerendering
    ? "visible"
    : "hidden";
