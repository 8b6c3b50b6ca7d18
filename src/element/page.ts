import {
  defer,
  distinctUntilChanged,
  filter,
  fromEvent,
  interval,
  map,
  merge,
  startWith,
  type Observable,
} from "rxjs";
import type { Environment, Visibility } from "./environment.js";

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
    return interval(slept.everyMs).pipe(
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
