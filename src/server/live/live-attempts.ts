import type { Attempt } from "../attempt/attempt.js";
import type { Attempts } from "../attempt/attempts.js";
import { openUntil } from "../attempt/deadlines.js";
import type { ApiError } from "../http/api-error.js";
import type { Report } from "../kit-events.js";
import type { Limits } from "../limits/limits.js";
import type { ClientOf } from "../limits/networks.js";
import type { Runtime } from "../runtime.js";
import type { Timeouts } from "../timeouts.js";
import { CallbackWatch } from "./callback-arrivals.js";
import { KeepAlives } from "./keep-alives.js";
import { LiveAttempt, type LiveParts, type Watcher } from "./live-attempt.js";
import type { ResultCalls } from "./result-calls.js";
import { StreamPlaces } from "./stream-places.js";

/** A browser opens its first stream at once. A stream that is opened later means that the browser came back. */
const firstVisitMs = 2000;

/** The vendor's default life of a code, until one was started. */
const defaultLifeMs = 300_000;

/** How long the calls for an attempt without watchers are remembered. */
const memoryMs = 120_000;

interface LiveAttemptsDependencies {
  attempts: Attempts;
  calls: ResultCalls;
  clientOf: ClientOf;
  runtime: Runtime;
  report: Report;
  /** When the store did not work last. */
  storeFailedAt: () => number;
}

interface LiveAttemptsOptions {
  timeouts: Timeouts;
  limits: Pick<Limits, "streamsPerAttempt" | "streamsPerBrowser" | "streamsPerNode">;
  /** `resultPolling`; infinite if it is off. */
  pollingMs: number;
  /** Whether other servers share the store. */
  isShared: boolean;
  /** The address of the callback that the Token Server is told. */
  callbackUri: string;
}

/**
 * The attempts that this server has to do with: each pending one that is watched here, or had a result call or a callback
 * lately. A status goes through here one way: from a callback, a poll or the schedule to a result call, from its answer to the
 * store, and from the store to those that watch.
 */
export class LiveAttempts {
  readonly #dependencies: LiveAttemptsDependencies;
  readonly #options: LiveAttemptsOptions;
  readonly #parts: LiveParts;
  readonly #live = new Map<string, LiveAttempt>();
  /** The life of the code that was started last. */
  #lifeMs = defaultLifeMs;
  #isClosed = false;
  #sweptAt = -Infinity;

  constructor(dependencies: LiveAttemptsDependencies, options: LiveAttemptsOptions) {
    const { attempts, calls, clientOf, runtime, report } = dependencies;
    const { timeouts, limits, callbackUri, pollingMs, isShared } = options;
    this.#dependencies = dependencies;
    this.#options = options;
    const callbacks = new CallbackWatch(
      dependencies,
      { callbackUri, isExpected: pollingMs < Infinity },
      () => {
        // The times of the next calls have changed for all.
        for (const live of [...this.#live.values()]) live.makeDueCalls();
      },
    );
    this.#parts = {
      attempts,
      calls,
      callbacks,
      keepAlives: new KeepAlives(timeouts.keepAliveSeconds * 1000, runtime),
      places: new StreamPlaces(limits, clientOf),
      maxWatchers: limits.streamsPerAttempt,
      scheduleOptions: () => ({ timeouts, pollingMs, isShared, callbacksLostSince: callbacks.lostSince }),
      runtime,
      report,
      isClosed: () => this.#isClosed,
      forget: (live, id) => {
        if (this.#live.get(id) === live) this.#live.delete(id);
      },
    };
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Streams and held polls on this server. */
  get watcherCount(): number {
    return this.#parts.places.used;
  }

  /** The error if one more watcher exceeds a limit. A watcher that replaces another of its attempt exceeds none. */
  limitError(attempt: Attempt): ApiError | undefined {
    const ofAttempt = this.#live.get(attempt.id)?.watcherCount ?? 0;
    const isReplaced = ofAttempt >= this.#options.limits.streamsPerAttempt;
    if (attempt.state.status !== "pending" || this.#isClosed || isReplaced) return undefined;
    return this.#parts.places.limitError(attempt);
  }

  /**
   * Adds a watcher; the oldest of its attempt is dismissed if they are too many. Returns the function that removes it. The
   * limits are checked here once more, because many requests at one moment pass `limitError` before the first one joins.
   */
  join(attempt: Attempt, watcher: Watcher): () => void {
    if (attempt.state.status !== "pending" || this.#isClosed) {
      watcher.show(attempt);
      watcher.dismiss("closing");
      return () => undefined;
    }
    if (this.limitError(attempt)) {
      watcher.dismiss("full");
      return () => undefined;
    }
    const isLate = this.#dependencies.runtime.now() - attempt.startedAt >= firstVisitMs;
    const isBack = isLate || this.#live.has(attempt.id);
    const live = this.#find(attempt);
    live.join(watcher, isBack);
    return () => live.leave(watcher);
  }

  /** A callback came. Resolves to the attempt of its transaction, if there is one. */
  async callback(transactionId: string): Promise<Attempt | undefined> {
    const attempt = await this.#dependencies.attempts.findByTransaction(transactionId);
    if (attempt) await this.#find(attempt).callback(transactionId);
    return attempt;
  }

  /** A code was started that expires at `endsAt`. */
  codeStarted(endsAt: number): void {
    this.#lifeMs = endsAt - this.#dependencies.runtime.now();
  }

  /** How long a callback received now stays relevant: until the end of the grace that a code started now would have. */
  callbackRelevantUntil(): number {
    return this.#dependencies.runtime.now() + this.#lifeMs + this.#options.timeouts.graceSeconds * 1000;
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
    const isOver = this.#dependencies.runtime.now() >= openUntil(attempt, this.#options.timeouts);
    if (attempt.state.status === "pending" && isOver) await this.#find(attempt).pollLast();
  }

  /**
   * Dismisses all watchers. Those that join later are shown the status and dismissed. From now on only callbacks and polls lead
   * to result calls.
   */
  close(): void {
    this.#isClosed = true;
    this.#parts.callbacks.close();
    for (const live of [...this.#live.values()]) live.close();
  }

  /** Resolves when no result call is running. */
  settled(): Promise<void> {
    return this.#dependencies.calls.settled();
  }

  #find(attempt: Attempt): LiveAttempt {
    // Another server may have noted a callback.
    this.#parts.callbacks.read(attempt);
    const known = this.#live.get(attempt.id);
    if (known) {
      known.update(attempt);
      return known;
    }
    this.#sweep();
    const live = new LiveAttempt(attempt, this.#parts);
    this.#live.set(attempt.id, live);
    return live;
  }

  /** Called when new attempts come, because a timer would keep the process from ending. */
  #sweep(): void {
    const now = this.#dependencies.runtime.now();
    if (now < this.#sweptAt + memoryMs) return;
    this.#sweptAt = now;
    for (const [id, live] of this.#live) if (live.isIdleSince(now - memoryMs)) this.#live.delete(id);
  }
}
