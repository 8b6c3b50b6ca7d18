import type { StoreGuard } from "../attempt/store-guard.js";
import type { LimitReached } from "../attempt/number-rule.js";
import { sha256 } from "../text/bytes.js";
import type { Core } from "../core.js";
import type { Limits, Rate } from "../limits/limits.js";
import { clientAt } from "../limits/networks.js";
import type { Counted, RateLimiter } from "../limits/rate-limiter.js";
import { readableSiteLimiter } from "../limits/site-limiter.js";

/** Who types a number, and where. */
interface Typist {
  userId: string;
  /** The hash of the browser's cookie. */
  browser: string;
  /** The address of the call; undefined if unknown. */
  address: string | undefined;
}

interface Counter {
  rate: Rate;
  limiter: Required<RateLimiter>;
}

/** If no more than this share of those who typed at an address have typed only wrong numbers, they are people who mistype. */
const honestShare = 1 / 3;

/** A number that is about to be compared. It counts as a wrong one, until it turns out to be another. */
export interface TypedNumber {
  /** Undefined: it may be compared. */
  readonly reached: LimitReached | undefined;
  /** It was right. */
  right(): Promise<void>;
  /** It was not compared, or was counted before. */
  notCounted(): Promise<void>;
  /** It was wrong. */
  wrong(): void;
}

/**
 * Counts wrong numbers over all attempts and servers: of a user, in a browser, and at an address. Each number counts before it is
 * compared, so that no number of posts at the same moment gets more tries. At an address users are counted, each once: those who have
 * typed only wrong numbers there. So people who mistype and then type the right one lock nobody out.
 */
export class WrongNumbers {
  readonly #core: Core;
  readonly #user: Tries | undefined;
  readonly #browser: Tries | undefined;
  readonly #address: Counter | undefined;

  constructor(core: Core, guard: StoreGuard) {
    this.#core = core;
    const { config } = core;
    const counter = (name: keyof Limits & `wrong${string}`): Counter | undefined => {
      const rate = config.limits[name];
      return rate ? { rate, limiter: readableSiteLimiter(name, rate, config, guard) } : undefined;
    };
    const [user, browser] = [counter("wrongNumbersPerUser"), counter("wrongNumbersPerBrowser")];
    this.#user = user && new Tries(user);
    this.#browser = browser && new Tries(browser);
    this.#address = counter("wrongUsersPerAddress");
  }

  /** The first limit that is reached, before a number is typed; undefined if none is. */
  async reached({ userId, browser, address }: Typist): Promise<LimitReached | undefined> {
    const user = await this.#userKey(userId);
    return firstOf(
      await Promise.all([
        this.#user?.leftMs(user),
        this.#browser?.leftMs(browser),
        this.#placeOf(address)?.leftMs(),
      ]),
    );
  }

  /** Counts a number that is about to be compared. */
  async typed({ userId, browser, address }: Typist): Promise<TypedNumber> {
    const user = await this.#userKey(userId);
    const place = this.#placeOf(address);
    const [ofUser, ofBrowser, ofAddress] = await Promise.all([
      this.#user?.count(user),
      this.#browser?.count(browser),
      place?.count(user),
    ]);
    const giveBack = async (): Promise<void> => {
      await Promise.all([this.#user?.giveBack(user), this.#browser?.giveBack(browser)]);
    };
    return {
      reached: firstOf([ofUser, ofBrowser, ofAddress?.leftMs]),
      notCounted: giveBack,
      right: async () => void (await Promise.all([giveBack(), place?.right(user)])),
      wrong: () => {
        if (place && ofAddress?.isFirst && ofAddress.wrongOnly >= place.rate.count)
          this.#core.report({
            type: "numbers_sprayed",
            level: "warn",
            address: place.network,
            users: ofAddress.wrongOnly,
          });
      },
    };
  }

  #placeOf(address: string | undefined): Place | undefined {
    if (!this.#address || address === undefined) return undefined;
    return new Place(this.#address, clientAt(address)[0], this.#core.runtime.now());
  }

  #userKey(userId: string): Promise<string> {
    return sha256(JSON.stringify([this.#core.config.pages.origin, userId]));
  }
}

const limitsInOrder = ["user", "browser", "address"] as const;

/** @param leftMs how long each limit that is reached lasts, in the order of `limitsInOrder` */
function firstOf(leftMs: readonly (number | undefined)[]): LimitReached | undefined {
  const index = leftMs.findIndex((left) => left !== undefined);
  const by = limitsInOrder[index];
  return by && { by, retryAfterMs: leftMs[index] ?? 0 };
}

/** The numbers of a user or in a browser: all that were typed, and those that do not count. */
class Tries {
  readonly #counter: Counter;

  constructor(counter: Counter) {
    this.#counter = counter;
  }

  /** Milliseconds until the limit ends; undefined if one more number may be typed. */
  async leftMs(key: string): Promise<number | undefined> {
    return this.#left(key, await this.#counter.limiter.read(key), 1);
  }

  /** Counts a number. Milliseconds until the limit ends; undefined if it may be compared. */
  async count(key: string): Promise<number | undefined> {
    return this.#left(key, await this.#counter.limiter.count(key), 0);
  }

  async giveBack(key: string): Promise<void> {
    await this.#counter.limiter.count(backKey(key));
  }

  async #left(key: string, { used, resetMs }: Counted, more: number): Promise<number | undefined> {
    const { limiter, rate } = this.#counter;
    // Mostly nobody has typed so many: one read.
    if (used + more <= rate.count) return undefined;
    const back = await limiter.read(backKey(key));
    return used - back.used + more <= rate.count ? undefined : resetMs;
  }
}

const backKey = (key: string): string => `${key}|back`;

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

  /** Counts a user who is about to be compared, once. `leftMs`: undefined if the number may be compared. */
  async count(user: string): Promise<{ isFirst: boolean; wrongOnly: number; leftMs: number | undefined }> {
    const isFirst = await this.#isFirst("typed", user);
    const typed = isFirst
      ? await this.#limiter.count(this.#key("typed"))
      : await this.#limiter.read(this.#key("typed"));
    const wrongOnly = typed.used - (await this.#rightOnes(typed.used));
    // By the others: this user may be right.
    const isReached = wrongOnly - 1 >= this.rate.count && wrongOnly - 1 > (typed.used - 1) * honestShare;
    return { isFirst, wrongOnly, leftMs: isReached ? this.#leftMs : undefined };
  }

  /** A user typed the right number. */
  async right(user: string): Promise<void> {
    if (await this.#isFirst("right", user)) await this.#limiter.count(this.#key("right"));
  }

  /** Milliseconds until the limit ends; undefined if one more user may type a number. */
  async leftMs(): Promise<number | undefined> {
    const { used: typed } = await this.#limiter.read(this.#key("typed"));
    const wrongOnly = typed - (await this.#rightOnes(typed));
    return wrongOnly >= this.rate.count && wrongOnly > typed * honestShare ? this.#leftMs : undefined;
  }

  async #isFirst(what: "typed" | "right", user: string): Promise<boolean> {
    return (await this.#limiter.count(this.#key(what, user))).used === 1;
  }

  /** Not read where so few have typed that it does not matter. */
  async #rightOnes(typed: number): Promise<number> {
    return typed < this.rate.count ? 0 : (await this.#limiter.read(this.#key("right"))).used;
  }

  #key(...parts: string[]): string {
    return [this.network, this.#period, ...parts].join("|");
  }
}
