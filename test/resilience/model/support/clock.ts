/** Time that stands still until the model moves it; only what is due at once runs by itself. */
export class ModelClock {
  #now = Date.UTC(2026, 0, 1);
  readonly #timers = new Set<{ at: number; task: () => void }>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, task: () => void): () => void {
    if (delayMs <= 0) {
      const immediate = setImmediate(task);
      return () => clearImmediate(immediate);
    }
    const timer = { at: this.#now + delayMs, task };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves time on, timer by timer; `settle` lets each have its effects. */
  async pass(ms: number, settle: () => Promise<void>): Promise<void> {
    const target = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= target).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#now = Math.max(this.#now, next.at);
      this.#timers.delete(next);
      next.task();
      await settle();
    }
    this.#now = target;
  }

  /** Looks at things as they were at another time. */
  async asOf<T>(instant: number, look: () => Promise<T>): Promise<T> {
    const now = this.#now;
    this.#now = instant;
    try {
      return await look();
    } finally {
      this.#now = now;
    }
  }
}
