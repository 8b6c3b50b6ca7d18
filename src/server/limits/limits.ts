import ipaddr from "ipaddr.js";
import { Refusal } from "../http/api-error.js";
import type { Call } from "../http/call.js";
import type { StoreGuard } from "../attempt/guarded-store.js";
import { memoryLimiter } from "./memory-limiter.js";
import type { RateLimit, RateLimiter } from "./rate-limiter.js";
import type { AttemptStore } from "../attempt/attempt-store.js";

/** So many in so many whole seconds, which begin with the first. */
export interface Rate {
  count: number;
  seconds: number;
}

/**
 * The limits that keep strangers from using up what is for everybody. `false` switches one off. What is above a limit is
 * answered 429, or 503 where it is not the caller's doing, with `Retry-After`; the widget says so in words.
 */
export interface Limits {
  /**
   * Starts from one address (an IPv6 network of 64 bits counts as one), 429. Default 300 a minute: an office of
   * thousands behind one address does not meet it. Where `clientIp` knows no address, nothing is counted.
   */
  startsPerAddress: Rate | false;
  /** Starts of one browser, which is one cookie, 429. Default 60 a minute. */
  startsPerBrowser: Rate | false;
  /**
   * Streams and held polls of one browser at a time, on one server. One more stream is answered 429; one more poll is
   * answered at once, so that the login goes on. Default 20.
   */
  streamsPerBrowser: number | false;
  /** Streams and held polls at a time, on one server. One more is treated likewise, with 503. Default 20,000. */
  streamsPerNode: number | false;
  /**
   * Calls to the Token Server, over all servers that share the store. Default 4,000 a second. A start, a renewal or a
   * poll above it is answered 503; what the kit asks by itself waits for its turn. A quarter each is
   * for starts, for renewals, for polls, and for what the kit asks by itself, so that none keeps another waiting.
   */
  questions: Rate | false;
}

/** The limits that an event can be about: those of the options, and the bound `transactionsPerAttempt`. */
export type LimitName = keyof Limits | "transactionsPerAttempt";

/** The limits unless the site says otherwise. */
export const defaultLimits: Readonly<Limits> = {
  startsPerAddress: { count: 300, seconds: 60 },
  startsPerBrowser: { count: 60, seconds: 60 },
  streamsPerBrowser: 20,
  streamsPerNode: 20_000,
  questions: { count: 4000, seconds: 1 },
};

/** Makes the counters of a site's limits: in the store where it can count, else in memory. */
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

/** Whole seconds for `Retry-After`: never 0, which would ask for a call that is refused again. */
export const retryAfterSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

/** A call that met a limit. */
export function limited(
  limit: LimitName,
  error: "too_many_requests" | "temporarily_unavailable",
  description: string,
  afterMs: number,
): Refusal {
  const seconds = retryAfterSeconds(afterMs);
  return new Refusal(error, description, {
    headers: { "retry-after": String(seconds) },
    limit: { name: limit, retryAfterSeconds: seconds },
  });
}

/** The Token Server has been asked enough for now. */
export const noTurn = (closedMs: number): Refusal =>
  limited(
    "questions",
    "temporarily_unavailable",
    "The login service is asked too much at the moment. Try again shortly.",
    closedMs,
  );

/** The limits on starts. */
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
   */
  async refuse(
    call: Pick<Call<unknown>, "address">,
    browser: string | undefined,
  ): Promise<Refusal | undefined> {
    // The address first: cookies are made up at will, and each would leave a count behind.
    const address = this.#perAddress && call.address();
    if (this.#perAddress && address !== undefined) {
      const { allowed, resetMs } = await this.#perAddress.count(networkOf(address));
      if (!allowed) {
        return limited(
          "startsPerAddress",
          "too_many_requests",
          "Too many logins were begun from this address.",
          resetMs,
        );
      }
    }
    if (this.#perBrowser && browser !== undefined) {
      const { allowed, resetMs } = await this.#perBrowser.count(browser);
      if (!allowed) {
        return limited("startsPerBrowser", "too_many_requests", "This browser has begun too often.", resetMs);
      }
    }
    return undefined;
  }
}

/** What counts as one address: of IPv6 the first 64 bits, as one customer has at least all that follow. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed.toString();
  const network = parsed.toByteArray().fill(0, 8);
  return `${ipaddr.fromByteArray(network).toString()}/64`;
}
