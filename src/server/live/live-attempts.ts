import type { Attempt } from "../store/attempt.js";
import { openUntil } from "../attempt/deadlines.js";
import type { Core } from "../core.js";
import type { ApiError } from "../http/api-error.js";
import type { StoreGuard } from "../store/store-guard.js";
import { CallbackWatch } from "./callback-arrivals.js";
import { KeepAliveTimer } from "./keep-alive-timer.js";
import { LiveAttempt, type LiveSurroundings, type Watcher } from "./live-attempt.js";
import type { ResultCalls } from "./result-calls.js";
import { StreamPlaces } from "./stream-places.js";

/** A browser opens its first stream at once. A stream that is opened later means that the browser came back. */
const firstVisitMs = 2000;

/** The vendor's default life of a code, assumed until one has been started. */
const defaultLifeMs = 300_000;

/** How long the calls for an attempt without watchers are remembered. */
const memoryMs = 120_000;

/**
 * The attempts that concern this server: each pending one that is watched here, or recently had a result call or a callback. A
 * status goes through here one way: from a callback, a poll or the schedule to a result call, from its answer to the store, and
 * from the store to those that watch.
 */
export class LiveAttempts {
  readonly #core: Core;
  readonly #shared: LiveSurroundings;
  readonly #live = new Map<string, LiveAttempt>();
  /** The life of the code that was started last. */
  #lifeMs = defaultLifeMs;
  #sweptAt = -Infinity;

  constructor(core: Core, calls: ResultCalls, store: StoreGuard) {
    this.#core = core;
    const { config, runtime } = core;
    const { timeouts } = config;
    const callbacks = new CallbackWatch(core, store, () => {
      // The times of the next calls have changed for all.
      for (const live of [...this.#live.values()]) live.makeDueCalls();
    });
    this.#shared = {
      core,
      calls,
      callbacks,
      keepAliveTimer: new KeepAliveTimer(timeouts.keepAliveSeconds * 1000, runtime),
      places: new StreamPlaces(config),
      schedule: {
        timeouts,
        pollingMs: config.resultPollingMs,
        isShared: store.isShared,
        get callbacksLostSince() {
          return callbacks.lostSince;
        },
      },
      isClosed: false,
      forget: (live, id) => {
        if (this.#live.get(id) === live) this.#live.delete(id);
      },
    };
  }

  get isClosed(): boolean {
    return this.#shared.isClosed;
  }

  /** Streams and held polls on this server. */
  get watcherCount(): number {
    return this.#shared.places.used;
  }

  /** The error if one more watcher exceeds a limit. A watcher that replaces another of its attempt exceeds none. */
  limitError(attempt: Attempt): ApiError | undefined {
    const ofAttempt = this.#live.get(attempt.id)?.watcherCount ?? 0;
    const isReplaced = ofAttempt >= this.#core.config.limits.streamsPerAttempt;
    if (attempt.state.status !== "pending" || this.#shared.isClosed || isReplaced) return undefined;
    return this.#shared.places.limitError(attempt);
  }

  /**
   * Adds a watcher; the oldest of its attempt is dismissed if there are too many. Returns the function that removes it. The
   * limits are checked here once more, because many requests at one moment pass `limitError` before the first one joins.
   */
  join(attempt: Attempt, watcher: Watcher): () => void {
    if (attempt.state.status !== "pending" || this.#shared.isClosed) {
      watcher.show(attempt);
      watcher.dismiss("closing");
      return () => undefined;
    }
    if (this.limitError(attempt)) {
      watcher.dismiss("full");
      return () => undefined;
    }
    const isLate = this.#core.runtime.now() - attempt.startedAt >= firstVisitMs;
    const isBack = isLate || this.#live.has(attempt.id);
    const live = this.#find(attempt);
    live.join(watcher, isBack);
    return () => live.leave(watcher);
  }

  /** A callback came. Resolves to the attempt of its transaction, if there is one. */
  async callback(transactionId: string): Promise<Attempt | undefined> {
    const attempt = await this.#core.attempts.findByTransaction(transactionId);
    if (attempt) await this.#find(attempt).callback(transactionId);
    return attempt;
  }

  /** A code was started that expires at `endsAt`. */
  codeStarted(endsAt: number): void {
    this.#lifeMs = endsAt - this.#core.runtime.now();
  }

  /** How long a callback received now stays relevant: until the end of the grace that a code started now would have. */
  callbackRelevantUntil(): number {
    return this.#core.runtime.now() + this.#lifeMs + this.#core.config.timeouts.graceSeconds * 1000;
  }

  /** A browser polls. This leads to result calls, at most every two seconds. */
  poll(attempt: Attempt): Promise<void> {
    return this.#find(attempt).poll();
  }

  /**
   * Makes the last result calls for an attempt whose time is over, before it is `expired`. If they have no answer, the
   * attempt stays `pending`, and is `failed` when the silence has lasted long enough.
   */
  async pollLast(attempt: Attempt): Promise<void> {
    const isOver = this.#core.runtime.now() >= openUntil(attempt, this.#core.config.timeouts);
    if (attempt.state.status === "pending" && isOver) await this.#find(attempt).pollLast();
  }

  /**
   * Makes the last calls for an attempt whose time is over, unless it is watched here: then it has them by its schedule.
   *
   * @returns false if there was no quota for some
   */
  async callLast(attempt: Attempt): Promise<boolean> {
    const isNew = !this.#live.has(attempt.id);
    const live = this.#find(attempt);
    if (live.watcherCount > 0) return true;
    const isDone = await live.callLast();
    if (isNew && live.isUnheard) this.#live.delete(attempt.id);
    return isDone;
  }

  /**
   * Dismisses all watchers. Those that join later are shown the status and dismissed. From now on only callbacks and polls lead
   * to result calls.
   */
  close(): void {
    this.#shared.isClosed = true;
    this.#shared.callbacks.close();
    for (const live of [...this.#live.values()]) live.close();
  }

  #find(attempt: Attempt): LiveAttempt {
    // Another server may have noted a callback.
    this.#shared.callbacks.read(attempt);
    const present = this.#live.get(attempt.id);
    if (present) {
      present.update(attempt);
      return present;
    }
    this.#sweep();
    const live = new LiveAttempt(attempt, this.#shared);
    this.#live.set(attempt.id, live);
    return live;
  }

  /** Called when new attempts come, because a timer would keep the process from ending. */
  #sweep(): void {
    const now = this.#core.runtime.now();
    if (now < this.#sweptAt + memoryMs) return;
    this.#sweptAt = now;
    for (const [id, live] of this.#live) if (live.isIdleSince(now - memoryMs)) this.#live.delete(id);
  }
}
