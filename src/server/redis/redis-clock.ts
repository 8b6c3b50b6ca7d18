/** A clock that no change of the host's time moves, in milliseconds since the epoch; fractions, unlike the kit's. */
const steadyNow = (): number => performance.timeOrigin + performance.now();

/** Clocks drift by milliseconds a minute. What is off by more was set, or is another host's. */
const jumpMs = 5000;

/**
 * Asks for Redis' `TIME`, and the correction that all who share it add to it.
 *
 * @param known the correction that is to be replaced, if it still stands
 * @param next what it is to be; both empty to ask only
 */
type Ask = (known: string, next: string) => Promise<unknown>;

interface Answer {
  /** Redis' time with the correction, in milliseconds since the epoch. */
  time: number;
  correction: string;
}

/**
 * The clock of all who share a Redis: its own, and what is added to it. Somebody who sets the time of Redis' host, or a
 * failover to another host, moves it for nobody: the first to notice corrects it by as much, for all.
 */
export class RedisClock {
  readonly #ask: Ask;
  readonly #steadyNow: () => number;
  /** What this process's clock is off. */
  #offset: number | undefined;
  #correction = "";

  /** @param steady this process's clock; default: one that no change of the host's time moves */
  constructor(ask: Ask, steady: () => number = steadyNow) {
    this.#ask = ask;
    this.#steadyNow = steady;
  }

  /** Whole milliseconds since the epoch, by the clock that is shared. */
  now(): number {
    return Math.floor(this.#steadyNow() + (this.#offset ?? 0));
  }

  /**
   * Asks Redis for its time. The answer was true at some moment between question and answer, in the middle as far as
   * anybody knows; what is known already stays as long as it fits that, so that a slow answer spoils nothing.
   */
  async measure(): Promise<void> {
    const { least, most, correction } = await this.#offsets("", "");
    const offset = this.#offset;
    if (offset === undefined || correction !== this.#correction) {
      // The first time, or somebody has corrected it: what they say holds.
      return this.#take(correction, (least + most) / 2);
    }
    const inBetween = Math.min(Math.max(offset, least), most);
    if (Math.abs(inBetween - offset) < jumpMs) return this.#take(correction, inBetween);
    await this.#correct(offset, Math.round(Number(correction) + offset - (least + most) / 2));
  }

  /** Redis' time was set: what is added to it is changed by as much, unless somebody was faster. */
  async #correct(offset: number, next: number): Promise<void> {
    const { least, most, correction } = await this.#offsets(this.#correction, String(next));
    const isOurs = correction === String(next);
    this.#take(correction, isOurs ? Math.min(Math.max(offset, least), most) : (least + most) / 2);
  }

  #take(correction: string, offset: number): void {
    this.#correction = correction;
    this.#offset = offset;
  }

  /** What this process's clock is off, at least and at most. */
  async #offsets(known: string, next: string): Promise<{ least: number; most: number; correction: string }> {
    const askedAt = this.#steadyNow();
    const { time, correction } = parseAnswer(await this.#ask(known, next));
    return { least: time - this.#steadyNow(), most: time - askedAt, correction };
  }
}

function parseAnswer(reply: unknown): Answer {
  const [seconds, microseconds, correction] = Array.isArray(reply) ? reply.map(Number) : [];
  const time = (seconds ?? NaN) * 1000 + (microseconds ?? NaN) / 1000 + (correction ?? NaN);
  if (!Number.isFinite(time)) throw new TypeError("Redis: TIME is no time");
  return { time, correction: String(correction) };
}
