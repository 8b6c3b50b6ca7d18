import type { ReactiveController, ReactiveControllerHost } from "lit";

/**
 * Renders the host again at the instant when what it shows changes with the time alone, and whenever its page is
 * shown again: timers stand still in sleep.
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
    document.addEventListener("visibilitychange", this.#render);
    addEventListener("pageshow", this.#render);
    this.#render();
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this.#render);
    removeEventListener("pageshow", this.#render);
    clearTimeout(this.#timer);
  }

  hostUpdated(): void {
    clearTimeout(this.#timer);
    const now = Date.now();
    const wait = this.#next(now) - now;
    // A day is more than any code has, and less than a timer can hold.
    if (wait < 86_400_000) this.#timer = setTimeout(this.#render, wait);
  }

  readonly #render = (): void => this.#host.requestUpdate();
}
