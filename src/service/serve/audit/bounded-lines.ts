/** A span in which lines are counted, in milliseconds. */
const spanMs = 60_000;

/**
 * Bounds the lines that a client can cause as often as it likes: so many of each kind are written in a minute. What is counted is
 * forgotten after that minute.
 */
export class BoundedLines {
  readonly #most: number;
  #since = -Infinity;
  readonly #counts = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether one more line of a kind is written, and whether it is the last one. */
  next(kind: string): "written" | "last" | "omitted" {
    const now = performance.now();
    if (now - this.#since >= spanMs) {
      this.#since = now;
      this.#counts.clear();
    }
    const count = (this.#counts.get(kind) ?? 0) + 1;
    if (count > this.#most) return "omitted";
    this.#counts.set(kind, count);
    return count === this.#most ? "last" : "written";
  }
}
