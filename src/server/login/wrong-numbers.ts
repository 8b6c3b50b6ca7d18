import type { StoreGuard } from "../store/store-guard.js";
import type { LimitReached } from "../attempt/number-rule.js";
import { sha256 } from "../text/bytes.js";
import type { Core } from "../core.js";
import type { Limits, Rate } from "../defaults/limits.js";
import { clientAt } from "../limits/networks.js";
import type { Counted, RateLimiter } from "../limits/rate-limiter.js";

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
 * compared, so that no number of posts at the same moment gets more tries. At an address users are counted, each once: those who
 * have typed only wrong numbers there. So people who mistype and then type the right one lock nobody out.
 */
export class WrongNumbers {
  readonly #core: Core;
  readonly #user: Counter | undefined;
  readonly #browser: Counter | undefined;
  readonly #address: Counter | undefined;

  constructor(core: Core, store: StoreGuard) {
    this.#core = core;
    const { limits } = core.config;
    const counter = (name: keyof Limits & `wrong${string}`): Counter | undefined => {
      const rate = limits[name];
      return rate ? { rate, limiter: store.readableLimiter(name, rate) } : undefined;
    };
    this.#user = counter("wrongNumbersPerUser");
    this.#browser = counter("wrongNumbersPerBrowser");
    this.#address = counter("wrongUsersPerAddress");
  }

  /** The first limit that is reached, before a number is typed; undefined if none is. */
  async reached(typist: Typist): Promise<LimitReached | undefined> {
    const { user, browser, place } = await this.#countsOf(typist);
    return firstOf(await Promise.all([user?.leftMs(), browser?.leftMs(), place?.leftMs()]));
  }

  /** Counts a number that is about to be compared. */
  async typed(typist: Typist): Promise<TypedNumber> {
    const { user, browser, place } = await this.#countsOf(typist);
    const own = firstOf(await Promise.all([user?.count(), browser?.count()]));
    // Not for a number that is not compared anyway: the sender chooses the address.
    const there = own ? undefined : await place?.count();
    const giveBack = async (): Promise<void> => {
      await Promise.all([user?.giveBack(), browser?.giveBack()]);
    };
    return {
      reached: own ?? firstOf([undefined, undefined, there?.leftMs]),
      notCounted: giveBack,
      right: async () => void (await Promise.all([giveBack(), place?.right()])),
      wrong: () => {
        if (place && there?.isFirst && there.wrongOnly >= place.limit)
          this.#core.report({
            type: "numbers_sprayed",
            level: "warn",
            address: place.network,
            users: there.wrongOnly,
          });
      },
    };
  }

  async #countsOf({ userId, browser, address }: Typist) {
    const now = this.#core.runtime.now();
    const user = await this.#userKey(userId);
    return {
      user: this.#user && new Tries(new Period(this.#user, user, now)),
      browser: this.#browser && new Tries(new Period(this.#browser, browser, now)),
      place:
        this.#address && address !== undefined
          ? new Place(this.#address, clientAt(address)[0], user, now)
          : undefined,
    };
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

/**
 * The counts of one limit for one user, browser or network, in one period. They begin and end together, because they are
 * compared: what was given back must not outlive what it was given back for.
 */
class Period {
  readonly limit: number;
  /** Milliseconds until it ends. */
  readonly leftMs: number;
  readonly #limiter: Required<RateLimiter>;
  readonly #name: string;

  constructor({ rate, limiter }: Counter, of: string, now: number) {
    const periodMs = rate.seconds * 1000;
    const period = Math.floor(now / periodMs);
    this.limit = rate.count;
    this.leftMs = (period + 1) * periodMs - now;
    this.#limiter = limiter;
    this.#name = `${of}|${period}`;
  }

  count(...counted: string[]): Promise<Counted> {
    return this.#limiter.count([this.#name, ...counted].join("|"));
  }

  read(...counted: string[]): Promise<Counted> {
    return this.#limiter.read([this.#name, ...counted].join("|"));
  }

  /**
   * How many typed numbers are left without those of another count. Never too few, whatever is counted at the same moment,
   * because the typed ones are read last. Infinity if a count cannot be read.
   */
  async typedWithout(others: string): Promise<number> {
    const without = await this.read(others);
    const typed = await this.read("typed");
    return isUnreadable(without) || isUnreadable(typed) ? Infinity : typed.used - without.used;
  }
}

const isUnreadable = ({ unreadable }: Counted): boolean => unreadable !== undefined;

/** The numbers of a user or in a browser: all that were typed, without those that were given back. */
class Tries {
  readonly #period: Period;

  constructor(period: Period) {
    this.#period = period;
  }

  /** Milliseconds until the limit ends; undefined if one more number may be typed. */
  async leftMs(): Promise<number | undefined> {
    return this.#leftMs(await this.#period.read("typed"), this.#period.limit - 1);
  }

  /** Counts a number. Milliseconds until the limit ends; undefined if it may be compared. */
  async count(): Promise<number | undefined> {
    return this.#leftMs(await this.#period.count("typed"), this.#period.limit);
  }

  async giveBack(): Promise<void> {
    await this.#period.count("back");
  }

  async #leftMs(typed: Counted, most: number): Promise<number | undefined> {
    // Mostly nobody has typed so many: nothing more is read.
    if (!isUnreadable(typed) && typed.used <= most) return undefined;
    return (await this.#period.typedWithout("back")) <= most ? undefined : this.#period.leftMs;
  }
}

/** The users who typed numbers at an address, each once, and one of them. */
class Place {
  readonly limit: number;
  readonly network: string;
  readonly #user: string;
  readonly #period: Period;

  constructor(counter: Counter, network: string, user: string, now: number) {
    this.network = network;
    this.#user = user;
    this.#period = new Period(counter, network, now);
    this.limit = this.#period.limit;
  }

  /** Counts the user, who is about to be compared. `leftMs`: undefined if the number may be compared. */
  async count(): Promise<{ isFirst: boolean; wrongOnly: number; leftMs: number | undefined }> {
    const own = await this.#period.count("typed", this.#user);
    const isFirst = own.used === 1;
    const typed = isFirst ? await this.#period.count("typed") : await this.#period.read("typed");
    const wrongOnly = isUnreadable(own) ? Infinity : await this.#wrongOnly(typed);
    // By the others: this user may be right.
    const isReached = wrongOnly - 1 >= this.limit && wrongOnly - 1 > (typed.used - 1) * honestShare;
    return { isFirst, wrongOnly, leftMs: isReached ? this.#period.leftMs : undefined };
  }

  /** The user typed the right number. */
  async right(): Promise<void> {
    const own = await this.#period.count("right", this.#user);
    if (own.used === 1) await this.#period.count("right");
  }

  /** Milliseconds until the limit ends; undefined if one more user may type a number. */
  async leftMs(): Promise<number | undefined> {
    const typed = await this.#period.read("typed");
    const wrongOnly = await this.#wrongOnly(typed);
    return wrongOnly >= this.limit && wrongOnly > typed.used * honestShare ? this.#period.leftMs : undefined;
  }

  /** The right ones are not read where so few have typed that it does not matter. */
  async #wrongOnly(typed: Counted): Promise<number> {
    return !isUnreadable(typed) && typed.used < this.limit ? typed.used : this.#period.typedWithout("right");
  }
}
