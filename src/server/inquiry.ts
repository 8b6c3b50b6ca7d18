import type { Runtime } from "./runtime.js";

/** After how many seconds what was not decided is asked again, once something hinted that it may be. */
const retrySeconds = [1, 2, 4, 8];

/** What one question came to: `decided` ends the asking; `answered` says that the Token Server spoke at all. */
export type Heard = "decided" | "answered" | "unanswered";

/** The questions about one transaction: one at a time. */
export class Inquiry {
  /** When it was last asked, in milliseconds since the epoch. */
  askedAt = -Infinity;
  /** When the Token Server last gave an answer, decided or not. */
  answeredAt = -Infinity;
  readonly #askOnce: () => Promise<Heard>;
  readonly #mayRetry: () => boolean;
  readonly #runtime: Runtime;
  #running: Promise<void> | undefined;
  /** A hint came while a question was running. */
  #hinted = false;
  #retries = 0;
  #cancelRetry: (() => void) | undefined;

  /**
   * @param askOnce asks the Token Server and writes down its answer; never rejects
   * @param mayRetry whether a question that was not decided may be asked again by itself
   */
  constructor(askOnce: () => Promise<Heard>, mayRetry: () => boolean, runtime: Runtime) {
    this.#askOnce = askOnce;
    this.#mayRetry = mayRetry;
    this.#runtime = runtime;
  }

  /** The question under way, if there is one. */
  get running(): Promise<void> | undefined {
    return this.#running;
  }

  /** Whether nothing is under way or planned. */
  get idle(): boolean {
    return !this.#running && !this.#cancelRetry;
  }

  /** Something happened to the transaction: asks, and asks again while it is not decided. */
  hint(): Promise<void> {
    this.stopRetrying();
    this.#retries = 0;
    this.#hinted = true;
    // A hint during a question is kept: that question may have been answered before what the hint is about.
    return this.#running ?? this.#start();
  }

  /** Asks once, or joins the question under way. */
  ask(): Promise<void> {
    return this.#running ?? this.#start();
  }

  stopRetrying(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }

  #start(): Promise<void> {
    return (this.#running = this.#run());
  }

  async #run(): Promise<void> {
    let retry = false;
    let heard: Heard;
    do {
      retry ||= this.#hinted;
      this.#hinted = false;
      this.askedAt = this.#runtime.now();
      heard = await this.#askOnce();
      if (heard !== "unanswered") this.answeredAt = this.#runtime.now();
    } while (this.#hinted && heard !== "decided");
    // In the same step as the last look at the hint, so that none falls between.
    this.#running = undefined;
    if (retry && heard !== "decided") this.#retryLater();
  }

  #retryLater(): void {
    const seconds = retrySeconds[this.#retries];
    if (seconds === undefined || !this.#mayRetry()) return;
    this.#retries += 1;
    this.stopRetrying();
    this.#cancelRetry = this.#runtime.after(seconds * 1000, () => {
      this.#cancelRetry = undefined;
      this.#hinted = true;
      void this.ask();
    });
  }
}
