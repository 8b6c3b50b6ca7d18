import type { StoreGuard } from "../attempt/store-guard.js";
import type { WrongNumberLimit } from "../attempt/transitions.js";
import { sha256 } from "../bytes.js";
import type { Core } from "../core.js";
import type { Limits, Rate } from "../limits/limits.js";
import { clientAt } from "../limits/networks.js";
import type { RateLimiter } from "../limits/rate-limiter.js";
import { readableSiteLimiter } from "../limits/site-limiter.js";

/** Who types a number, and where. */
export interface Typist {
  userId: string;
  /** The hash of the browser's cookie. */
  browser: string;
  /** The address of the call; undefined if unknown. */
  address: string | undefined;
}

/** A limit that is reached, and when it ends. */
export interface Reached {
  by: WrongNumberLimit;
  retryAfterMs: number;
}

interface Counter {
  rate: Rate;
  limiter: Required<RateLimiter>;
}

/** If no more than this share of those who typed at an address have typed only wrong numbers, they are people who mistype. */
const honestShare = 1 / 3;

/**
 * Counts wrong numbers over all attempts and servers: of a user, in a browser, and at an address. At an address users are counted,
 * each once: those who have typed only wrong numbers there. So people who mistype and then type the right one lock nobody out.
 */
export class WrongNumbers {
  readonly #core: Core;
  readonly #user: Counter | undefined;
  readonly #browser: Counter | undefined;
  readonly #address: Counter | undefined;

  constructor(core: Core, guard: StoreGuard) {
    this.#core = core;
    const { config } = core;
    const counter = (name: keyof Limits & `wrong${string}`): Counter | undefined => {
      const rate = config.limits[name];
      return rate ? { rate, limiter: readableSiteLimiter(name, rate, config, guard) } : undefined;
    };
    this.#user = counter("wrongNumbersPerUser");
    this.#browser = counter("wrongNumbersPerBrowser");
    this.#address = counter("wrongUsersPerAddress");
  }

  /** The first limit that is reached; undefined if none is. */
  async reached({ userId, browser, address }: Typist): Promise<Reached | undefined> {
    const place = this.#placeOf(address);
    const [ofUser, ofBrowser, ofAddress] = await Promise.all([
      this.#userKey(userId).then((key) => leftMs(this.#user, key)),
      leftMs(this.#browser, browser),
      place?.leftMs(),
    ]);
    if (ofUser !== undefined) return { by: "user", retryAfterMs: ofUser };
    if (ofBrowser !== undefined) return { by: "browser", retryAfterMs: ofBrowser };
    return ofAddress === undefined ? undefined : { by: "address", retryAfterMs: ofAddress };
  }

  async countWrong({ userId, browser, address }: Typist): Promise<void> {
    const user = await this.#userKey(userId);
    const place = this.#placeOf(address);
    const [users] = await Promise.all([
      place?.add("wrong", user),
      this.#user?.limiter.count(user),
      this.#browser?.limiter.count(browser),
    ]);
    if (place && users !== undefined && users >= place.rate.count)
      this.#core.report({ type: "numbers_sprayed", level: "warn", address: place.network, users });
  }

  async countRight({ userId, address }: Typist): Promise<void> {
    await this.#placeOf(address)?.add("right", await this.#userKey(userId));
  }

  #placeOf(address: string | undefined): Place | undefined {
    if (!this.#address || address === undefined) return undefined;
    return new Place(this.#address, clientAt(address)[0], this.#core.runtime.now());
  }

  #userKey(userId: string): Promise<string> {
    return sha256(JSON.stringify([this.#core.config.pages.origin, userId]));
  }
}

/** Milliseconds until a limit that is reached ends. */
async function leftMs(counter: Counter | undefined, key: string): Promise<number | undefined> {
  if (!counter) return undefined;
  const { used, resetMs } = await counter.limiter.read(key);
  return used >= counter.rate.count ? resetMs : undefined;
}

type Typed = "wrong" | "right";

/** The users who typed numbers at an address, in one period. Its counts begin and end together, because they are compared. */
class Place {
  readonly rate: Rate;
  readonly network: string;
  readonly #limiter: Required<RateLimiter>;
  readonly #period: number;
  readonly #leftMs: number;

  constructor({ rate, limiter }: Counter, network: string, now: number) {
    const periodMs = rate.seconds * 1000;
    this.rate = rate;
    this.network = network;
    this.#limiter = limiter;
    this.#period = Math.floor(now / periodMs);
    this.#leftMs = (this.#period + 1) * periodMs - now;
  }

  /** Notes what a user typed. Resolves to how many users have typed only wrong numbers, if this is one's first wrong one. */
  async add(typed: Typed, user: string): Promise<number | undefined> {
    const { used } = await this.#limiter.count(this.#key(typed, user));
    if (used > 1) return undefined;
    const other = await this.#limiter.read(this.#key(typed === "wrong" ? "right" : "wrong", user));
    await Promise.all([
      this.#limiter.count(this.#key(typed)),
      other.used > 0 && this.#limiter.count(this.#key("both")),
    ]);
    return typed === "wrong" ? (await this.#users()).wrongOnly : undefined;
  }

  /** Milliseconds until the limit ends; undefined if it is not reached. */
  async leftMs(): Promise<number | undefined> {
    const { wrongOnly, all } = await this.#users();
    return wrongOnly >= this.rate.count && wrongOnly > all * honestShare ? this.#leftMs : undefined;
  }

  async #users(): Promise<{ wrongOnly: number; all: number }> {
    const read = async (key: Typed | "both"): Promise<number> =>
      (await this.#limiter.read(this.#key(key))).used;
    const wrong = await read("wrong");
    // Mostly nobody has: one read.
    if (wrong < this.rate.count) return { wrongOnly: wrong, all: wrong };
    const [right, both] = await Promise.all([read("right"), read("both")]);
    return { wrongOnly: wrong - both, all: wrong + right - both };
  }

  #key(...parts: string[]): string {
    return [this.network, this.#period, ...parts].join("|");
  }
}
