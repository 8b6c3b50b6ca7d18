import type { Attempt } from "../attempt/attempt.js";
import type { Attempts } from "../attempt/attempts.js";
import { scannedUntil } from "../attempt/deadlines.js";
import { limitExceeded, type ApiError } from "../http/api-error.js";
import type { Report } from "../kit-events.js";
import type { Limits } from "../limits/limits.js";
import type { ClientOf } from "../limits/networks.js";
import { addTo, Shares } from "../limits/shares.js";
import type { Runtime } from "../runtime.js";
import type { Timeouts } from "../timeouts.js";
import type { ResultPoller } from "./result-poller.js";

/** A stream or a held poll, which waits for changes of an attempt. */
export interface Watcher {
  /** Called with the attempt at first and after each change, sometimes without one. */
  show(attempt: Attempt): void;
  keepAlive(): void;
  /** Ends it: a newer one takes its place, others have taken the last places, or the server closes. */
  dismiss(why: "replaced" | "full" | "closing"): void;
}

interface WatchersDependencies {
  attempts: Attempts;
  poller: ResultPoller;
  timeouts: Timeouts;
  limits: Pick<Limits, "streamsPerAttempt" | "streamsPerBrowser" | "streamsPerNode">;
  clientOf: ClientOf;
  runtime: Runtime;
  report: Report;
}

/** An attempt that is watched on this server. There are many: it is kept small. */
interface Watch {
  attempt: Attempt;
  /** The oldest first. Made by `concat`: an array that grows, also by a spread, reserves room for sixteen more. */
  watchers: readonly Watcher[];
  unsubscribe: (() => void) | undefined;
  reading: "no" | "yes" | "once more";
  /** When the store did not work since the last reading, so that callbacks may have been lost; undefined if it did. */
  lostAt: number | undefined;
  keepAliveAt: number;
  /** The wait before the next try to read an attempt that could not be read. */
  rereadMs: number;
  cancelReread: (() => void) | undefined;
}

const minRereadMs = 1000;
const maxRereadMs = 3000;

/** The time of the next try for a stream above a limit: `Retry-After`, and `retry:` if the stream has begun. */
export const retryAfterMs = 10_000;

/** The streams and held polls of this server. Reads an attempt again when it changes, and shows it to its watchers. */
export class Watchers {
  readonly #dependencies: WatchersDependencies;
  /** By the attempts' ids, in the order of their next keep-alives. */
  readonly #watches = new Map<string, Watch>();
  readonly #perBrowser = new Map<string, number>();
  readonly #places = new Shares();
  #isClosed = false;
  #cancelKeepAlive: (() => void) | undefined;

  constructor(dependencies: WatchersDependencies) {
    this.#dependencies = dependencies;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get count(): number {
    return this.#places.used;
  }

  /** The error if one more watcher exceeds a limit. A watcher that replaces another of its attempt exceeds none. */
  limitError({ id, browser, address, state }: Attempt): ApiError | undefined {
    const { streamsPerAttempt, streamsPerBrowser, streamsPerNode } = this.#dependencies.limits;
    const ofAttempt = this.#watches.get(id)?.watchers.length ?? 0;
    if (state.status !== "pending" || this.#isClosed || ofAttempt >= streamsPerAttempt) return undefined;
    const client = this.#dependencies.clientOf(address);
    if (streamsPerNode !== false && this.#places.isUsedUp(streamsPerNode, client)) {
      const text = "This server has no room left.";
      return limitExceeded("streamsPerNode", "temporarily_unavailable", text, retryAfterMs);
    }
    if (streamsPerBrowser !== false && (this.#perBrowser.get(browser) ?? 0) >= streamsPerBrowser) {
      const text = "This browser has too many streams.";
      return limitExceeded("streamsPerBrowser", "too_many_requests", text, retryAfterMs);
    }
    return undefined;
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
    const known = this.#watches.get(attempt.id);
    const watch = known ?? this.#begin(attempt);
    watch.watchers = watch.watchers.concat([watcher]);
    this.#counted(attempt, 1);
    const [oldest] = watch.watchers;
    if (oldest && watch.watchers.length > this.#dependencies.limits.streamsPerAttempt) {
      this.#leave(watch, oldest);
      oldest.dismiss("replaced");
    }
    this.#dependencies.poller.watch(attempt);
    void (known ? this.#refresh(watch) : this.#subscribe(watch));
    return () => this.#leave(watch, watcher);
  }

  /** Dismisses everybody. Those that join later are shown the status and dismissed. */
  close(): void {
    this.#isClosed = true;
    for (const watch of this.#watches.values()) this.#dismissAll(watch);
  }

  #begin(attempt: Attempt): Watch {
    const watch: Watch = {
      attempt,
      watchers: [],
      unsubscribe: undefined,
      reading: "no",
      lostAt: undefined,
      keepAliveAt: this.#dependencies.runtime.now() + this.#keepAliveMs,
      rereadMs: minRereadMs,
      cancelReread: undefined,
    };
    this.#watches.set(attempt.id, watch);
    if (!this.#cancelKeepAlive) this.#setKeepAlive();
    return watch;
  }

  #leave(watch: Watch, watcher: Watcher): void {
    if (!watch.watchers.includes(watcher)) return;
    watch.watchers = watch.watchers.filter((other) => other !== watcher);
    this.#counted(watch.attempt, -1);
    if (watch.watchers.length === 0) this.#end(watch);
  }

  #dismissAll(watch: Watch): void {
    const { watchers } = watch;
    this.#end(watch);
    for (const watcher of watchers) watcher.dismiss("closing");
  }

  #end(watch: Watch): void {
    if (!this.#isWatched(watch)) return;
    this.#counted(watch.attempt, -watch.watchers.length);
    watch.watchers = [];
    watch.cancelReread?.();
    watch.unsubscribe?.();
    this.#watches.delete(watch.attempt.id);
    this.#dependencies.poller.unwatch(watch.attempt.id);
    if (this.#watches.size === 0) this.#setKeepAlive();
  }

  #isWatched(watch: Watch): boolean {
    return this.#watches.get(watch.attempt.id) === watch;
  }

  #counted({ browser, address }: Attempt, change: number): void {
    addTo(this.#perBrowser, browser, change);
    this.#places.add(this.#dependencies.clientOf(address), change);
  }

  /** Subscribes first and reads second, so that no change is missed. */
  async #subscribe(watch: Watch): Promise<void> {
    try {
      const unsubscribe = await this.#dependencies.attempts.subscribe(watch.attempt.id, (notice, lostAt) => {
        if (notice === "gap") this.#lost(watch, lostAt);
        void this.#refresh(watch);
      });
      if (!this.#isWatched(watch)) return unsubscribe();
      watch.unsubscribe = unsubscribe;
    } catch (error) {
      // The next keep-alive tries again.
      this.#lost(watch);
      this.#reportError("subscribing to an attempt", error);
    }
    await this.#refresh(watch);
  }

  /** Reads the attempt and shows it. A call while it is being read leads to one more reading. */
  async #refresh(watch: Watch): Promise<void> {
    if (watch.reading !== "no") {
      watch.reading = "once more";
      return;
    }
    while (this.#isWatched(watch)) {
      watch.reading = "yes";
      await this.#readAndShow(watch);
      if (!mustReadAgain(watch)) break;
    }
    watch.reading = "no";
  }

  async #readAndShow(watch: Watch): Promise<void> {
    watch.cancelReread?.();
    try {
      const attempt = await this.#dependencies.attempts.get(watch.attempt.id, watch.attempt.browser);
      if (!this.#isWatched(watch)) return;
      watch.rereadMs = minRereadMs;
      if (!attempt) return this.#dismissAll(watch);
      watch.attempt = attempt;
      if (watch.lostAt === undefined) this.#dependencies.poller.update(attempt);
      else this.#dependencies.poller.gapEnded(attempt, watch.lostAt);
      watch.lostAt = undefined;
      for (const watcher of watch.watchers) watcher.show(attempt);
      // All watchers have received the final status.
      if (attempt.state.status !== "pending") return this.#end(watch);
      // When the scanned code is over, the watchers must hear that the page needs a code again.
      const now = this.#dependencies.runtime.now();
      const scanEndsAt = scannedUntil(attempt, now);
      if (scanEndsAt > 0 && this.#isWatched(watch)) this.#readAgainAfter(watch, scanEndsAt - now);
    } catch (error) {
      this.#reportError("reading an attempt", error);
      if (!this.#isWatched(watch)) return;
      this.#lost(watch);
      this.#readAgainAfter(watch, watch.rereadMs);
      watch.rereadMs = Math.min(2 * watch.rereadMs, maxRereadMs);
    }
  }

  #lost(watch: Watch, at = this.#dependencies.runtime.now()): void {
    watch.lostAt = Math.max(at, watch.lostAt ?? at);
  }

  #readAgainAfter(watch: Watch, delayMs: number): void {
    watch.cancelReread = this.#dependencies.runtime.after(delayMs, () => void this.#refresh(watch));
  }

  get #keepAliveMs(): number {
    return this.#dependencies.timeouts.keepAliveSeconds * 1000;
  }

  /** One timer for all watches, set to the first keep-alive. */
  #setKeepAlive(): void {
    const { runtime } = this.#dependencies;
    this.#cancelKeepAlive?.();
    const [first] = this.#watches.values();
    this.#cancelKeepAlive =
      first && runtime.after(Math.max(0, first.keepAliveAt - runtime.now()), () => this.#keepAlive());
  }

  #keepAlive(): void {
    const now = this.#dependencies.runtime.now();
    for (const [id, watch] of this.#watches) {
      if (watch.keepAliveAt > now) break;
      watch.keepAliveAt = now + this.#keepAliveMs;
      this.#watches.delete(id);
      this.#watches.set(id, watch);
      for (const watcher of watch.watchers) watcher.keepAlive();
      // If the store's notice of a change got lost, this finds the change.
      void (watch.unsubscribe ? this.#refresh(watch) : this.#subscribe(watch));
    }
    this.#setKeepAlive();
  }

  #reportError(doing: string, error: unknown): void {
    this.#dependencies.report({ type: "internal_error", level: "error", doing, error });
  }
}

const mustReadAgain = ({ reading }: Watch): boolean => reading === "once more";
