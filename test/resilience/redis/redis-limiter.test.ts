import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  startRedis,
  startRedisCluster,
  type RedisCluster,
  type RedisServer,
} from "../../support/services/redis.js";
import { describeLimiter } from "../../unit/server/limits/limiter-suite.js";
import { openClusterStore, openStore, type OpenStore } from "../../unit/server/support/redis-stores.js";

let servers: Record<"redis" | "valkey", RedisServer>;
let cluster: RedisCluster;
before(async () => {
  servers = { redis: await startRedis(), valkey: await startRedis({ kind: "valkey" }) };
  cluster = await startRedisCluster();
});
after(async () => {
  for (const server of Object.values(servers)) await server.stop();
  await cluster.stop();
});

const places: Record<string, (t: Parameters<typeof openStore>[0]) => Promise<OpenStore>> = {
  redis: (t) => openStore(t, servers.redis),
  valkey: (t) => openStore(t, servers.valkey),
  "a cluster": (t) => openClusterStore(t, cluster),
};

for (const [place, open] of Object.entries(places)) describeLimiter(place, open);

test("of many that count at once, exactly as many as allowed are allowed", async (t) => {
  const stores = [(await openStore(t, servers.valkey)).store, (await openStore(t, servers.valkey)).store];
  const limiters = stores.map((store) => store.limiter({ name: "many", count: 50, seconds: 60 }));
  const calls = Array.from({ length: 100 }).flatMap(() => limiters.map((limiter) => limiter.count("a")));
  const allowed = (await Promise.all(calls)).filter((counted) => counted.allowed);
  assert.equal(allowed.length, 50);
});
