import { systemRuntime, type Runtime } from "../../../../src/server/runtime.js";

interface Timer {
  at: number;
  task: () => void;
}

/** The kit's and the emulator's time: it is what the page's simulated time was when the page said so last. */
export class SimulatedClock implements Runtime {
  #now = 0;
  readonly #timers = new Set<Timer>();

  readonly now = (): number => this.#now;

  random(length: number): Uint8Array {
    return systemRuntime.random(length);
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, delayMs), task };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** When the next timer is due; `Infinity` if none is set. */
  get next(): number {
    return Math.min(...[...this.#timers].map(({ at }) => at));
  }

  /** Moves time on, timer by timer; never back. */
  advanceTo(instant: number): void {
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= instant).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#now = Math.max(this.#now, due.at);
      this.#timers.delete(due);
      due.task();
    }
    this.#now = Math.max(this.#now, instant);
  }
}
