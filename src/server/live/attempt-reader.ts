import type { Attempt } from "../store/attempt.js";
import type { Core } from "../core.js";

/** Receives what a reader reads. */
export interface AttemptReading {
  /** @param lostAt when the store last failed, if it did since the previous reading: callbacks may have been lost */
  read(attempt: Attempt, lostAt: number | undefined): void;
  /** The attempt is gone. */
  gone(): void;
  /** It could not be read: `readAt` has changed. */
  unreadable(): void;
}

const minRereadMs = 1000;
const maxRereadMs = 3000;

/** Reads an attempt at each notice from the store, until it is ended. There are many readers, so each is kept small. */
export class AttemptReader {
  readonly #id: string;
  readonly #browser: string;
  readonly #core: Core;
  readonly #reading: AttemptReading;
  #unsubscribe: (() => void) | undefined;
  /** Whether it may have changed since the last reading began. */
  #isStale = false;
  #isBusy = false;
  #isEnded = false;
  #lostAt: number | undefined;
  #readAt = Infinity;
  /** The wait before the next try, if it cannot be read. */
  #rereadMs = minRereadMs;

  constructor({ id, browser }: Attempt, core: Core, reading: AttemptReading) {
    this.#id = id;
    this.#browser = browser;
    this.#core = core;
    this.#reading = reading;
  }

  /** When the attempt is read next without a notice; infinite for never. */
  get readAt(): number {
    return this.#readAt;
  }

  readAgainAt(time: number): void {
    this.#readAt = time;
  }

  /** Reads the attempt. A call while it is being read leads to one more reading. */
  async refresh(): Promise<void> {
    this.#isStale = true;
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#mustRead()) {
      this.#isStale = false;
      await this.#readOnce();
    }
    this.#isBusy = false;
  }

  /**
   * Runs a task that writes to the attempt and shows the result. A notice that comes in the meantime is mostly of this very
   * change: the attempt is read afterwards, if it is still watched then.
   */
  async whileWriting<T>(task: () => Promise<T>): Promise<T> {
    if (this.#isBusy) return task();
    this.#isBusy = true;
    try {
      return await task();
    } finally {
      this.#isBusy = false;
      if (this.#mustRead()) void this.refresh();
    }
  }

  /** Subscribes first and reads second, so that no change is missed. Once subscribed, it only reads. */
  async subscribe(): Promise<void> {
    if (this.#unsubscribe) return this.refresh();
    const { attempts } = this.#core;
    try {
      const unsubscribe = await attempts.subscribe(this.#id, (notice, lostAt) => {
        if (notice === "gap") this.#lost(lostAt);
        void this.refresh();
      });
      if (this.#isEnded) return unsubscribe();
      this.#unsubscribe = unsubscribe;
    } catch (error) {
      // The next keep-alive tries again.
      this.#lost();
      this.#reportError("subscribing to an attempt", error);
    }
    await this.refresh();
  }

  end(): void {
    this.#isEnded = true;
    this.#unsubscribe?.();
  }

  #mustRead(): boolean {
    return this.#isStale && !this.#isEnded;
  }

  async #readOnce(): Promise<void> {
    const { attempts, runtime } = this.#core;
    this.#readAt = Infinity;
    try {
      const attempt = await attempts.get(this.#id, this.#browser);
      if (this.#isEnded) return;
      this.#rereadMs = minRereadMs;
      if (!attempt) return this.#reading.gone();
      const lostAt = this.#lostAt;
      this.#lostAt = undefined;
      this.#reading.read(attempt, lostAt);
    } catch (error) {
      this.#reportError("reading an attempt", error);
      if (this.#isEnded) return;
      this.#lost();
      this.#readAt = runtime.now() + this.#rereadMs;
      this.#rereadMs = Math.min(2 * this.#rereadMs, maxRereadMs);
      this.#reading.unreadable();
    }
  }

  #lost(at = this.#core.runtime.now()): void {
    this.#lostAt = Math.max(at, this.#lostAt ?? at);
  }

  #reportError(operation: string, error: unknown): void {
    this.#core.report({ type: "internal_error", level: "error", operation, error });
  }
}
