import type { RateLimiter } from "./rate-limiter.js";
import type { Runtime } from "../runtime.js";

/** What a call to the Token Server is for. `poll`: a browser polls; `result`: the kit asks by itself. */
export type Purpose = "start" | "renewal" | "poll" | "result";

/**
 * Limits the calls to the Token Server, for each purpose by itself: somebody who renews or polls without end cannot keep
 * others from starting, nor their results from being heard.
 */
export class CallQuota {
  readonly #limiter: RateLimiter | undefined;
  readonly #runtime: Runtime;
  /** Nothing is counted before a purpose has quota again. */
  readonly #usedUpUntil = new Map<Purpose, number>();

  /** @param limiter undefined if there is no limit */
  constructor(limiter: RateLimiter | undefined, runtime: Runtime) {
    this.#limiter = limiter;
    this.#runtime = runtime;
  }

  /** Milliseconds until there is quota again; 0 if there is. */
  retryAfterMs(purpose: Purpose): number {
    return Math.max(0, (this.#usedUpUntil.get(purpose) ?? 0) - this.#runtime.now());
  }

  /** Takes quota for one call, if there is any. Rejects if it cannot be counted. */
  async take(purpose: Purpose): Promise<boolean> {
    if (!this.#limiter) return true;
    if (this.retryAfterMs(purpose) > 0) return false;
    const { allowed, resetMs } = await this.#limiter.count(purpose);
    if (!allowed) this.#usedUpUntil.set(purpose, this.#runtime.now() + Math.max(resetMs, 1));
    return allowed;
  }

  /** Waits for quota, but no longer than this; whether it got any. */
  async wait(purpose: Purpose, maxMs: number): Promise<boolean> {
    const until = this.#runtime.now() + maxMs;
    while (!(await this.take(purpose))) {
      const retryAfterMs = this.retryAfterMs(purpose);
      if (this.#runtime.now() + retryAfterMs > until) return false;
      await new Promise<void>((resolve) => this.#runtime.after(retryAfterMs, resolve));
    }
    return true;
  }
}
