import type { Runtime } from "../../../../src/server/runtime.js";
import { systemRuntime } from "../../../../src/server/runtime.js";

interface Timer {
  at: number;
  task: () => void;
}

/** Time that stands still until a test moves it. */
export class VirtualClock implements Runtime {
  #now = Date.UTC(2026, 0, 1);
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delayMs), task };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  random(length: number): Uint8Array {
    return systemRuntime.random(length);
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /**
   * Moves time on, timer by timer, and lets each have its effects in this process. What goes over the network takes
   * real time: wait for it with `until`.
   */
  async advance(seconds: number): Promise<void> {
    const target = this.#now + seconds * 1000;
    await this.settle();
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= target).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#now = Math.max(this.#now, next.at);
      this.#timers.delete(next);
      next.task();
      await this.settle();
    }
    this.#now = target;
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
}
