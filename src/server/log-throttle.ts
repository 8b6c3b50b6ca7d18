import type { Runtime } from "./runtime.js";

/** Limits how often the same thing is logged as a warning or an error, because strangers can cause some at will. */
export class LogThrottle {
  readonly #loggedAt = new Map<string, number>();
  readonly #intervalMs: number;
  readonly #runtime: Runtime;

  constructor(intervalMs: number, runtime: Runtime) {
    this.#intervalMs = intervalMs;
    this.#runtime = runtime;
  }

  /**
   * Returns `level` once per interval and `info` in between.
   *
   * @param key one of few: each is remembered
   */
  level<Level extends string>(key: string, level: Level): Level | "info" {
    const now = this.#runtime.now();
    const loggedAt = this.#loggedAt.get(key) ?? -Infinity;
    if (now < loggedAt + this.#intervalMs) return "info";
    this.#loggedAt.set(key, now);
    return level;
  }
}
