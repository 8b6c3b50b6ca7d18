import { limitExceeded, type ApiError } from "../http/api-error.js";
import type { Call } from "../http/call.js";
import type { StoreGuard } from "../attempt/store-guard.js";
import type { Report } from "../kit-events.js";
import { addressLimits, type AddressLimit, type Limits, type Rate } from "../limits/limits.js";
import { countedNetworks } from "../limits/networks.js";
import { memoryLimiter, type RateLimit, type RateLimiter } from "../limits/rate-limiter.js";
import type { AttemptStore } from "../attempt/attempt-store.js";
import type { Runtime } from "../runtime.js";

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
  readonly #runtime: Runtime;
  /** The networks that are above their limit, and until when, in this order. Only a network with many starts gets here. */
  readonly #refused = new Map<string, number>();
  #hasWarned = false;

  constructor(
    limits: Limits,
    dependencies: { store: AttemptStore; guard: StoreGuard; report: Report; runtime: Runtime },
  ) {
    const limiters = addressLimits.map(
      (name) => [name, limiterOf(name, limits[name], dependencies)] as const,
    );
    this.#perAddress = new Map(limiters.flatMap(([name, limiter]) => (limiter ? [[name, limiter]] : [])));
    this.#perBrowser = limiterOf("startsPerBrowser", limits.startsPerBrowser, dependencies);
    this.#report = dependencies.report;
    this.#runtime = dependencies.runtime;
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
      const { allowed, resetMs } = await this.#perBrowser.count(browser);
      if (!allowed) throw tooMany("startsPerBrowser", resetMs);
    }
  }

  async #countAddress({ address, hasAddress }: Pick<Call<unknown>, "address" | "hasAddress">): Promise<void> {
    if (!hasAddress) return this.#warnOnce();
    const networks = countedNetworks(address());
    // Before anything is counted: a network above its limit does not use up the limit of its neighbours.
    for (const [name, key] of networks) {
      const refusedMs = this.#refusedMs(key);
      if (refusedMs > 0) throw tooMany(name, refusedMs);
    }
    // The largest network first: a start above its limit leaves no counter behind for its smaller networks.
    for (const [name, key] of networks) {
      const counted = await this.#perAddress.get(name)?.count(key);
      if (!counted || counted.allowed) continue;
      this.#refused.set(key, this.#runtime.now() + counted.resetMs);
      throw tooMany(name, counted.resetMs);
    }
  }

  /** How long starts of a network are refused without being counted. */
  #refusedMs(network: string): number {
    const now = this.#runtime.now();
    for (const [first, until] of this.#refused) {
      if (until > now) break;
      this.#refused.delete(first);
    }
    return (this.#refused.get(network) ?? 0) - now;
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

const tooMany = (name: AddressLimit | "startsPerBrowser", resetMs: number): ApiError =>
  limitExceeded(
    name,
    "too_many_requests",
    name === "startsPerBrowser"
      ? "This browser has started too many logins."
      : "Too many logins were started from this address.",
    resetMs,
  );
