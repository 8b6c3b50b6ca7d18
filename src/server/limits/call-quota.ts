import type { RateLimiter } from "./rate-limiter.js";
import type { Runtime } from "../runtime.js";

/** The purpose of a call to the Token Server. `poll`: a result call for a browser's poll; `result`: any other result call. */
export type Purpose = "start" | "renewal" | "poll" | "result";

/**
 * Limits the calls to the Token Server, separately for each purpose, so that endless renewals or polls block neither new
 * logins nor the results of others.
 */
export class CallQuota {
  readonly #limiter: RateLimiter | undefined;
  readonly #runtime: Runtime;
  /** When a purpose has quota again. Until then nothing is counted. */
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

  /** Takes quota for one call, and tells whether there was any. Rejects if it cannot be counted. */
  async take(purpose: Purpose): Promise<boolean> {
    if (!this.#limiter) return true;
    if (this.retryAfterMs(purpose) > 0) return false;
    const { allowed, resetMs } = await this.#limiter.count(purpose);
    if (!allowed) this.#usedUpUntil.set(purpose, this.#runtime.now() + Math.max(resetMs, 1));
    return allowed;
  }

  /** Takes quota for one call, and waits for it at most this long. Tells whether it got any. */
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
