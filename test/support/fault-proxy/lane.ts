/** The two directions of bytes. */
export type Direction = "to the server" | "to the browser";

/** What happens to the bytes of a connection. */
export type Treatment =
  | { kind: "pass" }
  /** Each byte arrives `ms` later. */
  | { kind: "delay"; ms: number }
  /** Nothing is passed on, not even the end of the connection. In both directions unless one is named. */
  | { kind: "stall"; direction?: Direction }
  /** A few bytes at a time, with a pause after each. In both directions unless one is named. */
  | { kind: "trickle"; bytes: number; everyMs: number; direction?: Direction }
  /** Every event of a stream in three pieces with pauses: in the middle of its data, and before its last line's end. */
  | { kind: "halve"; pauseMs: number }
  /** A proxy that buffers: an answer is passed on only when it is complete. */
  | { kind: "hold" };

/** One direction of a connection: bytes wait here until the treatment lets them go, in their order. */
export class Lane {
  readonly #direction: Direction;
  readonly #treatment: () => Treatment;
  readonly #write: (bytes: Buffer) => void;
  readonly #finish: () => void;
  readonly #queue: { bytes: Buffer; at: number; isPiece: boolean }[] = [];
  #isWhole = true;
  #isEnding = false;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;
  #pausedUntil = 0;

  constructor(
    direction: Direction,
    treatment: () => Treatment,
    write: (bytes: Buffer) => void,
    finish: () => void,
  ) {
    this.#direction = direction;
    this.#treatment = treatment;
    this.#write = write;
    this.#finish = finish;
  }

  /** @param isWhole whether these bytes end a message: what is held until its end may go */
  push(bytes: Buffer, isWhole: boolean): void {
    this.#queue.push({ bytes, at: Date.now(), isPiece: false });
    this.#isWhole = isWhole;
    this.#pump();
  }

  /** No more bytes will come. */
  end(): void {
    this.#isEnding = true;
    this.#isWhole = true;
    this.#pump();
  }

  /** Call it when the treatment has changed. */
  changed(): void {
    this.#pausedUntil = 0;
    this.#pump();
  }

  /** Drops the bytes that wait. */
  close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#queue.length = 0;
  }

  #pump(): void {
    clearTimeout(this.#timer);
    while (!this.#isOver) {
      const waitMs = this.#next();
      if (waitMs === 0) continue;
      if (waitMs !== Infinity) this.#timer = setTimeout(() => this.#pump(), waitMs);
      return;
    }
  }

  /**
   * Sends the next bytes if it may. Returns how long to wait until the next call, or `Infinity` to wait for an event.
   */
  #next(): number {
    const treatment = this.#treatment();
    const first = this.#queue[0];
    if (treatment.kind === "stall" && (treatment.direction ?? this.#direction) === this.#direction)
      return Infinity;
    if (!first) {
      if (this.#isEnding) {
        this.#isOver = true;
        this.#finish();
      }
      return Infinity;
    }
    const pausedMs = this.#pausedUntil - Date.now();
    if (pausedMs > 0) return pausedMs;
    switch (treatment.kind) {
      case "pass":
      case "stall":
        return this.#let(first.bytes.length);
      case "delay":
        return Math.max(0, first.at + treatment.ms - Date.now()) || this.#let(first.bytes.length);
      case "trickle":
        return (treatment.direction ?? this.#direction) === this.#direction
          ? this.#let(treatment.bytes, treatment.everyMs)
          : this.#let(first.bytes.length);
      case "halve": {
        if (!first.isPiece && this.#direction === "to the browser") this.#cutUp(first.bytes);
        const piece = this.#queue[0];
        // Pauses only between the pieces of an event.
        return this.#let(piece?.bytes.length ?? 0, this.#queue[1]?.isPiece ? treatment.pauseMs : 0);
      }
      case "hold":
        return this.#isWhole || this.#direction === "to the server"
          ? this.#let(first.bytes.length)
          : Infinity;
      default:
        return treatment satisfies never;
    }
  }

  /** Sends the first bytes of the queue, and pauses. */
  #let(count: number, pauseMs = 0): number {
    const first = this.#queue[0];
    if (!first) return 0;
    const bytes = first.bytes.subarray(0, count);
    if (bytes.length === first.bytes.length) this.#queue.shift();
    else first.bytes = first.bytes.subarray(count);
    if (pauseMs > 0) this.#pausedUntil = Date.now() + pauseMs;
    this.#write(bytes);
    return pauseMs;
  }

  #cutUp(bytes: Buffer): void {
    const data = bytes.indexOf("data:");
    if (data < 0) return;
    const lastLineEnd = bytes.indexOf("\n\n", data) + 1 || bytes.length;
    const middle = data + Math.floor((lastLineEnd - data) / 2);
    const pieces = [
      bytes.subarray(0, middle),
      bytes.subarray(middle, lastLineEnd),
      bytes.subarray(lastLineEnd),
    ];
    const at = Date.now();
    this.#queue.splice(0, 1, ...pieces.map((part, index) => ({ bytes: part, at, isPiece: index > 0 })));
  }
}
