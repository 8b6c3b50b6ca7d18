import { after, before, type TestContext } from "node:test";
import { createClient, RESP_TYPES } from "redis";
import { redisStore } from "onegini-otp-login/redis";
import {
  startRedis,
  startRedisCluster,
  startRedisSentinel,
  type RedisKind,
} from "../../support/services/redis.js";
import { describeStore } from "../../unit/server/store/store-suite.js";
import {
  describeLimiter,
  openClusterStore,
  openSentinelStore,
  openStore,
  type OpenStore,
} from "./support/redis-stores.js";

/** Runs the suites of stores and limiters on one kind of server. */
function describeKind<Server extends { stop(): Promise<void> }>(
  name: string,
  start: () => Promise<Server>,
  open: (t: TestContext, server: Server) => Promise<OpenStore>,
): void {
  let server: Server;
  before(async () => (server = await start()));
  after(() => server.stop());
  describeStore({
    name,
    open: async (t) => ({ store: (await open(t, server)).store, other: (await open(t, server)).store }),
  });
  describeLimiter(name, (t) => open(t, server));
}

/** A client with the old protocol, replies as bytes, and a prefix of its own. */
async function openOtherwise(t: TestContext, { url }: { url: string }): Promise<OpenStore> {
  const client = createClient({ url, RESP: 2, keyPrefix: "site:" });
  await client.connect();
  t.after(() => client.destroy());
  const typed = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  const store = await redisStore({ client: typed, prefix: "login:" });
  t.after(() => store.close());
  return { store, errors: [] };
}

for (const kind of ["redis", "valkey"] satisfies RedisKind[]) {
  describeKind(`${kind}, with other settings of the client`, () => startRedis({ kind }), openOtherwise);
  describeKind(`a cluster of ${kind}`, () => startRedisCluster(kind), openClusterStore);
  describeKind(`${kind} behind Sentinel`, () => startRedisSentinel(kind), openSentinelStore);
}
describeKind("valkey", () => startRedis({ kind: "valkey" }), openStore);
