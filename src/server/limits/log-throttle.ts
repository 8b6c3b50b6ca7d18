import { systemRuntime, type Runtime } from "../runtime.js";

/** Limits how often a kind of event is logged as a warning or an error: strangers can cause some at will, others last long. */
export class LogThrottle {
  readonly #loggedAt = new Map<string, number>();
  readonly #intervalMs: number;
  readonly #runtime: Pick<Runtime, "now">;

  constructor(intervalMs: number, runtime: Pick<Runtime, "now"> = systemRuntime) {
    this.#intervalMs = intervalMs;
    this.#runtime = runtime;
  }

  /** True once per interval for each kind. @param kind one of a few: each is remembered */
  isDue(kind: string): boolean {
    const now = this.#runtime.now();
    if (now < (this.#loggedAt.get(kind) ?? -Infinity) + this.#intervalMs) return false;
    this.#loggedAt.set(kind, now);
    return true;
  }

  /** `level` once per interval for each kind, and `info` in between. */
  level<Level extends string>(kind: string, level: Level): Level | "info" {
    return this.isDue(kind) ? level : "info";
  }
}
