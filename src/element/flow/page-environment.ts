import { defer, distinctUntilChanged, Observable } from "rxjs";
import type { Environment, Visibility } from "./environment.js";

/** Reads a value on subscription and after each of these events on the window. `visibilitychange` bubbles up to it. */
const readOn = <T>(types: string[], read: (event?: Event) => T): Observable<T> =>
  new Observable<T>((subscriber) => {
    const listener = (event?: Event) => subscriber.next(read(event));
    for (const type of types) addEventListener(type, listener, true);
    listener();
    return () => {
      for (const type of types) removeEventListener(type, listener, true);
    };
  }).pipe(distinctUntilChanged());

/** 25 days. A browser fires a longer timer at once. */
const longestMs = 2 ** 31 - 1;

/** The machine has slept if a timer of 5 s fires 15 s after the last. */
const sleepTimerMs = 5_000;
const sleepGapMs = 15_000;

/** The browser page as the flow's environment. Every Observable is cold: without a subscriber there are no listeners. */
export const page: Pick<Environment, "visibility" | "online" | "hasCookies" | "slept" | "timer"> = {
  visibility: defer(() => {
    let isGone = false;
    return readOn(["pagehide", "pageshow", "visibilitychange", "prerenderingchange"], (event) => {
      // A page that was left also becomes hidden: it stays gone until it is shown again.
      if (event?.type === "pagehide") isGone = true;
      if (event?.type === "pageshow") isGone = false;
      return isGone ? "gone" : pageVisibility();
    });
  }),
  online: readOn(["online", "offline"], () => navigator.onLine),
  hasCookies: () => navigator.cookieEnabled,
  slept: new Observable((subscriber) => {
    let last = Date.now();
    const id = setInterval(() => {
      const before = last;
      last = Date.now();
      if (last - before > sleepGapMs) subscriber.next(undefined);
    }, sleepTimerMs);
    return () => clearInterval(id);
  }),
  // RxJS's own `timer` would add its schedulers, 0.7 kB.
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

/** `hidden` in a background tab and while the page is prerendered. */
export const pageVisibility = (): Visibility =>
  document.visibilityState === "visible" && !(document as Document & { prerendering?: boolean }).prerendering
    ? "visible"
    : "hidden";
