import type { Attempt } from "./attempt.js";
import { dueTransactions, nextAskingTime, openUntil } from "./deadlines.js";
import type { WatchParts, Watcher } from "./watching.js";

/** A silent Token Server is asked for the last time after 1, 2, 4, 8, 8, … s. */
const maxPatienceSeconds = 8;

/** One attempt for which somebody waits on this server, with the one timer that this takes. */
export class Watch {
  #attempt: Attempt;
  readonly #parts: WatchParts;
  readonly #onEnd: () => void;
  readonly #watchers: Watcher[] = [];
  #unsubscribe: (() => void) | undefined;
  #ended = false;
  #read: "idle" | "reading" | "read again" = "idle";
  /** Up to when the transactions that were due have been asked about. */
  #askedUpTo: number;
  /** When all open transactions are asked about next, for the sake of a browser that came back or of polling. */
  #askAt = Infinity;
  #keepAliveAt: number;
  /** When an attempt whose time is over is asked about next, and the wait after that. */
  #askLastAt = 0;
  #patienceSeconds = 1;
  #cancelTimer: (() => void) | undefined;

  constructor(attempt: Attempt, parts: WatchParts, onEnd: () => void) {
    const now = parts.runtime.now();
    this.#attempt = attempt;
    this.#parts = parts;
    this.#onEnd = onEnd;
    this.#askedUpTo = now;
    this.#askAt = now + parts.pollingMs;
    this.#keepAliveAt = now + parts.bounds.keepAliveSeconds * 1000;
    void this.#subscribe();
  }

  /** One more watcher; the oldest goes if they are too many. */
  add(watcher: Watcher): void {
    this.#watchers.push(watcher);
    if (this.#watchers.length > this.#parts.bounds.watchersPerAttempt) {
      this.#watchers.shift()?.dismiss("replaced");
    }
    if (this.#unsubscribe) void this.#refresh();
  }

  remove(watcher: Watcher): void {
    const index = this.#watchers.indexOf(watcher);
    if (index < 0) return;
    this.#watchers.splice(index, 1);
    if (this.#watchers.length === 0) this.#end();
  }

  /** Asks about all open transactions: now, or after a rest if that was done a moment ago. */
  askSoon(): void {
    this.#askAt = Math.min(this.#askAt, this.#parts.questions.restsUntil(this.#attempt));
    this.#arm();
  }

  close(): void {
    for (const watcher of this.#watchers.splice(0)) watcher.dismiss("closing");
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelTimer?.();
    this.#unsubscribe?.();
    this.#onEnd();
    this.#parts.questions.rest(this.#attempt);
  }

  /** Subscribes first and reads second, so that no change falls between. */
  async #subscribe(): Promise<void> {
    try {
      const unsubscribe = await this.#parts.attempts.subscribe(this.#attempt.id, () => void this.#refresh());
      if (this.#ended) return unsubscribe();
      this.#unsubscribe = unsubscribe;
    } catch (error) {
      this.#parts.report({
        type: "internal_error",
        level: "error",
        doing: "subscribing to an attempt",
        error,
      });
    }
    await this.#refresh();
  }

  /** Reads the attempt and shows it. A call that comes while it is being read leads to one more reading. */
  async #refresh(): Promise<void> {
    if (this.#read !== "idle") {
      this.#read = "read again";
      return;
    }
    do {
      this.#read = "reading";
      await this.#readAndShow();
    } while (this.#mustReadAgain() && !this.#ended);
    this.#read = "idle";
    this.#arm();
  }

  #mustReadAgain(): boolean {
    return this.#read === "read again";
  }

  async #readAndShow(): Promise<void> {
    try {
      const attempt = await this.#parts.attempts.get(this.#attempt.id);
      if (this.#ended) return;
      if (!attempt) return this.close();
      this.#attempt = attempt;
      for (const watcher of [...this.#watchers]) watcher.show(attempt);
    } catch (error) {
      // The next keep-alive reads again.
      this.#parts.report({ type: "internal_error", level: "error", doing: "reading an attempt", error });
    }
  }

  #arm(): void {
    this.#cancelTimer?.();
    if (this.#ended) return;
    const now = this.#parts.runtime.now();
    this.#cancelTimer = this.#parts.runtime.after(Math.max(0, this.#nextTime(now) - now), () => this.#wake());
  }

  #nextTime(now: number): number {
    if (this.#attempt.state.status !== "pending") return this.#keepAliveAt;
    const overAt = openUntil(this.#attempt, this.#parts.bounds);
    const asking =
      now < overAt
        ? Math.min(this.#askAt, nextAskingTime(this.#attempt, this.#askedUpTo, this.#parts.bounds))
        : this.#askLastAt;
    return Math.min(this.#keepAliveAt, asking);
  }

  #wake(): void {
    const now = this.#parts.runtime.now();
    if (this.#attempt.state.status === "pending") this.#askWhatIsDue(now);
    if (now >= this.#keepAliveAt) {
      this.#keepAliveAt = now + this.#parts.bounds.keepAliveSeconds * 1000;
      for (const watcher of [...this.#watchers]) watcher.keepAlive();
      // Where a notice may get lost, this finds what it was about.
      void this.#refresh();
    } else {
      this.#arm();
    }
  }

  #askWhatIsDue(now: number): void {
    const { questions, bounds, pollingMs } = this.#parts;
    const attempt = this.#attempt;
    const overAt = openUntil(attempt, bounds);
    if (now >= overAt) {
      if (now < this.#askLastAt) return;
      const silentUntil = overAt + bounds.silenceSeconds * 1000;
      const next = now + this.#patienceSeconds * 1000;
      this.#askLastAt = now < silentUntil ? Math.min(next, silentUntil) : next;
      this.#patienceSeconds = Math.min(2 * this.#patienceSeconds, maxPatienceSeconds);
      void questions.askLast(attempt);
      return;
    }
    this.#askLastAt = 0;
    this.#patienceSeconds = 1;
    const due = dueTransactions(attempt, this.#askedUpTo, now, bounds);
    this.#askedUpTo = now;
    if (now >= this.#askAt) {
      this.#askAt = now + pollingMs;
      void questions.askOpen(attempt);
    } else if (due.length > 0) {
      void questions.ask(
        attempt,
        due.map(({ id }) => id),
      );
    }
  }
}
