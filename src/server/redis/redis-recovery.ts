import { rest } from "./redis-deadline.js";

/** How long to wait before a Redis in trouble is asked again whether it is well. */
const askAgainMs = 250;

/**
 * Everybody reads at most this often, and half as often each time while Redis stays restless, down to the last: ten
 * thousand readers would not help it.
 */
const quietMs = 1000;
const longestQuietMs = 16_000;

/** Calls everybody who may have missed a notice, or read in vain, as soon as reading works. */
export class RedisRecovery {
  readonly #isWell: () => Promise<void>;
  readonly #wakeAll: () => void;
  #isDue = false;
  #isRunning = false;
  #isClosed = false;
  #wokenAt = -Infinity;
  #quietMs = quietMs;

  /** @param isWell resolves if Redis answers, and rejects if not */
  constructor(isWell: () => Promise<void>, wakeAll: () => void) {
    this.#isWell = isWell;
    this.#wakeAll = wakeAll;
  }

  /** Something was or may have been missed. */
  request(): void {
    this.#isDue = true;
    if (!this.#isRunning) void this.#run();
  }

  close(): void {
    this.#isClosed = true;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    const isRestless = performance.now() < this.#wokenAt + 2 * this.#quietMs;
    if (!isRestless) this.#quietMs = quietMs;
    await rest(Math.max(0, this.#wokenAt + this.#quietMs - performance.now()));
    if (isRestless) this.#quietMs = Math.min(2 * this.#quietMs, longestQuietMs);
    while (this.#isDue && !this.#isClosed) {
      try {
        await this.#isWell();
        this.#isDue = false;
        this.#wokenAt = performance.now();
        if (!this.#isClosed) this.#wakeAll();
      } catch {
        await rest(askAgainMs);
      }
    }
    this.#isRunning = false;
  }
}
