import type { ReactiveController, ReactiveControllerHost } from "lit";

/** What some media queries say now; the host is rendered when that changes. */
export class MediaQueries implements ReactiveController {
  #lists: MediaQueryList[] = [];
  readonly #host: ReactiveControllerHost;
  readonly #queries: readonly string[];

  constructor(host: ReactiveControllerHost, ...queries: string[]) {
    this.#host = host;
    this.#queries = queries;
    host.addController(this);
  }

  matches(index: number): boolean {
    return this.#lists[index]?.matches ?? false;
  }

  hostConnected(): void {
    this.#lists = this.#queries.map((query) => matchMedia(query));
    for (const list of this.#lists) list.addEventListener("change", this.#render);
    this.#render();
  }

  hostDisconnected(): void {
    for (const list of this.#lists) list.removeEventListener("change", this.#render);
  }

  readonly #render = (): void => this.#host.requestUpdate();
}
