import type { Attempt } from "../store/attempt.js";
import { openUntil, scansIn } from "../attempt/deadlines.js";
import type { Core } from "../core.js";
import { memoryLimiter } from "../limits/rate-limiter.js";
import type { Place, WaitingPlaces } from "./waiting-places.js";
import type { LiveAttempts } from "./live-attempts.js";

/** An unscanned attempt that this process began. */
interface Waiting {
  readonly place: Place;
  /** The end of its grace, as far as this process knows. */
  endsAt: number;
  isScanned: boolean;
}

/** The last call comes this long after the grace: a process that watches the attempt has written its end by then. */
const lastCallAfterMs = 1000;

/** How many attempts have their last call at the same time. More would delay other work. */
const maxAtOnce = 50;

/** One user's scans free this many places. An attacker's own app could free any number. */
const scansPerUser = { name: "scans", count: 20, seconds: 3600 };

/**
 * The unscanned attempts that this process began: they are counted against `limits.waiting`, until this process learns that one
 * was scanned or has ended, or until its time is over. Then one that nobody watches has a last call, because its callback may
 * have been lost. One timer for all.
 */
export class WaitingAttempts {
  readonly #core: Core;
  readonly #live: LiveAttempts;
  readonly #places: WaitingPlaces;
  readonly #scans = memoryLimiter(scansPerUser);
  readonly #waiting = new Map<string, Waiting>();
  /** The attempts by the second in which they are looked at. One that has ended or was moved is still there. */
  readonly #bySecond = new Map<number, string[]>();
  /** Those whose time is over, which wait for their last call. */
  #over: string[] = [];
  #running = 0;
  #timerAt = Infinity;
  #cancelTimer: (() => void) | undefined;
  #isClosed = false;

  constructor(core: Core, live: LiveAttempts, places: WaitingPlaces) {
    this.#core = core;
    this.#live = live;
    this.#places = places;
  }

  /** @param place the one that was taken for it */
  begun(attempt: Attempt, place: Place): void {
    const endsAt = openUntil(attempt, this.#core.config.timeouts);
    this.#waiting.set(attempt.id, { place, endsAt, isScanned: false });
    this.#lookAt(attempt.id, endsAt);
  }

  /** An attempt was read or written. */
  seen(attempt: Attempt): void {
    const waiting = this.#waiting.get(attempt.id);
    if (!waiting) return;
    const { state } = attempt;
    switch (state.status) {
      case "pending": {
        const [scan] = scansIn(attempt);
        if (scan) this.#scanned(attempt.id, waiting, scan.userId ?? "");
        const endsAt = openUntil(attempt, this.#core.config.timeouts);
        if (endsAt !== waiting.endsAt) this.#lookAt(attempt.id, endsAt);
        waiting.endsAt = endsAt;
        return;
      }
      case "approved":
      case "completed":
        // An attacker's own app can accept any number of codes, and what it accepted is in the store for some minutes.
        return this.#scanned(attempt.id, waiting, state.userId);
      case "denied":
        // Nobody knows of which user.
        return;
      case "expired":
      case "failed":
        return this.#end(attempt.id);
      default:
        return state satisfies never;
    }
  }

  /** From now on there are no last calls. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTimer?.();
  }

  #scanned(id: string, waiting: Waiting, userId: string): void {
    if (waiting.isScanned) return;
    waiting.isScanned = true;
    void this.#scans.count(userId).then(({ allowed }) => {
      if (allowed) this.#end(id);
    });
  }

  #end(id: string): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    this.#places.free(waiting.place);
  }

  #lookAt(id: string, at: number): void {
    const second = Math.ceil((at + lastCallAfterMs) / 1000);
    const ids = this.#bySecond.get(second);
    if (ids) ids.push(id);
    else this.#bySecond.set(second, [id]);
    if (second * 1000 < this.#timerAt) this.#setTimer(second * 1000);
  }

  #setTimer(at: number): void {
    this.#cancelTimer?.();
    this.#timerAt = at;
    if (this.#isClosed || at === Infinity) return;
    const { runtime } = this.#core;
    this.#cancelTimer = runtime.after(Math.max(0, at - runtime.now()), () => this.#wake(), "background");
  }

  #wake(): void {
    const now = this.#core.runtime.now();
    let next = Infinity;
    for (const [second, ids] of this.#bySecond) {
      if (second * 1000 > now) {
        next = Math.min(next, second * 1000);
      } else {
        this.#bySecond.delete(second);
        this.#over = this.#over.concat(ids);
      }
    }
    this.#setTimer(next);
    while (this.#running < maxAtOnce && this.#over.length > 0) void this.#callAll();
  }

  /** Makes the last calls of those whose time is over, one after the other. */
  async #callAll(): Promise<void> {
    this.#running += 1;
    for (let id = this.#over.shift(); id !== undefined; id = this.#over.shift()) await this.#callLast(id);
    this.#running -= 1;
  }

  /** Never rejects. */
  async #callLast(id: string): Promise<void> {
    const { attempts, report, runtime } = this.#core;
    const isOver = (): boolean => (this.#waiting.get(id)?.endsAt ?? Infinity) <= runtime.now();
    if (!isOver() || this.#isClosed) return;
    try {
      // Another process may have renewed it, or written its end: then `seen` has moved it or ended it.
      const attempt = await attempts.read(id);
      const isDue = attempt && isOver() && scansIn(attempt).length === 0;
      // Without quota it is tried again, until the store has forgotten it.
      if (isDue && !(await this.#live.callLast(attempt))) return this.#lookAt(id, runtime.now());
    } catch (error) {
      report({ type: "internal_error", level: "error", operation: "polling a result", error });
    }
    if (isOver()) this.#end(id);
  }
}
