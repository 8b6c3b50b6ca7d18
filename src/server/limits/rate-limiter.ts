/** So many in so long a time. */
export interface RateLimit {
  /** What is counted, e.g. `starts-per-address`; no two limits of a site share a name. */
  name: string;
  /** How many are allowed within the time. */
  count: number;
  /** The time in whole seconds; it begins with the first one that is counted. */
  seconds: number;
}

/** What counting one more came to. */
export interface Counted {
  allowed: boolean;
  /** How many there were in this time, with this one. */
  used: number;
  /** Milliseconds until the time is over and counting begins anew. */
  resetMs: number;
}

/** Counts per key. Shared by several servers where the store is. */
export interface RateLimiter {
  /** Counts one more. Rejects if it cannot count at the moment. */
  count(key: string): Promise<Counted>;
}
