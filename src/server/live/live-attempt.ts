import type { Attempt } from "../store/attempt.js";
import { scannedUntil } from "../attempt/deadlines.js";
import { change, type Change } from "../attempt/transitions.js";
import type { Core } from "../core.js";
import { randomShare } from "../runtime.js";
import { AttemptReader, type AttemptReading } from "./attempt-reader.js";
import type { CallbackWatch } from "./callback-arrivals.js";
import type { KeepAliveTimer } from "./keep-alive-timer.js";
import type { Asked, ResultCalls } from "./result-calls.js";
import {
  callBegan,
  callEnded,
  callbackAt,
  callbackReceived,
  gapEnded,
  isAnsweredSince,
  lastCalls,
  noCalls,
  pollDue,
  schedule,
  unwatched,
  watched,
  type CallHistory,
  type CallOutcome,
  type ScheduleOptions,
} from "./result-schedule.js";
import { gapSpreadMs } from "./store-gap.js";
import type { StreamPlaces } from "./stream-places.js";

/** A stream or a held poll, which waits for changes of an attempt. */
export interface Watcher {
  /** Called with the attempt when it joins and after each change, sometimes also without a change. */
  show(attempt: Attempt): void;
  keepAlive(): void;
  /** Ends the watcher: a newer one takes its place, others have taken the last places, or the server closes. */
  dismiss(why: "replaced" | "full" | "closing"): void;
}

/** What all live attempts of a kit share. */
export interface LiveSurroundings {
  core: Core;
  calls: ResultCalls;
  callbacks: CallbackWatch;
  keepAliveTimer: KeepAliveTimer;
  places: StreamPlaces;
  schedule: ScheduleOptions;
  /** Whether the kit is closed: then calls have no timers. */
  isClosed: boolean;
  /** Drops an attempt to which nothing more can happen. */
  forget: (live: LiveAttempt, id: string) => void;
}

/** Those that watch an attempt, and its reader. */
interface Watch {
  /** The oldest first. Made by `concat`: an array that grows, also by a spread, reserves room for sixteen more. */
  watchers: readonly Watcher[];
  readonly reader: AttemptReader;
}

/** One attempt on this server: its watchers, its result calls so far, and one timer for both. */
export class LiveAttempt implements AttemptReading {
  readonly #shared: LiveSurroundings;
  #attempt: Attempt;
  #history: CallHistory;
  /** Undefined while nobody watches. */
  #watch: Watch | undefined;
  #timerAt = Infinity;
  #cancelTimer: (() => void) | undefined;

  constructor(attempt: Attempt, shared: LiveSurroundings) {
    this.#attempt = attempt;
    this.#shared = shared;
    this.#history = noCalls(shared.core.runtime.now());
  }

  get watcherCount(): number {
    return this.#watch?.watchers.length ?? 0;
  }

  /** Whether nobody watches, and nothing has happened since. */
  isIdleSince(since: number): boolean {
    return !this.#watch && this.#history.calledUntil < since;
  }

  /** Whether nobody watches, and no callback came. */
  get isUnheard(): boolean {
    return !this.#watch && this.#history.transactions.every(({ callback }) => !callback);
  }

  /** The attempt was read. */
  update(attempt: Attempt): void {
    if (attempt.version > this.#attempt.version) this.#attempt = attempt;
  }

  read(attempt: Attempt, lostAt: number | undefined): void {
    this.#shared.callbacks.read(attempt);
    this.update(attempt);
    if (lostAt !== undefined) {
      // Callbacks may have been lost.
      const endedAt = this.#shared.core.runtime.now();
      const callAt = endedAt + randomShare(this.#shared.core.runtime) * gapSpreadMs;
      const codes = this.#attempt.transactions.length;
      this.#history = gapEnded(this.#history, { endedAt, callAt, codes }, lostAt);
    }
    this.#show();
    this.makeDueCalls();
  }

  gone(): void {
    const watchers = this.#watch?.watchers ?? [];
    this.#endWatch();
    for (const watcher of watchers) watcher.dismiss("closing");
  }

  unreadable(): void {
    this.makeDueCalls();
  }

  /** @param isBack whether the browser was here before */
  join(watcher: Watcher, isBack: boolean): void {
    const { core, keepAliveTimer, places } = this.#shared;
    const { config, runtime } = core;
    const before = this.#watch;
    const watch = (this.#watch ??= {
      watchers: [],
      reader: new AttemptReader(this.#attempt, core, this),
    });
    if (!before) keepAliveTimer.add(this);
    watch.watchers = watch.watchers.concat([watcher]);
    places.add(this.#attempt, 1);
    const [oldest] = watch.watchers;
    if (oldest && watch.watchers.length > config.limits.streamsPerAttempt) {
      this.leave(oldest);
      oldest.dismiss("replaced");
    }
    this.#history = watched(this.#history, isBack, runtime.now(), config.resultPollingMs);
    this.makeDueCalls();
    void (before ? watch.reader.refresh() : watch.reader.subscribe());
  }

  leave(watcher: Watcher): void {
    const watch = this.#watch;
    if (!watch?.watchers.includes(watcher)) return;
    watch.watchers = watch.watchers.filter((other) => other !== watcher);
    this.#shared.places.add(this.#attempt, -1);
    if (watch.watchers.length === 0) this.#endWatch();
  }

  keepAlive(): void {
    const watch = this.#watch;
    if (!watch) return;
    for (const watcher of watch.watchers) watcher.keepAlive();
    // If the store's notice of a change got lost, this finds the change.
    void watch.reader.subscribe();
  }

  /** A callback came for one of its transactions. */
  async callback(transactionId: string): Promise<void> {
    this.#history = callbackReceived(this.#history, transactionId, this.#shared.core.runtime.now());
    this.makeDueCalls();
    await this.#noteCallback(transactionId);
  }

  async poll(): Promise<void> {
    const { calls, core } = this.#shared;
    const due = pollDue(this.#attempt, this.#history, core.runtime.now(), core.config.timeouts);
    if (due.isLast) return this.pollLast();
    await Promise.all(
      due.calls.map(async (id) => {
        if (calls.take("poll", this.#attempt)) await this.#call(id, true);
      }),
    );
  }

  /** The last calls of an attempt whose time is over. */
  async pollLast(): Promise<void> {
    const { config, runtime } = this.#shared.core;
    const now = runtime.now();
    const calls = lastCalls(this.#attempt, this.#history, config.timeouts);
    await Promise.all(calls.map((id) => this.#call(id)));
    const isAnswered = calls.every((id) => isAnsweredSince(this.#history, id, now));
    await this.#change({ kind: isAnswered ? "time_over" : "silence", at: runtime.now() });
    this.makeDueCalls();
  }

  /**
   * The last calls of an attempt that nobody watches. Only what they find is written: without it the store forgets the attempt.
   *
   * @returns false if there was no quota for some
   */
  async callLast(): Promise<boolean> {
    const { calls, core } = this.#shared;
    const ids = lastCalls(this.#attempt, this.#history, core.config.timeouts);
    const allowed = ids.filter(() => calls.take("last", this.#attempt));
    await Promise.all(allowed.map((id) => this.#call(id, true)));
    return allowed.length === ids.length;
  }

  /** Dismisses the watchers, and sets no timer any more. */
  close(): void {
    this.gone();
    this.#setTimer(Infinity);
  }

  /** Makes the calls that the schedule says are due, and sets the timer for the next. */
  makeDueCalls(): void {
    const { calls, isLast, nextAt, history } = schedule(
      this.#attempt,
      this.#history,
      this.#shared.core.runtime.now(),
      this.#shared.schedule,
    );
    this.#history = history;
    this.#setTimer(nextAt);
    for (const id of calls) void this.#call(id);
    if (isLast) this.pollLast().catch((error: unknown) => this.#reportError(error));
    if (this.#attempt.state.status !== "pending" && !this.#watch) this.#shared.forget(this, this.#attempt.id);
  }

  /** @param callAt when it has its next call */
  #setTimer(callAt: number): void {
    const { runtime } = this.#shared.core;
    const at = this.#shared.isClosed ? Infinity : Math.min(callAt, this.#watch?.reader.readAt ?? Infinity);
    if (at === this.#timerAt) return;
    this.#cancelTimer?.();
    this.#timerAt = at;
    this.#cancelTimer =
      at === Infinity ? undefined : runtime.after(Math.max(0, at - runtime.now()), () => this.#wake());
  }

  #wake(): void {
    this.#timerAt = Infinity;
    const reader = this.#watch?.reader;
    if (reader && reader.readAt <= this.#shared.core.runtime.now()) void reader.refresh();
    this.makeDueCalls();
  }

  /** Makes a result call for a transaction, or joins the running one. Never rejects. */
  #call(transactionId: string, hasQuota = false): Promise<void> {
    const { calls, core } = this.#shared;
    const call = async (): Promise<CallOutcome> => {
      this.#history = callBegan(this.#history, transactionId, core.runtime.now());
      let outcome: CallOutcome = "lost";
      try {
        const asked = await calls.ask(this.#attempt, transactionId, hasQuota);
        await this.#apply(asked);
        // Not before: an answer that could not be stored is lost.
        ({ outcome } = asked);
        if (outcome !== "lost") await this.#noteCallback(transactionId);
      } catch (error) {
        this.#reportError(error);
      }
      return outcome;
    };
    return calls.once(transactionId, call, (outcome) => {
      this.#history = callEnded(this.#history, transactionId, outcome, core.runtime.now());
      this.makeDueCalls();
    });
  }

  /** Writes what a result call found to the attempt. */
  async #apply({ change: found, closed }: Asked): Promise<void> {
    if (!found) return;
    const { callbacks, core } = this.#shared;
    const calledBackAt = callbackAt(this.#history, found.id);
    const isChanged = await this.#change({ ...found, ...(calledBackAt !== undefined && { calledBackAt }) });
    if (!isChanged) return;
    const { id, address, startedAt } = this.#attempt;
    if (closed) {
      core.report({
        type: "transaction_failed",
        level: "warn",
        attempt: id,
        transaction: found.id,
        ...(address !== undefined && { address }),
        ...closed,
        durationMs: found.at - startedAt,
      });
    } else if (calledBackAt === undefined && !this.#shared.isClosed) {
      // The callback of a code that ended without an answer is not documented: it is not waited for.
      callbacks.foundByAsking(this.#attempt, found.id);
    }
  }

  /**
   * Once a transaction has a result, its attempt notes that the callback came, because the server that found the result by
   * asking may be another one. Mostly the result was written with it.
   */
  async #noteCallback(transactionId: string): Promise<void> {
    const at = callbackAt(this.#history, transactionId);
    const { state, transactions } = this.#attempt;
    const transaction = transactions.find(({ id }) => id === transactionId);
    const hasResult = state.status !== "pending" || transaction?.closed === true;
    if (at === undefined || !hasResult) return;
    this.#shared.callbacks.arrived(at);
    if (transaction && transaction.calledBackAt === undefined)
      await this.#change({ kind: "called_back", id: transactionId, at });
  }

  /** Changes the attempt in the store, and shows what it is then. */
  async #change(happened: Change): Promise<boolean> {
    const write = async (): Promise<boolean> => {
      const updated = await this.#shared.core.attempts.update(this.#attempt, change, happened);
      if (!updated) return false;
      this.update(updated.attempt);
      this.#show();
      return updated.outcome === "changed";
    };
    return this.#watch ? this.#watch.reader.whileWriting(write) : write();
  }

  #show(): void {
    const watch = this.#watch;
    if (!watch) return;
    for (const watcher of watch.watchers) watcher.show(this.#attempt);
    // All watchers have received the final status.
    if (this.#attempt.state.status !== "pending") return this.#endWatch();
    // When the scanned code ends, the page needs a code again.
    const scanEndsAt = scannedUntil(this.#attempt, this.#shared.core.runtime.now());
    if (scanEndsAt > 0) watch.reader.readAgainAt(scanEndsAt);
  }

  #endWatch(): void {
    const watch = this.#watch;
    if (!watch) return;
    this.#watch = undefined;
    this.#shared.places.add(this.#attempt, -watch.watchers.length);
    this.#shared.keepAliveTimer.delete(this);
    watch.reader.end();
    this.#history = unwatched(this.#history);
    this.makeDueCalls();
  }

  #reportError(error: unknown): void {
    const operation = "polling a result";
    this.#shared.core.report({ type: "internal_error", level: "error", operation, error });
  }
}
