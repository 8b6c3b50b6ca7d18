import type { Attempt } from "./attempt.js";
import { AskingPlan } from "./asking-plan.js";
import type { WatchParts, Watcher } from "./watching.js";

/** One attempt for which somebody waits on this server, with the one timer that this takes. */
export class Watch {
  #attempt: Attempt;
  readonly #parts: WatchParts;
  readonly #onEnd: () => void;
  readonly #watchers: Watcher[] = [];
  #unsubscribe: (() => void) | undefined;
  /** Whether the first subscription is behind us: before it, nobody is shown anything. */
  #live = false;
  #ended = false;
  #read: "idle" | "reading" | "read again" = "idle";
  readonly #plan: AskingPlan;
  #keepAliveAt: number;
  #cancelTimer: (() => void) | undefined;

  constructor(attempt: Attempt, parts: WatchParts, onEnd: () => void) {
    const now = parts.runtime.now();
    this.#attempt = attempt;
    this.#parts = parts;
    this.#onEnd = onEnd;
    this.#plan = new AskingPlan(now, parts.pollingMs, parts.bounds);
    this.#keepAliveAt = now + parts.bounds.keepAliveSeconds * 1000;
    void this.#subscribe();
  }

  /** One more watcher; the oldest goes if they are too many. */
  add(watcher: Watcher): void {
    this.#watchers.push(watcher);
    if (this.#watchers.length > this.#parts.bounds.watchersPerAttempt) {
      this.#watchers.shift()?.dismiss("replaced");
    }
    if (this.#live) void this.#refresh();
  }

  remove(watcher: Watcher): void {
    const index = this.#watchers.indexOf(watcher);
    if (index < 0) return;
    this.#watchers.splice(index, 1);
    if (this.#watchers.length === 0) this.#end();
  }

  /** Asks about all open transactions: now, or after a rest if that was done a moment ago. */
  askSoon(): void {
    this.#plan.askAt(this.#parts.questions.restsUntil(this.#attempt));
    this.#arm();
  }

  close(): void {
    for (const watcher of this.#watchers.splice(0)) watcher.dismiss("closing");
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#watchers.length = 0;
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
      // The next keep-alive tries again.
      this.#reportError("subscribing to an attempt", error);
    }
    this.#live = true;
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
      // Each has said how it ended, and waits for nothing more.
      if (attempt.state.status !== "pending") this.#end();
    } catch (error) {
      // The next keep-alive reads again.
      this.#reportError("reading an attempt", error);
    }
  }

  #arm(): void {
    this.#cancelTimer?.();
    if (this.#ended) return;
    const now = this.#parts.runtime.now();
    this.#cancelTimer = this.#parts.runtime.after(Math.max(0, this.#nextTime(now) - now), () => this.#wake());
  }

  #nextTime(now: number): number {
    return this.#attempt.state.status === "pending"
      ? Math.min(this.#keepAliveAt, this.#plan.next(this.#attempt, now))
      : this.#keepAliveAt;
  }

  #wake(): void {
    const now = this.#parts.runtime.now();
    if (this.#attempt.state.status === "pending") void this.#ask(now);
    if (now >= this.#keepAliveAt) {
      this.#keepAliveAt = now + this.#parts.bounds.keepAliveSeconds * 1000;
      for (const watcher of [...this.#watchers]) watcher.keepAlive();
      // Where a notice may get lost, this finds what it was about.
      void (this.#unsubscribe ? this.#refresh() : this.#subscribe());
    } else {
      this.#arm();
    }
  }

  async #ask(now: number): Promise<void> {
    const { questions } = this.#parts;
    const attempt = this.#attempt;
    const due = this.#plan.take(attempt, now);
    try {
      switch (due.kind) {
        case "nothing":
          return;
        case "transactions":
          return await questions.ask(attempt, due.ids);
        case "open":
          return await questions.askOpen(attempt);
        case "last":
          return await questions.askLast(attempt);
        default:
          return due satisfies never;
      }
    } catch (error) {
      this.#reportError("asking about an attempt", error);
    }
  }

  #reportError(doing: string, error: unknown): void {
    this.#parts.report({ type: "internal_error", level: "error", doing, error });
  }
}
