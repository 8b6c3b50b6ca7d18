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
}

/** Counts per key. Shared by several servers where the store is. */
export interface RateLimiter {
  /** Counts one more use. Rejects if it cannot count at the moment. */
  count(key: string): Promise<Counted>;
}

/** Counts in this process's memory. */
export function memoryLimiter({ name, count, seconds }: RateLimit): RateLimiter {
  const limiter = new RateLimiterMemory({ keyPrefix: name, points: count, duration: seconds });
  return {
    async count(key) {
      // The library rejects a use above the limit with the same counts. Any other rejection is an error.
      const { consumedPoints, msBeforeNext } = await limiter.consume(key).catch((reason: unknown) => {
        if (reason instanceof Error) throw reason;
        return reason as { consumedPoints: number; msBeforeNext: number };
      });
      // The library uses the host's clock, which may have been set.
      const resetMs = Math.min(Math.max(0, msBeforeNext), seconds * 1000);
      return { allowed: consumedPoints <= count, used: consumedPoints, resetMs };
    },
  };
}
