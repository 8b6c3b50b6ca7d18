import type { Runtime } from "../runtime.js";

/**
 * After how many seconds what was not decided is asked again, once something hinted that it may be. One of
 * which nothing was heard or kept is asked on at the last of them.
 */
const retrySeconds = [1, 2, 4, 8];

/**
 * How many hints about one transaction lead to a question at once. The Token Server sends one or two; a stranger who
 * began an attempt knows its transaction and can post callbacks without end.
 */
const promptHints = 5;

/** From then on, a hint waits until the last question is this old. A browser that polls makes the kit ask as often. */
const hintRestMs = 2000;

/**
 * What one question came to: `decided` ends the asking; `answered` says that the Token Server spoke at all;
 * `postponed` that there was no turn to ask, or that the store could not keep what was said.
 */
export type Heard = "decided" | "answered" | "unanswered" | "postponed";

/** The questions about one transaction: one at a time. */
export class Inquiry {
  /** When it was last asked, in milliseconds since the epoch. */
  askedAt = -Infinity;
  /** When the Token Server last gave an answer, decided or not. */
  answeredAt = -Infinity;
  readonly #askOnce: (hasTurn: boolean) => Promise<Heard>;
  readonly #mayRetry: () => boolean;
  readonly #runtime: Runtime;
  #running: Promise<void> | undefined;
  /** A hint came while a question was running. */
  #hinted = false;
  /** How many questions hints have led to. */
  #followed = 0;
  #retries = 0;
  #cancelRetry: (() => void) | undefined;

  /**
   * @param askOnce asks the Token Server, with a turn that was taken or one that it waits for, and writes down the answer;
   * never rejects
   * @param mayRetry whether a question that was not decided may be asked again by itself
   */
  constructor(askOnce: (hasTurn: boolean) => Promise<Heard>, mayRetry: () => boolean, runtime: Runtime) {
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
    if (this.#running || this.#restMs === 0) return this.ask();
    this.#askLater(this.#restMs);
    return Promise.resolve();
  }

  /** Asks once, or joins the question under way. */
  ask(hasTurn = false): Promise<void> {
    return this.#running ?? this.#start(false, hasTurn);
  }

  stopRetrying(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }

  /** Milliseconds for which a hint has to wait. */
  get #restMs(): number {
    if (this.#followed < promptHints) return 0;
    return Math.max(0, this.askedAt + hintRestMs - this.#runtime.now());
  }

  #start(retry: boolean, hasTurn = false): Promise<void> {
    return (this.#running = this.#run(retry, hasTurn));
  }

  /** @param retry whether it is asked again by itself while it is not decided */
  async #run(retry: boolean, hasTurn: boolean): Promise<void> {
    let heard: Heard;
    do {
      if (this.#hinted) {
        this.stopRetrying();
        this.#followed += 1;
        retry = true;
      }
      this.#hinted = false;
      this.askedAt = this.#runtime.now();
      heard = await this.#askOnce(hasTurn);
      hasTurn = false;
      if (heard === "decided" || heard === "answered") this.answeredAt = this.#runtime.now();
    } while (this.#hinted && heard !== "decided" && this.#restMs === 0);
    // In the same step as the last look at the hint, so that none falls between.
    this.#running = undefined;
    if (this.#hinted && heard !== "decided") this.#askLater(this.#restMs);
    else if ((retry && heard !== "decided") || heard === "postponed") this.#retryLater(heard);
  }

  #retryLater(heard: Heard): void {
    // One that is silent is asked on: what the hint was about is still to be heard.
    const seconds = retrySeconds[this.#retries] ?? (heard === "answered" ? undefined : retrySeconds.at(-1));
    if (seconds === undefined || !this.#mayRetry()) return;
    this.#retries += 1;
    this.#askLater(seconds * 1000);
  }

  #askLater(ms: number): void {
    this.stopRetrying();
    this.#cancelRetry = this.#runtime.after(ms, () => {
      this.#cancelRetry = undefined;
      // One that is under way may have been answered before.
      if (this.#running) this.#hinted = true;
      else void this.#start(true);
    });
  }
}
