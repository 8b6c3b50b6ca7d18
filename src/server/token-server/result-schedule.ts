import type { Attempt } from "../attempt/attempt.js";
import type { Timeouts } from "../timeouts.js";
import { dueTransactions, nextAskingTime, openUntil } from "../attempt/deadlines.js";

/** What is to be asked at some instant. */
export type Due =
  | { kind: "nothing" }
  /** These transactions, each at a time of its own life. */
  | { kind: "transactions"; ids: string[] }
  /** Every transaction that can still be accepted. */
  | { kind: "open" }
  /** The attempt's time is over: all that was not heard of. */
  | { kind: "last" };

/** A silent Token Server is asked for the last time after 1, 2, 4, 8, 8, … s. */
const maxPatienceSeconds = 8;

/** When the Token Server is asked about one pending attempt, as long as somebody watches it. */
export class AskingPlan {
  readonly #timeouts: Timeouts;
  readonly #pollingMs: number;
  /** Up to when the transactions that were due have been asked about. */
  #askedUpTo: number;
  /** When all open transactions are asked about next, for the sake of a browser that came back or of polling. */
  #openAt: number;
  /** When an attempt whose time is over is asked about next, and the wait after that. */
  #lastAt = -Infinity;
  #patienceSeconds = 1;

  /** @param pollingMs milliseconds between two questions in any case; infinite for none */
  constructor(now: number, pollingMs: number, timeouts: Timeouts) {
    this.#timeouts = timeouts;
    this.#pollingMs = pollingMs;
    this.#askedUpTo = now;
    this.#openAt = now + pollingMs;
  }

  /** Asks about all open transactions at that instant, besides what is planned. */
  askAt(instant: number): void {
    this.#openAt = Math.min(this.#openAt, instant);
  }

  /** When to look for what is due next. */
  next(attempt: Attempt, now: number): number {
    return now >= openUntil(attempt, this.#timeouts)
      ? this.#lastAt
      : Math.min(this.#openAt, nextAskingTime(attempt, this.#askedUpTo, this.#timeouts));
  }

  /** What is due now; asked or not, it is not due a second time. */
  take(attempt: Attempt, now: number): Due {
    const overAt = openUntil(attempt, this.#timeouts);
    if (now >= overAt) return this.#takeLast(overAt, now);
    this.#lastAt = -Infinity;
    this.#patienceSeconds = 1;
    const ids = dueTransactions(attempt, this.#askedUpTo, now, this.#timeouts).map(({ id }) => id);
    this.#askedUpTo = now;
    if (now >= this.#openAt) {
      this.#openAt = now + this.#pollingMs;
      return { kind: "open" };
    }
    return ids.length > 0 ? { kind: "transactions", ids } : { kind: "nothing" };
  }

  #takeLast(overAt: number, now: number): Due {
    if (now < this.#lastAt) return { kind: "nothing" };
    const next = now + this.#patienceSeconds * 1000;
    const silentUntil = overAt + this.#timeouts.silenceSeconds * 1000;
    this.#lastAt = now < silentUntil ? Math.min(next, silentUntil) : next;
    this.#patienceSeconds = Math.min(2 * this.#patienceSeconds, maxPatienceSeconds);
    return { kind: "last" };
  }
}
