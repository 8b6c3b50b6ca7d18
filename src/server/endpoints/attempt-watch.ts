import type { Attempt } from "../attempt/attempt.js";
import { AskingPlan } from "../token-server/result-schedule.js";
import type { WatchParts, Watcher } from "./watchers.js";

/** Who hears of a watch. */
interface WatchOwner {
  /** So many more watchers of the attempt, or fewer. */
  counted(attempt: Attempt, change: number): void;
  ended(attempt: Attempt): void;
}

/** A store that could not be read is read again after 1, 2, 4, 8, 8, … s. */
const minRereadMs = 1000;
const maxRereadMs = 8000;

/** One attempt for which somebody waits on this server, with the one timer that this takes. */
export class Watch {
  #attempt: Attempt;
  readonly #parts: WatchParts;
  readonly #owner: WatchOwner;
  /** Never changed in place: an array that grows takes room for sixteen more. */
  #watchers: readonly Watcher[] = [];
  #unsubscribe: (() => void) | undefined;
  /** Whether the first subscription is behind us: before it, nobody is shown anything. */
  #live = false;
  #ended = false;
  #read: "idle" | "reading" | "read again" = "idle";
  readonly #plan: AskingPlan;
  #keepAliveAt: number;
  /** When the attempt is read again, as it could not be read. */
  #rereadAt = Infinity;
  #rereadMs = minRereadMs;
  #cancelTimer: (() => void) | undefined;

  constructor(attempt: Attempt, parts: WatchParts, owner: WatchOwner) {
    const now = parts.runtime.now();
    this.#attempt = attempt;
    this.#parts = parts;
    this.#owner = owner;
    this.#plan = new AskingPlan(now, parts.pollingMs, parts.timeouts);
    this.#keepAliveAt = now + parts.timeouts.keepAliveSeconds * 1000;
    void this.#subscribe();
  }

  /** One more watcher; the oldest goes if they are too many. */
  add(watcher: Watcher): void {
    this.#watchers = [...this.#watchers, watcher];
    this.#owner.counted(this.#attempt, 1);
    if (this.#watchers.length > this.#parts.limits.streamsPerAttempt) {
      const [oldest, ...others] = this.#watchers;
      this.#watchers = others;
      oldest?.dismiss("replaced");
      this.#owner.counted(this.#attempt, -1);
    }
    if (this.#live) void this.#refresh();
  }

  /** How many watch. */
  get size(): number {
    return this.#watchers.length;
  }

  remove(watcher: Watcher): void {
    if (!this.#watchers.includes(watcher)) return;
    this.#watchers = this.#watchers.filter((other) => other !== watcher);
    this.#owner.counted(this.#attempt, -1);
    if (this.#watchers.length === 0) this.#end();
  }

  /** Asks about all open transactions: now, or after a rest if that was done a moment ago. */
  askSoon(): void {
    this.#plan.askAt(this.#parts.questions.restsUntil(this.#attempt));
    this.#arm();
  }

  close(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    this.#owner.counted(this.#attempt, -watchers.length);
    for (const watcher of watchers) watcher.dismiss("closing");
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#owner.counted(this.#attempt, -this.#watchers.length);
    this.#watchers = [];
    this.#cancelTimer?.();
    this.#unsubscribe?.();
    this.#owner.ended(this.#attempt);
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
      this.#rereadAt = Infinity;
      this.#rereadMs = minRereadMs;
      if (!attempt) return this.close();
      this.#attempt = attempt;
      for (const watcher of this.#watchers) watcher.show(attempt);
      // Each has said how it ended, and waits for nothing more.
      if (attempt.state.status !== "pending") this.#end();
    } catch (error) {
      this.#rereadAt = this.#parts.runtime.now() + this.#rereadMs;
      this.#rereadMs = Math.min(2 * this.#rereadMs, maxRereadMs);
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
    const at = Math.min(this.#keepAliveAt, this.#rereadAt);
    return this.#attempt.state.status === "pending" ? Math.min(at, this.#plan.next(this.#attempt, now)) : at;
  }

  #wake(): void {
    const now = this.#parts.runtime.now();
    if (this.#attempt.state.status === "pending") void this.#ask(now);
    if (now >= this.#keepAliveAt) {
      this.#keepAliveAt = now + this.#parts.timeouts.keepAliveSeconds * 1000;
      for (const watcher of this.#watchers) watcher.keepAlive();
      // Where a notice may get lost, this finds what it was about.
      void (this.#unsubscribe ? this.#refresh() : this.#subscribe());
    } else if (now >= this.#rereadAt) {
      this.#rereadAt = Infinity;
      void this.#refresh();
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
