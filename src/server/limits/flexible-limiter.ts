import type { Counted, RateLimit, RateLimiter } from "./rate-limiter.js";

/** What is used of a limiter of rate-limiter-flexible, wherever it counts. */
interface FlexibleLimiter {
  consume(key: string): Promise<Consumed>;
}

interface Consumed {
  consumedPoints: number;
  msBeforeNext: number;
}

/** Makes a limiter of the library one of ours. */
export function flexibleLimiter(limiter: FlexibleLimiter, { count, seconds }: RateLimit): RateLimiter {
  return {
    async count(key): Promise<Counted> {
      // What is too much is rejected with the same counts; anything else is an error.
      const { consumedPoints, msBeforeNext } = await limiter.consume(key).catch((reason: unknown) => {
        if (reason instanceof Error) throw reason;
        return reason as Consumed;
      });
      // The library goes by the time of day, which may have been set.
      const resetMs = Math.min(Math.max(0, msBeforeNext), seconds * 1000);
      return { allowed: consumedPoints <= count, used: consumedPoints, resetMs };
    },
  };
}
