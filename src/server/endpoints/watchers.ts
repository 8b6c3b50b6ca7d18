import { limitExceeded, type ApiError } from "../http/api-error.js";
import type { Attempt } from "../attempt/attempt.js";
import type { Attempts } from "../attempt/attempts.js";
import type { Timeouts } from "../timeouts.js";
import type { Report } from "../kit-events.js";
import type { Limits } from "../limits/limits.js";
import type { Questions } from "../token-server/result-poller.js";
import type { Runtime } from "../runtime.js";
import { Watch } from "./attempt-watch.js";

/** Who waits for an attempt: a stream or a held poll. */
export interface Watcher {
  /** Says how the attempt is now: once at first, then after each change. */
  show(attempt: Attempt): void;
  /** Some time went by. */
  keepAlive(): void;
  /** It has to go: a newer one takes its place, or the server stops. */
  dismiss(why: "replaced" | "closing"): void;
}

/** What watching an attempt takes. */
export interface WatchParts {
  attempts: Attempts;
  questions: Questions;
  timeouts: Timeouts;
  limits: Pick<Limits, "streamsPerAttempt" | "streamsPerBrowser" | "streamsPerNode">;
  runtime: Runtime;
  report: Report;
  /** Milliseconds between two questions while somebody watches; infinite if there are none. */
  pollingMs: number;
}

/** A browser opens its stream at once when it has its first code. */
const newcomerMs = 2000;

/** When who found no room may come again. */
const retryMs = 10_000;

/** All that is being watched on this server. */
export class Watching {
  readonly #parts: WatchParts;
  readonly #watches = new Map<string, Watch>();
  /** The attempts that were visited within their first moments. */
  readonly #newcomers = new Map<string, number>();
  #closed = false;
  #watchers = 0;
  readonly #perBrowser = new Map<string, number>();

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Whether it was told to close. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** How many wait on this server. */
  get watchers(): number {
    return this.#watchers;
  }

  /** The error of one more watcher that exceeds a limit. One that replaces another of the same attempt exceeds none. */
  limitError({ id, browser, state }: Attempt): ApiError | undefined {
    const { limits } = this.#parts;
    const ofAttempt = this.#watches.get(id)?.size ?? 0;
    if (state.status !== "pending" || this.#closed || ofAttempt >= limits.streamsPerAttempt) return undefined;
    if (limits.streamsPerNode !== false && this.#watchers >= limits.streamsPerNode) {
      return limitExceeded(
        "streamsPerNode",
        "temporarily_unavailable",
        "This server has no room left.",
        retryMs,
      );
    }
    if (
      limits.streamsPerBrowser !== false &&
      (this.#perBrowser.get(browser) ?? 0) >= limits.streamsPerBrowser
    ) {
      return limitExceeded(
        "streamsPerBrowser",
        "too_many_requests",
        "This browser has too many streams.",
        retryMs,
      );
    }
    return undefined;
  }

  /** Lets a watcher wait for an attempt. Returns the function by which it leaves. */
  join(attempt: Attempt, watcher: Watcher): () => void {
    if (attempt.state.status !== "pending" || this.#closed) {
      watcher.show(attempt);
      watcher.dismiss("closing");
      return () => undefined;
    }
    const watch = this.#watches.get(attempt.id) ?? this.#begin(attempt);
    watch.add(watcher);
    if (this.visit(attempt)) watch.askSoon();
    return () => watch.remove(watcher);
  }

  isWatched(attemptId: string): boolean {
    return this.#watches.has(attemptId);
  }

  /** Sends everybody away. Who comes later is told the status and sent away too. */
  close(): void {
    this.#closed = true;
    for (const watch of this.#watches.values()) watch.close();
  }

  #begin(attempt: Attempt): Watch {
    const watch = new Watch(attempt, this.#parts, this);
    this.#watches.set(attempt.id, watch);
    return watch;
  }

  /** A watch ended. */
  ended({ id }: Attempt): void {
    this.#watches.delete(id);
  }

  /** So many more watchers of an attempt, or fewer. */
  counted({ browser }: Attempt, change: number): void {
    this.#watchers += change;
    const count = (this.#perBrowser.get(browser) ?? 0) + change;
    if (count > 0) this.#perBrowser.set(browser, count);
    else this.#perBrowser.delete(browser);
  }

  /** Notes that an attempt's browser is here; whether it came back. At first, in an attempt's first moments, it did not. */
  visit({ id, startedAt }: Attempt): boolean {
    const now = this.#parts.runtime.now();
    for (const [newcomer, at] of this.#newcomers) {
      if (now - at < newcomerMs) break;
      this.#newcomers.delete(newcomer);
    }
    if (now - startedAt >= newcomerMs || this.#newcomers.has(id)) return true;
    this.#newcomers.set(id, startedAt);
    return false;
  }
}
