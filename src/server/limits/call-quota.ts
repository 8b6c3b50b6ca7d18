import type { Rate } from "../defaults/limits.js";
import type { Client } from "./networks.js";
import { addTo, UsageByClient } from "./usage-by-client.js";
import type { Runtime } from "../runtime.js";

/**
 * The purpose of a call to the Token Server. `poll`: a result call for a browser's poll; `last`: the last one of an attempt that
 * nobody watches; `result`: any other result call.
 */
type Purpose = "start" | "renewal" | "poll" | "last" | "result";

/** A time in which the calls for one purpose are counted. It begins with the first call. */
interface Period {
  readonly endsAt: number;
  readonly calls: UsageByClient;
}

/**
 * Limits the calls to the Token Server, separately for each purpose, so that endless renewals or polls block neither new
 * logins nor the results of others. Calls are also counted for the client whose attempt it is, if clients can be told apart:
 * one client gets no more than its share, so that it cannot delay the others.
 */
export class CallQuota {
  readonly #rate: Rate | false;
  readonly #runtime: Runtime;
  readonly #periods = new Map<Purpose, Period>();
  /** How many calls of each client's network are waiting. */
  readonly #waiting = new Map<string | undefined, number>();

  constructor(rate: Rate | false, runtime: Runtime) {
    this.#rate = rate;
    this.#runtime = runtime;
  }

  /** Milliseconds until there is quota again; 0 if there is. */
  retryAfterMs(purpose: Purpose, client: Client | undefined): number {
    const period = this.#periods.get(purpose);
    if (!this.#rate || !period?.calls.isUsedUp(this.#rate.count, client)) return 0;
    return Math.max(0, period.endsAt - this.#runtime.now());
  }

  /** Takes quota for one call, and tells whether there was any. */
  take(purpose: Purpose, client: Client | undefined): boolean {
    return this.reserve(purpose, client) !== undefined;
  }

  /** Takes quota for one call, if there is any, and returns the function that gives it back if the call is not made. */
  reserve(purpose: Purpose, client: Client | undefined): (() => void) | undefined {
    if (!this.#rate) return () => undefined;
    if (this.retryAfterMs(purpose, client) > 0) return undefined;
    const { calls } = this.#periodOf(purpose, this.#rate);
    calls.add(client, 1);
    return () => calls.add(client, -1);
  }

  /**
   * Takes quota for one call, and waits for it at most this long. Tells whether it got any. It does not wait if so many
   * calls of the client wait that it would have no quota in time, because each costs memory and time.
   */
  async wait(purpose: Purpose, maxMs: number, client: Client | undefined): Promise<boolean> {
    if (!this.#rate || this.take(purpose, client)) return true;
    const { count, seconds } = this.#rate;
    const key = client?.at(-1);
    const waiting = this.#waiting.get(key) ?? 0;
    if (waiting >= count) return false;
    addTo(this.#waiting, key, 1);
    const until = this.#runtime.now() + maxMs;
    // One after the other: hundreds of calls at once delay all other work.
    const afterOthersMs = (waiting * seconds * 1000) / count;
    let hasQuota = false;
    while (!hasQuota) {
      const waitMs = this.retryAfterMs(purpose, client) + afterOthersMs;
      if (this.#runtime.now() + waitMs > until) break;
      await new Promise<void>((resolve) => this.#runtime.after(waitMs, resolve));
      hasQuota = this.take(purpose, client);
    }
    addTo(this.#waiting, key, -1);
    return hasQuota;
  }

  #periodOf(purpose: Purpose, { seconds }: Rate): Period {
    const now = this.#runtime.now();
    const present = this.#periods.get(purpose);
    if (present && now < present.endsAt) return present;
    const period: Period = { endsAt: now + seconds * 1000, calls: new UsageByClient() };
    this.#periods.set(purpose, period);
    return period;
  }
}
