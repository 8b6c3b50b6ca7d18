/**
 * A store on Redis or Valkey, for a site of several servers.
 *
 * @module
 */
import type { RedisStoreOptions } from "./server/redis/redis-options.js";
import { openRedisStore, type RedisStore } from "./server/redis/redis-store.js";

export { RedisStoreError, type RedisStoreErrorKind } from "./server/redis/redis-errors.js";
export type { RedisStoreClient, RedisStoreOptions } from "./server/redis/redis-options.js";
export type { RedisStore } from "./server/redis/redis-store.js";

/**
 * Makes the `store` of a kit on the site's own Redis or Valkey: one server, a cluster, or behind Sentinel.
 *
 *     const client = await createClient({ url: "rediss://…" }).on("error", log).connect();
 *     const kit = createLoginKit({ …, store: await redisStore({ client }) });
 *
 * @throws TypeError that names the option that is missing or wrong and says what is expected
 * @throws RedisStoreError if Redis cannot be used
 */
export const redisStore = (options: RedisStoreOptions): Promise<RedisStore> => openRedisStore(options);
