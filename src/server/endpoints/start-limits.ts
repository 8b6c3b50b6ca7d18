import { ApiError, limitExceeded } from "../http/api-error.js";
import type { Call } from "../http/call.js";
import type { StoreGuard } from "../store/store-guard.js";
import type { Report } from "../kit-events.js";
import { addressLimits, type AddressLimit, type Limits, type Rate } from "../defaults/limits.js";
import { countedNetworks } from "../limits/networks.js";
import type { RateLimiter } from "../limits/rate-limiter.js";
import { addTo } from "../limits/usage-by-client.js";
import type { Runtime } from "../runtime.js";

type StartLimit = AddressLimit | "startsPerBrowser";

/** When to try again while many starts are being counted. */
const inFlightMs = 1_000;

/** The limits on starts, for one address, for the IPv6 networks that it belongs to, and for one browser. */
export class StartLimits {
  /** Those that are on. */
  readonly #limiters: ReadonlyMap<StartLimit, { rate: Rate; limiter: RateLimiter }>;
  readonly #report: Report;
  readonly #runtime: Runtime;
  /** What has reached its limit, and until when, in this order. Only a network or a browser with many starts gets here. */
  readonly #refused = new Map<string, number>();
  /** How many starts of a network or a browser are being counted. */
  readonly #inFlight = new Map<string, number>();
  #isFirst = true;

  /** @param runtime with this process's clock, by which counts in memory end */
  constructor(limits: Limits, store: StoreGuard, report: Report, runtime: Runtime) {
    this.#limiters = new Map(
      [...addressLimits, "startsPerBrowser" as const].flatMap((name) => {
        const rate = limits[name];
        return rate ? [[name, { rate, limiter: store.limiter(name, rate) }]] : [];
      }),
    );
    this.#report = report;
    this.#runtime = runtime;
  }

  /**
   * Counts one more start.
   *
   * @param browser the hash of the browser's cookie, if it has one
   * @throws ApiError 429
   */
  async count(
    { address, hasAddress }: Pick<Call<unknown>, "address" | "hasAddress">,
    browser: string | undefined,
  ): Promise<void> {
    if (this.#isFirst && address() === undefined) this.#warn();
    this.#isFirst = false;
    // The largest network first: a start above its limit leaves no counter behind for its smaller networks. The browser last:
    // anyone can make up cookies, and each would leave a counter behind.
    await this.#count([
      ...(hasAddress ? countedNetworks(address()) : []),
      ...(browser === undefined ? [] : [["startsPerBrowser", browser] as const]),
    ]);
  }

  /**
   * Counts a start that does not call the Token Server, because that is down: for its browser, not for its address.
   *
   * @throws ApiError 429
   */
  async countRefused(
    { address, hasAddress }: Pick<Call<unknown>, "address" | "hasAddress">,
    browser: string,
  ): Promise<void> {
    // Of one address no more browsers are counted than with other starts. These counters refuse nothing.
    const networks = (hasAddress ? countedNetworks(address()) : []).map(
      ([name, key]) => [name, `refused|${key}`] as const,
    );
    try {
      await this.#count([...networks, ["startsPerBrowser", browser]]);
    } catch (error) {
      if (!(error instanceof ApiError) || error.limit?.name === "startsPerBrowser") throw error;
    }
  }

  async #count(counted: readonly (readonly [StartLimit, string])[]): Promise<void> {
    // Before anything is counted: one that is above its limit does not use up the limits of the others.
    for (const [name, key] of counted) {
      const refusedMs = this.#refusedMs(name, key);
      if (refusedMs > 0) throw tooMany(name, refusedMs);
    }
    for (const [, key] of counted) addTo(this.#inFlight, key, 1);
    try {
      for (const [name, key] of counted) {
        const limit = this.#limiters.get(name);
        if (!limit) continue;
        const { allowed, used, resetMs } = await limit.limiter.count(key);
        if (used >= limit.rate.count) this.#refused.set(key, this.#runtime.now() + resetMs);
        if (!allowed) throw tooMany(name, resetMs);
      }
    } finally {
      for (const [, key] of counted) addTo(this.#inFlight, key, -1);
    }
  }

  /** How long starts of a network or a browser are refused without being counted. */
  #refusedMs(name: StartLimit, key: string): number {
    const limit = this.#limiters.get(name);
    // All that are being counted use up the limits of larger networks too, so they may not be many more than are allowed.
    if (limit && (this.#inFlight.get(key) ?? 0) >= Math.max(10, limit.rate.count / 4)) return inFlightMs;
    const now = this.#runtime.now();
    for (const [first, until] of this.#refused) {
      if (until > now) break;
      this.#refused.delete(first);
    }
    return (this.#refused.get(key) ?? 0) - now;
  }

  #warn(): void {
    this.#report({
      type: "no_client_address",
      level: "warn",
      description:
        "This server does not know the address of its clients: the phone shows the message alone, without device and place, and starts are not limited for each address. Set clientIp, such as to clientIpBehind(1) behind one proxy.",
    });
  }
}

const tooMany = (name: StartLimit, resetMs: number): ApiError =>
  limitExceeded(
    name,
    "too_many_requests",
    name === "startsPerBrowser"
      ? "This browser has started too many logins."
      : "Too many logins were started from this address.",
    resetMs,
  );
