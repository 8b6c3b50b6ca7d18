import RateLimiterMemory from "rate-limiter-flexible/lib/RateLimiterMemory.js";

/** A number of uses within a time. */
export interface RateLimit {
  /** What is counted, e.g. `startsPerAddress`. Limits of one site have different names. */
  name: string;
  /** How many are allowed within the time. */
  count: number;
  /** The time in whole seconds. It begins with the first use. */
  seconds: number;
}

/** The result of counting one more use. */
export interface Counted {
  allowed: boolean;
  /** How many uses were counted within the time, this one included. */
  used: number;
  /** Milliseconds until the time is over and counting begins again. */
  resetMs: number;
  /**
   * The format of what a store found in place of the count and cannot read, such as `format 2`, never its contents. It is not
   * changed and counts as used up until it ends: `allowed` is false. The event `store_unreadable` reports it.
   */
  unreadable?: string;
}

/** Counts per key. Shared by several servers where the store is. */
export interface RateLimiter {
  /** Counts one more use. Rejects if it cannot count at the moment. */
  count(key: string): Promise<Counted>;
  /** The uses so far; 0 of them if none was counted within the time. Without it, the kit reads from its own memory. */
  read?(key: string): Promise<Counted>;
}

/** What the library knows of a key. */
interface Uses {
  consumedPoints: number;
  msBeforeNext: number;
}

/** Counts in this process's memory. */
export function memoryLimiter({ name, count, seconds }: RateLimit): Required<RateLimiter> {
  const limiter = new RateLimiterMemory({ keyPrefix: name, points: count, duration: seconds });
  const counted = ({ consumedPoints: used, msBeforeNext }: Uses): Counted => ({
    allowed: used <= count,
    used,
    // The library uses the host's clock, which may have been set.
    resetMs: Math.min(Math.max(0, msBeforeNext), seconds * 1000),
  });
  return {
    async count(key) {
      // The library rejects a use above the limit with the same counts. Any other rejection is an error.
      const uses = await limiter.consume(key).catch((reason: unknown) => {
        if (reason instanceof Error) throw reason;
        return reason as Uses;
      });
      return counted(uses);
    },
    async read(key) {
      return counted((await limiter.get(key)) ?? { consumedPoints: 0, msBeforeNext: 0 });
    },
  };
}
