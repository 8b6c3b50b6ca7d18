/** So many failed starts in a row, within a minute, are an outage. */
const outageAfter = 3;
const withinMs = 60_000;

/** An outage that goes on is an error this often. */
const errorIntervalMs = 60_000;

/** What a failed start means for the event that reports it. */
export type FailedStart =
  /** An outage: `failures` starts have failed since then. */
  | { level: "error"; failures: number; since: string }
  /** `info`: the outage has been reported. */
  | { level: "warn" | "info" };

/** Tells a Token Server that is down from a single start that fails. */
export class StartOutage {
  /** The failed starts since the last one that reached the Token Server. */
  #failures = 0;
  #since = 0;
  /** When the last few failed. */
  #failedAt: number[] = [];
  /** When the outage was an error last; undefined without an outage. */
  #errorAt: number | undefined;

  /** A start has reached the Token Server. Returns the outage that this ends: how many starts failed, and since when. */
  reached(): { failures: number; sinceMs: number } | undefined {
    const ended =
      this.#errorAt === undefined ? undefined : { failures: this.#failures, sinceMs: this.#since };
    this.#failures = 0;
    this.#failedAt = [];
    this.#errorAt = undefined;
    return ended;
  }

  /** A start has failed: the Token Server could not be reached, was too slow, or gave no usable answer. */
  failed(now: number): FailedStart {
    if (this.#failures === 0) this.#since = now;
    this.#failures += 1;
    this.#failedAt = [...this.#failedAt, now].slice(-outageAfter);
    const [first = now] = this.#failedAt;
    const isOutage =
      this.#errorAt !== undefined || (this.#failedAt.length === outageAfter && now - first <= withinMs);
    if (!isOutage) return { level: "warn" };
    if (this.#errorAt !== undefined && now < this.#errorAt + errorIntervalMs) return { level: "info" };
    this.#errorAt = now;
    return { level: "error", failures: this.#failures, since: new Date(this.#since).toISOString() };
  }
}
