/** Limits how often a kind of event is logged as a warning or an error: strangers can cause some at will, and others last long. */
export class LogThrottle {
  readonly #loggedAt = new Map<string, number>();
  readonly #intervalMs: number;
  readonly #now: () => number;

  /** @param now a clock in milliseconds, with any origin */
  constructor(intervalMs = 60_000, now: () => number = () => performance.now()) {
    this.#intervalMs = intervalMs;
    this.#now = now;
  }

  /** True once per interval for each kind. @param kind one of a few: each is remembered */
  isDue(kind: string): boolean {
    const now = this.#now();
    if (now < (this.#loggedAt.get(kind) ?? -Infinity) + this.#intervalMs) return false;
    this.#loggedAt.set(kind, now);
    return true;
  }
}
