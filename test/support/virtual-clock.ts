import { systemRuntime, type Runtime } from "../../src/server/runtime.js";

interface Timer {
  at: number;
  task: () => void;
  kind: "background" | undefined;
}

/** Time that stands still until a test moves it. Only tasks without a delay run by themselves. */
export class VirtualClock implements Runtime {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(startsAt = Date.UTC(2026, 0, 1)) {
    this.#now = startsAt;
  }

  readonly now = (): number => this.#now;

  after(delayMs: number, task: () => void, kind?: "background"): () => void {
    if (delayMs <= 0) {
      const immediate = setImmediate(task);
      return () => clearImmediate(immediate);
    }
    const timer = { at: this.#now + delayMs, task, kind };
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

  /** How many of them keep a process from ending. */
  get foregroundTimers(): number {
    return [...this.#timers].filter(({ kind }) => kind === undefined).length;
  }

  /** When the next timer is due; `Infinity` if none is set. */
  get nextAt(): number {
    return Math.min(...[...this.#timers].map(({ at }) => at));
  }

  /**
   * Moves time, timer by timer, and waits for each timer's effects in this process. Network traffic takes real time:
   * wait for it with `until`.
   *
   * @param settle waits until a timer has had its effects
   */
  async advance(seconds: number, settle = () => this.settle()): Promise<void> {
    const target = this.#now + Math.round(seconds * 1000);
    await settle();
    while (this.#runNext(target)) await settle();
    this.#now = target;
  }

  /**
   * Moves time to an instant, and runs the timers that are due without waiting between them. Does nothing if the
   * instant is over.
   */
  advanceTo(instant: number): void {
    while (this.#runNext(instant));
    this.#now = Math.max(this.#now, instant);
  }

  /** Runs a function with the clock set to another time. */
  async asOf<T>(instant: number, look: () => Promise<T>): Promise<T> {
    const now = this.#now;
    this.#now = instant;
    try {
      return await look();
    } finally {
      this.#now = now;
    }
  }

  /** Waits until everything has happened that needs no time. */
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
