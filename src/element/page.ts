import { defer, distinctUntilChanged, filter, map, merge, Observable, startWith, timer } from "rxjs";
import type { Environment, Visibility } from "./environment.js";

/** As rxjs's `fromEvent`, which also knows Node's and jQuery's emitters: 0.3 kB that no page needs. */
const fromEvent = (target: EventTarget, type: string): Observable<Event> =>
  new Observable((subscriber) => {
    const listener = (event: Event) => subscriber.next(event);
    target.addEventListener(type, listener);
    return () => target.removeEventListener(type, listener);
  });

const slept = { everyMs: 5_000, gapMs: 15_000 };

/** What the flow needs of the browser's page. Every Observable is cold: without a subscriber there are no listeners. */
export const page: Pick<Environment, "visibility" | "online" | "slept"> = {
  visibility: defer((): Observable<Visibility> => {
    const left = fromEvent(window, "pagehide").pipe(map((): Visibility => "gone"));
    const changes = merge(
      fromEvent(document, "visibilitychange"),
      fromEvent(document, "prerenderingchange"),
      fromEvent(window, "pageshow"),
    ).pipe(map(present));
    return merge(left, changes).pipe(startWith(present()), distinctUntilChanged());
  }),
  online: defer(() =>
    merge(fromEvent(window, "online"), fromEvent(window, "offline")).pipe(
      map(() => navigator.onLine),
      startWith(navigator.onLine),
      distinctUntilChanged(),
    ),
  ),
  slept: defer(() => {
    let last = Date.now();
    return timer(slept.everyMs, slept.everyMs).pipe(
      filter(() => {
        const before = last;
        last = Date.now();
        return last - before > slept.gapMs;
      }),
    );
  }),
};

/** Whether a person can see the page: not in a hidden tab, not prerendered. */
export const present = (): Visibility =>
  document.visibilityState === "visible" && !(document as Document & { prerendering?: boolean }).prerendering
    ? "visible"
    : "hidden";
