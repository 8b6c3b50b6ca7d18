import type { ReactiveController, ReactiveControllerHost } from "lit";

/** On the window, to which `visibilitychange` bubbles up. */
const events = ["visibilitychange", "pageshow", "resize"];

/**
 * Renders the host when time alone changes what it shows, whenever its page is shown again, because timers stop in sleep, and
 * whenever the window has another size.
 */
export class Ticker implements ReactiveController {
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #host: ReactiveControllerHost;
  readonly #next: (now: number) => number;

  /** @param next the next instant of `Date.now()` at which to render, `Infinity` if there is none */
  constructor(host: ReactiveControllerHost, next: (now: number) => number) {
    this.#host = host;
    this.#next = next;
    host.addController(this);
  }

  hostConnected(): void {
    for (const type of events) addEventListener(type, this.#render);
  }

  hostDisconnected(): void {
    for (const type of events) removeEventListener(type, this.#render);
    clearTimeout(this.#timer);
  }

  hostUpdated(): void {
    clearTimeout(this.#timer);
    const now = Date.now();
    const wait = this.#next(now) - now;
    // No code lives longer than a day, and a timer can hold 25.
    if (wait < 86_400_000) this.#timer = setTimeout(this.#render, wait);
  }

  readonly #render = (): void => this.#host.requestUpdate();
}
