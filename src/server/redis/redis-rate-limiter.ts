import RateLimiterRedis from "rate-limiter-flexible/lib/RateLimiterRedis.js";
import { flexibleLimiter, type RateLimit, type RateLimiter } from "../limits/rate-limiter.js";
import type { RedisCommands } from "./redis-commands.js";

/** Counts in Redis, which forgets each count when its time is over. */
export function redisRateLimiter(commands: RedisCommands, prefix: string, limit: RateLimit): RateLimiter {
  const { name, count, seconds } = limit;
  const limiter = new RateLimiterRedis({
    // What the library calls of a client, with our time-out and without sending the script each time.
    storeClient: {
      eval: (
        script: string,
        { keys: [key = ""], arguments: args }: { keys: string[]; arguments: string[] },
      ) => commands.run(`counting ${name}`, script, key, ...args),
    },
    useRedisPackage: true,
    keyPrefix: `${prefix}limit:${name}`,
    points: count,
    duration: seconds,
  });
  return flexibleLimiter(limiter, limit);
}
