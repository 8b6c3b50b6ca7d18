/** The names in Redis, all of them under the site's prefix. */
export interface RedisKeys {
  attempt(id: string): string;
  transaction(id: string): string;
  /** Says which server of a cluster is asked for the time, and holds what is added to it, if that was ever set. */
  clock: string;
  /** The channel on which the id of each changed attempt is published. */
  changed: string;
}

export const redisKeys = (prefix: string): RedisKeys => ({
  attempt: (id) => `${prefix}attempt:${id}`,
  transaction: (id) => `${prefix}transaction:${id}`,
  clock: `${prefix}clock`,
  changed: `${prefix}changed`,
});
