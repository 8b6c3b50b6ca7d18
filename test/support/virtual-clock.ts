import { systemRuntime, type Runtime } from "../../src/server/runtime.js";

interface Timer {
  at: number;
  task: () => void;
}

/** Time that stands still until a test moves it. Only a task without a delay runs by itself. */
export class VirtualClock implements Runtime {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(startsAt = Date.UTC(2026, 0, 1)) {
    this.#now = startsAt;
  }

  readonly now = (): number => this.#now;

  after(delayMs: number, task: () => void): () => void {
    if (delayMs <= 0) {
      const immediate = setImmediate(task);
      return () => clearImmediate(immediate);
    }
    const timer = { at: this.#now + delayMs, task };
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

  /** When the next timer is due; `Infinity` if none is set. */
  get nextAt(): number {
    return Math.min(...[...this.#timers].map(({ at }) => at));
  }

  /**
   * Moves time on, timer by timer, and lets each have its effects in this process. What goes over the network takes
   * real time: wait for it with `until`.
   *
   * @param settle waits until a timer has had its effects
   */
  async advance(seconds: number, settle = () => this.settle()): Promise<void> {
    const target = this.#now + Math.round(seconds * 1000);
    await settle();
    while (this.#runNext(target)) await settle();
    this.#now = target;
  }

  /** Moves time on to an instant, and runs what is due until then in one go. Does nothing if the instant is over. */
  advanceTo(instant: number): void {
    while (this.#runNext(instant));
    this.#now = Math.max(this.#now, instant);
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

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  #runNext(until: number): boolean {
    const [next] = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
    if (!next) return false;
    this.#now = Math.max(this.#now, next.at);
    this.#timers.delete(next);
    next.task();
    return true;
  }
}
