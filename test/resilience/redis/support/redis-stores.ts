import type { TestContext } from "node:test";
import { createClient, createCluster, createSentinel } from "redis";
import {
  redisStore,
  type RedisStore,
  type RedisStoreError,
  type RedisStoreOptions,
} from "onegini-otp-login/redis";
import type { RedisCluster, RedisServer, SentinelGroup } from "../../../support/services/redis.js";

/** A store of a server that uses Redis, and the errors that it told. */
export interface OpenStore {
  store: RedisStore;
  errors: RedisStoreError[];
}

type Options = Partial<RedisStoreOptions>;

/** Opens a store as a server does, with a client of its own. Both are closed after the test. */
export async function openStore(
  t: TestContext,
  { url }: RedisServer,
  options: Options = {},
): Promise<OpenStore> {
  const client = createClient({ url });
  await client.connect();
  return open(t, client, options);
}

/** The same on a cluster. */
export async function openClusterStore(
  t: TestContext,
  { rootNodes }: RedisCluster,
  options: Options = {},
): Promise<OpenStore> {
  const client = createCluster({ rootNodes });
  await client.connect();
  return open(t, client, options);
}

/** The same behind Sentinel. */
export async function openSentinelStore(
  t: TestContext,
  { options: where }: SentinelGroup,
  options: Options = {},
): Promise<OpenStore> {
  const client = createSentinel(where);
  await client.connect();
  return open(t, client, options);
}

async function open(
  t: TestContext,
  client: RedisStoreOptions["client"] & { destroy(): unknown },
  options: Options,
): Promise<OpenStore> {
  t.after(() => client.destroy());
  const errors: RedisStoreError[] = [];
  const store = await redisStore({ client, onError: (error) => void errors.push(error), ...options });
  t.after(() => store.close());
  return { store, errors };
}
