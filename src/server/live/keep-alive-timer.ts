import type { Runtime } from "../runtime.js";

/** Something that is kept alive. */
interface KeptAlive {
  keepAlive(): void;
}

/**
 * Calls `keepAlive` of each of its items every `timeouts.keepAliveSeconds`, with one timer for all, because there are many. A
 * stream writes a comment then, and a reader looks whether it missed a change.
 */
export class KeepAliveTimer {
  readonly #intervalMs: number;
  readonly #runtime: Runtime;
  /** When each is due, the first one first. */
  readonly #dueAt = new Map<KeptAlive, number>();
  #cancelTimer: (() => void) | undefined;

  constructor(intervalMs: number, runtime: Runtime) {
    this.#intervalMs = intervalMs;
    this.#runtime = runtime;
  }

  add(item: KeptAlive): void {
    this.#dueAt.set(item, this.#runtime.now() + this.#intervalMs);
    if (!this.#cancelTimer) this.#setTimer();
  }

  delete(item: KeptAlive): void {
    this.#dueAt.delete(item);
    if (this.#dueAt.size === 0) this.#setTimer();
  }

  #setTimer(): void {
    this.#cancelTimer?.();
    const [first] = this.#dueAt.values();
    this.#cancelTimer =
      first === undefined
        ? undefined
        : this.#runtime.after(Math.max(0, first - this.#runtime.now()), () => this.#keepAlive());
  }

  #keepAlive(): void {
    const now = this.#runtime.now();
    for (const [item, dueAt] of this.#dueAt) {
      if (dueAt > now) break;
      // Moved to the end.
      this.#dueAt.delete(item);
      this.#dueAt.set(item, now + this.#intervalMs);
      item.keepAlive();
    }
    this.#setTimer();
  }
}
