/** A Token Server is down after so many starts in a row that it did not answer, over at least this time. */
const openAfter = 3;
const openAfterMs = 60_000;

/** While it is down, one start in this time calls it. */
const tryMs = 5000;

/**
 * A circuit breaker for starts and renewals: while the Token Server is down, one of them in some seconds finds out whether it is
 * back, and the others do not wait for it. Result calls do not go through it, because a login may depend on each.
 */
export class StartBreaker {
  /** The starts in a row that were not answered, and when the first of them failed. */
  #failures = 0;
  #failingSince = Infinity;
  /** While it is open: before that no start may call. */
  #tryAt: number | undefined;

  /** Milliseconds until a start may call; 0 if one may now. */
  waitMs(now: number): number {
    return Math.max(0, (this.#tryAt ?? now) - now);
  }

  /** A start calls: until it is answered, or for some seconds, the others may not. */
  calls(now: number): void {
    if (this.#tryAt !== undefined) this.#tryAt = now + tryMs;
  }

  /** A start was answered, with a code or with a fault of the site. */
  answered(): void {
    this.#failures = 0;
    this.#failingSince = Infinity;
    this.#tryAt = undefined;
  }

  /** A start was not answered: timed out, refused or a 5xx. */
  failed(now: number): void {
    this.#failures += 1;
    this.#failingSince = Math.min(this.#failingSince, now);
    if (this.#failures >= openAfter && now >= this.#failingSince + openAfterMs) this.#tryAt ??= now + tryMs;
  }
}
