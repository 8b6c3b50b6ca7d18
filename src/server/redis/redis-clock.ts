import { steadyNow } from "../runtime.js";

/** Redis' clock, which all servers share: this process's clock, and the offset that was last measured. */
export class RedisClock {
  readonly #time: () => Promise<unknown>;
  readonly #steadyNow: () => number;
  #offset: number | undefined;

  /**
   * @param time asks Redis for its `TIME`: seconds and microseconds
   * @param steady this process's clock. Default: one that no change of the host's time moves
   */
  constructor(time: () => Promise<unknown>, steady: () => number = steadyNow) {
    this.#time = time;
    this.#steadyNow = steady;
  }

  /** Whole milliseconds since the epoch. */
  now(): number {
    return Math.floor(this.#steadyNow() + (this.#offset ?? 0));
  }

  /** The first answers of a process that starts are slow, also because Redis does not know the script yet. */
  async begin(): Promise<void> {
    for (let asked = 0; asked < 4; asked++) await this.measure();
  }

  /**
   * Asks Redis for its time, which was right at some moment between the call and its answer. The first offset assumes
   * the middle. A known offset that lies within these limits stays, so that a slow answer does not make it worse.
   */
  async measure(): Promise<void> {
    const askedAt = this.#steadyNow();
    const time = parseTime(await this.#time());
    const [least, most] = [time - this.#steadyNow(), time - askedAt];
    this.#offset = Math.min(Math.max(this.#offset ?? (least + most) / 2, least), most);
  }
}

function parseTime(reply: unknown): number {
  const [seconds = NaN, microseconds = NaN] = Array.isArray(reply) ? reply.map(Number) : [];
  const time = seconds * 1000 + microseconds / 1000;
  if (!Number.isFinite(time)) throw new TypeError("Redis: the answer to TIME is invalid");
  return time;
}
