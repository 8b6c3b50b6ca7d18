import { after, before } from "node:test";
import { createClient, RESP_TYPES } from "redis";
import { redisStore } from "onegini-otp-login/redis";
import {
  startRedis,
  startRedisCluster,
  type RedisCluster,
  type RedisServer,
} from "../../support/services/redis.js";
import { describeStore } from "../../unit/server/attempt/store-suite.js";
import { openClusterStore, openStore } from "../../unit/server/support/redis-stores.js";

for (const kind of ["redis", "valkey"] as const) {
  let server: RedisServer;
  before(async () => (server = await startRedis({ kind })));
  after(() => server.stop());

  describeStore({
    name: kind,
    open: async (t) => ({
      store: (await openStore(t, server)).store,
      other: (await openStore(t, server)).store,
    }),
  });

  // What a site may have set on its client: the old protocol, replies as bytes, a prefix of its own.
  describeStore({
    name: `${kind}, by clients that are set otherwise`,
    async open(t) {
      const openOne = async () => {
        const client = createClient({ url: server.url, RESP: 2, keyPrefix: "site:" });
        await client.connect();
        t.after(() => client.destroy());
        const store = await redisStore({
          client: client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }),
          prefix: "login:",
        });
        t.after(() => store.close());
        return store;
      };
      return { store: await openOne(), other: await openOne() };
    },
  });

  let cluster: RedisCluster;
  before(async () => (cluster = await startRedisCluster(kind)));
  after(() => cluster.stop());

  describeStore({
    name: `a cluster of ${kind}`,
    open: async (t) => ({
      store: (await openClusterStore(t, cluster)).store,
      other: (await openClusterStore(t, cluster)).store,
    }),
  });
}
