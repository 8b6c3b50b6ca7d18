import type { LoginKitEvent } from "onegini-otp-login/server";

/** The length of a second and of a calm period, in milliseconds. */
const second = 1_000;
const calmPeriod = 10_000;

/** More than any flood needs. An attempt's bits must suffice for it. */
const greatest = 2 ** 24;

/**
 * Decides which lines of strangers are written: those of level info that a request of anybody causes, before any person has
 * accepted. While about `perSecond` or fewer come in a second, all are. In a flood it is one of 2, 4, 8, …, and each says how
 * many it stands for. Warnings and errors are always written, and so is everything from an acceptance on.
 */
export class StrangerSampling {
  readonly #perSecond: number;
  readonly #now: () => number;
  readonly #random: () => number;
  #oneOf = 1;
  #inSecond = { since: -Infinity, lines: 0 };
  #inPeriod = { since: -Infinity, lines: 0 };

  /** @param now a clock in milliseconds, with any origin */
  constructor(
    perSecond: number,
    now: () => number = () => performance.now(),
    random: () => number = Math.random,
  ) {
    this.#perSecond = perSecond;
    this.#now = now;
    this.#random = random;
  }

  /** How many events like this one its line stands for; 0 if it is not written. */
  standsFor(event: LoginKitEvent): number {
    if (event.level !== "info") return 1;
    switch (event.type) {
      case "attempt_started":
      case "code_renewed":
      case "attempt_expired":
        return this.#ofAttempt(event.attempt);
      case "callback_received":
      case "limited":
      case "page_refused":
      case "request_refused":
      case "ticket_refused":
      case "token_server_trouble":
        return this.ofLine();
      case "attempt_approved":
      case "attempt_denied":
      case "callback_missing":
      case "code_scanned":
      case "logged_in":
      case "number_asked":
      case "pairing_unavailable":
      case "ticket_issued":
      case "ticket_redeemed":
      case "wrong_number":
        return 1;
      default:
        return event satisfies never;
    }
  }

  /**
   * For a line of an attempt's life, which has few: it is in the sample by its id, so all of its lines are written or none, on
   * every process, as long as the share stays the same.
   */
  #ofAttempt(attempt: string): number {
    return this.#count((oneOf) => bitsOf(attempt) % oneOf === 0);
  }

  /** For a line that a request causes: of a single attempt there may be any number. */
  ofLine(): number {
    return this.#count((oneOf) => this.#random() * oneOf < 1);
  }

  #count(isIn: (oneOf: number) => boolean): number {
    const now = this.#now();
    if (now >= this.#inSecond.since + second) this.#inSecond = { since: now, lines: 0 };
    const periods = Math.floor((now - this.#inPeriod.since) / calmPeriod);
    if (periods > 0) {
      // Slowly, so that the share stays the same while a flood lasts. After the first of these periods came no line.
      const wasCalm = this.#inPeriod.lines * 4 <= (this.#perSecond * calmPeriod) / second;
      this.#oneOf = Math.max(1, this.#oneOf / 2 ** (wasCalm ? periods : periods - 1));
      this.#inPeriod = { since: now, lines: 0 };
    }
    const oneOf = this.#oneOf;
    if (!isIn(oneOf)) return 0;
    this.#inPeriod.lines++;
    if (++this.#inSecond.lines > this.#perSecond) {
      this.#oneOf = Math.min(oneOf * 2, greatest);
      this.#inSecond.lines = 0;
    }
    return oneOf;
  }
}

/** Its id is random, so its first bits choose as well as a hash. */
const bitsOf = (attempt: string): number => Buffer.from(attempt, "base64url").readUInt32BE();
