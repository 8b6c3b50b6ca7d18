import { always, type StoreGuard } from "./store-guard.js";
import type { Config } from "../parse-options.js";
import type { Rate } from "../limits.js";
import { memoryLimiter, type Counted, type RateLimit, type RateLimiter } from "../limits/rate-limiter.js";

/**
 * The counter of a limit: in the store if it can count, else in this kit's memory. In a store each site counts for itself,
 * because other sites may share it.
 */
export function siteLimiter(name: string, rate: Rate, config: Config<never>, guard: StoreGuard): RateLimiter {
  const limit: RateLimit = { name, ...rate };
  const limiter = config.store.limiter?.(limit);
  return limiter ? { count: counting(limiter, config, guard) } : memoryLimiter(limit);
}

/** The same for a limit whose uses are also read: a store that cannot read them does not count them either. */
export function readableSiteLimiter(
  name: string,
  rate: Rate,
  config: Config<never>,
  guard: StoreGuard,
): Required<RateLimiter> {
  const limit: RateLimit = { name, ...rate };
  const limiter = config.store.limiter?.(limit);
  if (!limiter || !canRead(limiter)) return memoryLimiter(limit);
  return {
    count: counting(limiter, config, guard),
    read: async (key) =>
      reported(guard, await guard.run("reading a limit", () => limiter.read(keyOf(config, key)))),
  };
}

const counting =
  (limiter: RateLimiter, config: Config<never>, guard: StoreGuard): RateLimiter["count"] =>
  async (key) =>
    reported(guard, await guard.run("counting for a limit", () => limiter.count(keyOf(config, key)), always));

/** Reports a count that could not be read. */
function reported(guard: StoreGuard, counted: Counted): Counted {
  if (counted.unreadable !== undefined)
    guard.unreadable("limit", `cannot read a limit with ${counted.unreadable}`);
  return counted;
}

const canRead = (limiter: RateLimiter): limiter is Required<RateLimiter> => "read" in limiter;

const keyOf = ({ pages: { origin } }: Config<never>, key: string): string => `${origin}|${key}`;
