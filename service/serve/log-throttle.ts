/** Limits how often the same thing is logged as a warning or an error: strangers can cause some at will, and others last. */
export class LogThrottle {
  readonly #loggedAt = new Map<string, number>();
  readonly #intervalMs: number;
  readonly #now: () => number;

  /** @param now milliseconds, from any beginning */
  constructor(intervalMs = 60_000, now: () => number = () => performance.now()) {
    this.#intervalMs = intervalMs;
    this.#now = now;
  }

  /** Whether nothing of this kind was due in the interval before. @param kind one of few: each is remembered */
  isDue(kind: string): boolean {
    const now = this.#now();
    if (now < (this.#loggedAt.get(kind) ?? -Infinity) + this.#intervalMs) return false;
    this.#loggedAt.set(kind, now);
    return true;
  }
}
