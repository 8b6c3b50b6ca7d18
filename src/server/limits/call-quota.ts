import { addTo, isShareUsedUp, type Rate } from "./limits.js";
import type { Runtime } from "../runtime.js";

/** The purpose of a call to the Token Server. `poll`: a result call for a browser's poll; `result`: any other result call. */
export type Purpose = "start" | "renewal" | "poll" | "result";

/** A time in which the calls for one purpose are counted. It begins with the first call. */
interface Period {
  readonly endsAt: number;
  used: number;
  readonly usedBy: Map<string, number>;
}

/**
 * Limits the calls to the Token Server, separately for each purpose, so that endless renewals or polls block neither new
 * logins nor the results of others. Calls are also counted for the client whose attempt it is, if clients can be told apart:
 * one client gets no more than its share (`isShareUsedUp`), so that it cannot delay the others.
 */
export class CallQuota {
  readonly #rate: Rate | false;
  readonly #runtime: Runtime;
  readonly #periods = new Map<Purpose, Period>();
  /** How many calls of each client wait. */
  readonly #waiting = new Map<string | undefined, number>();

  constructor(rate: Rate | false, runtime: Runtime) {
    this.#rate = rate;
    this.#runtime = runtime;
  }

  /** Milliseconds until there is quota again; 0 if there is. */
  retryAfterMs(purpose: Purpose, client: string | undefined): number {
    const period = this.#periods.get(purpose);
    if (!this.#rate || !period || !isUsedUp(period, this.#rate.count, client)) return 0;
    return Math.max(0, period.endsAt - this.#runtime.now());
  }

  /** Takes quota for one call, and tells whether there was any. */
  take(purpose: Purpose, client: string | undefined): boolean {
    if (!this.#rate) return true;
    if (this.retryAfterMs(purpose, client) > 0) return false;
    const period = this.#periodOf(purpose, this.#rate);
    period.used += 1;
    if (client !== undefined) addTo(period.usedBy, client, 1);
    return true;
  }

  /**
   * Takes quota for one call, and waits for it at most this long. Tells whether it got any. It does not wait if so many
   * calls of the client wait that it would have no quota in time, because each costs memory and time.
   */
  async wait(purpose: Purpose, maxMs: number, client: string | undefined): Promise<boolean> {
    if (!this.#rate || this.take(purpose, client)) return true;
    const { count, seconds } = this.#rate;
    const waiting = this.#waiting.get(client) ?? 0;
    if (waiting >= count) return false;
    addTo(this.#waiting, client, 1);
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
    addTo(this.#waiting, client, -1);
    return hasQuota;
  }

  #periodOf(purpose: Purpose, { seconds }: Rate): Period {
    const now = this.#runtime.now();
    const present = this.#periods.get(purpose);
    if (present && now < present.endsAt) return present;
    const period: Period = { endsAt: now + seconds * 1000, used: 0, usedBy: new Map() };
    this.#periods.set(purpose, period);
    return period;
  }
}

const isUsedUp = ({ used, usedBy }: Period, count: number, client: string | undefined): boolean =>
  used >= count || (client !== undefined && isShareUsedUp(count, used, usedBy.get(client) ?? 0));
