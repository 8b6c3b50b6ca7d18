import { createClient } from "redis";
import { redisStore, type RedisStore } from "onegini-otp-login/redis";
import { startRedis, type RedisKind } from "../../../support/services/redis.js";
import type { OpenModelStore } from "./stores.js";
import { nodeCount } from "./world.js";

const prefix = "model:";

/**
 * Moves every key as much nearer to its end as the model's time went on; the server itself then forgets it. It is one
 * call, and so one instant for the server.
 */
const passScript = `
  for _, key in ipairs(redis.call("KEYS", ARGV[1] .. "*")) do
    local left = redis.call("PTTL", key)
    if left >= 0 then redis.call("PEXPIRE", key, left - tonumber(ARGV[2])) end
  end`;

/**
 * A real server, with a client and a store for each of the kits. The keys' times to live run in real time: a run takes
 * some seconds at most, so that is how much earlier than the model's clock says a key may be gone. What the model's time
 * gains on the real one is taken off the keys.
 */
export const onRedis =
  (kind: RedisKind): OpenModelStore =>
  async (t) => {
    const server = await startRedis({ kind });
    const connect = async () => {
      const client = createClient({ url: server.url });
      return client.connect();
    };
    const admin = await connect();
    const clients = await Promise.all(Array.from({ length: nodeCount }, connect));
    const stores: (RedisStore | undefined)[] = [];
    t.after(async () => {
      for (const store of stores) await store?.close();
      for (const client of [admin, ...clients]) client.destroy();
      await server.stop();
    });
    /** By how much the model's clock is ahead of each store's, which says how long a key lives. */
    let now = (): number => 0;
    /** What the model's time went on since the keys were moved. */
    let aheadMs = 0;

    return {
      slackMs: { early: 10_000, late: 200 },
      async reset(clock) {
        now = () => clock.now();
        aheadMs = 0;
        await admin.flushAll();
      },
      async open(node) {
        const client = clients[node];
        if (!client) throw new Error(`There is no server ${node}`);
        const store = (stores[node] ??= await redisStore({ client, prefix }));
        const onItsClock = <T extends { forgetAt: number }>(attempt: T): T => ({
          ...attempt,
          forgetAt: attempt.forgetAt - now() + store.now(),
        });
        return {
          ...store,
          create: (attempt) => store.create(onItsClock(attempt)),
          compareAndSet: (id, version, next) => store.compareAndSet(id, version, onItsClock(next)),
        };
      },
      async close(node) {
        await stores[node]?.close();
        stores[node] = undefined;
      },
      async passed(ms) {
        aheadMs += ms;
        if (aheadMs < 100) return;
        await admin.eval(passScript, { arguments: [prefix, String(aheadMs)] });
        aheadMs = 0;
      },
      leftovers: () => admin.keys("*"),
    };
  };
