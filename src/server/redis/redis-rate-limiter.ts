import RateLimiterRedis from "rate-limiter-flexible/lib/RateLimiterRedis.js";
import { flexibleLimiter, type RateLimit, type RateLimiter } from "../limits/rate-limiter.js";
import type { RunScript } from "./redis-scripts.js";

/** Counts in Redis, which deletes each count when its time is over. */
export function redisRateLimiter(run: RunScript, prefix: string, limit: RateLimit): RateLimiter {
  const { name, count, seconds } = limit;
  const limiter = new RateLimiterRedis({
    // The only method of a client that the library calls. This one has a time limit.
    storeClient: {
      eval: (
        script: string,
        { keys: [key = ""], arguments: args }: { keys: string[]; arguments: string[] },
      ) => run(`counting ${name}`, script, key, ...args),
    },
    useRedisPackage: true,
    keyPrefix: `${prefix}limit:${name}`,
    points: count,
    duration: seconds,
  });
  return flexibleLimiter(limiter, limit);
}
