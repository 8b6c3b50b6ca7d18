import ipaddr from "ipaddr.js";
import { limitExceeded } from "../http/api-error.js";
import type { Call } from "../http/call.js";
import type { StoreGuard } from "../attempt/store-guard.js";
import type { Rate } from "../limits/limits.js";
import { memoryLimiter, type RateLimit, type RateLimiter } from "../limits/rate-limiter.js";
import type { AttemptStore } from "../attempt/attempt-store.js";

/** The counter of a limit: in the store if it can count, else in memory. Undefined if the limit is off. */
export function limiterOf(
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

/** The limits on starts, for one address and for one browser. */
export class StartLimits {
  readonly #perAddress: RateLimiter | undefined;
  readonly #perBrowser: RateLimiter | undefined;

  constructor(perAddress: RateLimiter | undefined, perBrowser: RateLimiter | undefined) {
    this.#perAddress = perAddress;
    this.#perBrowser = perBrowser;
  }

  /**
   * Counts one more start.
   *
   * @param browser the hash of the browser's cookie, if it has one
   * @throws ApiError 429
   */
  async count(call: Pick<Call<unknown>, "address">, browser: string | undefined): Promise<void> {
    // The address first: anyone can make up cookies, and each would leave a counter behind.
    const address = this.#perAddress && call.address();
    if (this.#perAddress && address !== undefined) {
      const { allowed, resetMs } = await this.#perAddress.count(networkOf(address));
      if (!allowed) {
        throw limitExceeded(
          "startsPerAddress",
          "too_many_requests",
          "Too many logins were started from this address.",
          resetMs,
        );
      }
    }
    if (this.#perBrowser && browser !== undefined) {
      const { allowed, resetMs } = await this.#perBrowser.count(browser);
      if (!allowed) {
        throw limitExceeded(
          "startsPerBrowser",
          "too_many_requests",
          "This browser has started too many logins.",
          resetMs,
        );
      }
    }
  }
}

/** What counts as one address: for IPv6 the first 64 bits, because one customer has all addresses below them. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed.toString();
  const network = parsed.toByteArray().fill(0, 8);
  return `${ipaddr.fromByteArray(network).toString()}/64`;
}
