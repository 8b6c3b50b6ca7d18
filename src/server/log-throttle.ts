import type { Runtime } from "./runtime.js";

/** Keeps what strangers can cause at will from filling the site's log with warnings. */
export class Sparingly {
  readonly #saidAt = new Map<string, number>();
  readonly #restMs: number;
  readonly #runtime: Runtime;

  /** @param restMs how long nothing more is said about a thing that was said */
  constructor(restMs: number, runtime: Runtime) {
    this.#restMs = restMs;
    this.#runtime = runtime;
  }

  /**
   * How loud to be about a thing: as loud as it is the first time, after that for information.
   *
   * @param thing one of few: each is remembered
   */
  level<Level extends string>(thing: string, loud: Level): Level | "info" {
    const now = this.#runtime.now();
    const saidAt = this.#saidAt.get(thing) ?? -Infinity;
    if (now < saidAt + this.#restMs) return "info";
    this.#saidAt.set(thing, now);
    return loud;
  }
}
