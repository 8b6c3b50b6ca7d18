import RateLimiterMemory from "rate-limiter-flexible/lib/RateLimiterMemory.js";
import { flexibleLimiter } from "./flexible-limiter.js";
import type { RateLimit, RateLimiter } from "./rate-limiter.js";

/** Counts in this process's memory. */
export const memoryLimiter = (limit: RateLimit): RateLimiter =>
  flexibleLimiter(
    new RateLimiterMemory({ keyPrefix: limit.name, points: limit.count, duration: limit.seconds }),
    limit,
  );
