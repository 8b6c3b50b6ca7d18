import type { RateLimiter } from "./rate-limiter.js";
import type { Runtime } from "../runtime.js";

/** What a call to the Token Server is for: a poll is a browser's, a question is one that the kit asks by itself. */
export type Purpose = "start" | "renewal" | "poll" | "question";

/**
 * Who may call the Token Server, and when: so many calls in so long a time, a quarter of them for each purpose. Who
 * renews or polls without end must not keep others from starting, nor what they have accepted from being heard.
 */
export class CallQuota {
  readonly #limiter: RateLimiter | undefined;
  readonly #runtime: Runtime;
  /** Until then there are no more: nothing is counted for what is refused anyway. */
  readonly #closedUntil: Record<Purpose, number> = {
    start: -Infinity,
    renewal: -Infinity,
    poll: -Infinity,
    question: -Infinity,
  };

  /** @param limiter counts for each purpose by itself, up to its quarter; undefined if there is no limit */
  constructor(limiter: RateLimiter | undefined, runtime: Runtime) {
    this.#limiter = limiter;
    this.#runtime = runtime;
  }

  /** Milliseconds until there are quota again; 0 if there are. */
  closedMs(purpose: Purpose): number {
    return Math.max(0, this.#closedUntil[purpose] - this.#runtime.now());
  }

  /** Takes a turn, if there is one. Rejects if it cannot be counted. */
  async take(purpose: Purpose): Promise<boolean> {
    if (!this.#limiter) return true;
    if (this.closedMs(purpose) > 0) return false;
    const { allowed, resetMs } = await this.#limiter.count(purpose);
    if (!allowed) this.#closedUntil[purpose] = this.#runtime.now() + Math.max(resetMs, 1);
    return allowed;
  }

  /** Waits for a turn for a question, at most so long; whether it got one. */
  async wait(maxMs: number): Promise<boolean> {
    const until = this.#runtime.now() + maxMs;
    while (!(await this.take("question"))) {
      const closedMs = this.closedMs("question");
      if (this.#runtime.now() + closedMs > until) return false;
      await new Promise<void>((resolve) => this.#runtime.after(closedMs, resolve));
    }
    return true;
  }
}
