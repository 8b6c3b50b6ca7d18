import { limitExceeded } from "../http/api-error.js";
import type { Call } from "../http/call.js";
import type { StoreGuard } from "../attempt/store-guard.js";
import type { Report } from "../kit-events.js";
import { addressLimits, type AddressLimit, type Limits, type Rate } from "../limits/limits.js";
import { countedNetworks } from "../limits/networks.js";
import { memoryLimiter, type RateLimit, type RateLimiter } from "../limits/rate-limiter.js";
import type { AttemptStore } from "../attempt/attempt-store.js";

/** The counter of a limit: in the store if it can count, else in memory. Undefined if the limit is off. */
function limiterOf(
  name: string,
  rate: Rate | false,
  { store, guard }: { store: AttemptStore; guard: StoreGuard },
): RateLimiter | undefined {
  if (rate === false) return undefined;
  const limit: RateLimit = { name, ...rate };
  if (!store.limiter) return memoryLimiter(limit);
  const limiter = store.limiter(limit);
  return { count: (key) => guard.run("counting for a limit", () => limiter.count(key)) };
}

/** The limits on starts, for one address, for the IPv6 networks that it belongs to, and for one browser. */
export class StartLimits {
  readonly #perAddress: ReadonlyMap<AddressLimit, RateLimiter>;
  readonly #perBrowser: RateLimiter | undefined;
  readonly #report: Report;
  #hasWarned = false;

  constructor(limits: Limits, parts: { store: AttemptStore; guard: StoreGuard; report: Report }) {
    const limiters = addressLimits.map((name) => [name, limiterOf(name, limits[name], parts)] as const);
    this.#perAddress = new Map(limiters.flatMap(([name, limiter]) => (limiter ? [[name, limiter]] : [])));
    this.#perBrowser = limiterOf("startsPerBrowser", limits.startsPerBrowser, parts);
    this.#report = parts.report;
  }

  /**
   * Counts one more start.
   *
   * @param browser the hash of the browser's cookie, if it has one
   * @throws ApiError 429
   */
  async count(
    call: Pick<Call<unknown>, "address" | "hasAddress">,
    browser: string | undefined,
  ): Promise<void> {
    // The address first: anyone can make up cookies, and each would leave a counter behind.
    if (this.#perAddress.size > 0) await this.#countAddress(call);
    if (this.#perBrowser && browser !== undefined) {
      await count("startsPerBrowser", this.#perBrowser, browser, "This browser has started too many logins.");
    }
  }

  async #countAddress({ address, hasAddress }: Pick<Call<unknown>, "address" | "hasAddress">): Promise<void> {
    if (!hasAddress) return this.#warnOnce();
    // The smallest network first: one that is above its limit does not use up the limit of its neighbours.
    for (const [name, key] of countedNetworks(address())) {
      const limiter = this.#perAddress.get(name);
      if (limiter) await count(name, limiter, key, "Too many logins were started from this address.");
    }
  }

  #warnOnce(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#report({
      type: "no_client_address",
      level: "warn",
      description: "Starts are not limited by address, because this server does not know it. Set clientIp.",
    });
  }
}

/** @throws ApiError 429 */
async function count(
  name: AddressLimit | "startsPerBrowser",
  limiter: RateLimiter,
  key: string,
  description: string,
): Promise<void> {
  const { allowed, resetMs } = await limiter.count(key);
  if (!allowed) throw limitExceeded(name, "too_many_requests", description, resetMs);
}
