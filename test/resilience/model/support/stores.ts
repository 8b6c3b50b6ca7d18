import { createClient } from "redis";
import { redisStore, type RedisStore } from "onegini-otp-login/redis";
import { memoryStore, type AttemptStore } from "onegini-otp-login/server";
import { startRedis, type RedisKind } from "../../../support/services/redis.js";
import type { VirtualClock } from "../../../support/virtual-clock.js";
import type { TestContext } from "node:test";
import { nodeCount } from "./steps.js";

/** An attempt that is over, with what a store might still keep of it. */
export interface Remains {
  id: string;
  codes: readonly string[];
  /** An instant at which it was not to be forgotten yet. */
  aliveAt: number;
}

/** One kind of store as the model drives it, in the time of the model. */
export interface ModelStore {
  /** How much earlier, or later, than by the model's clock it may forget, in milliseconds. */
  readonly slackMs: { early: number; late: number };
  /** Forgets everything, for the next run. */
  reset(clock: VirtualClock): Promise<void>;
  /** The store as one of the servers has it. */
  open(node: number): Promise<AttemptStore>;
  /** That server is gone; it opens the store anew. */
  close(node: number): Promise<void>;
  /** The time of the model went on. */
  passed(ms: number): Promise<void>;
  /** What it still holds of attempts that it ought to have forgotten. */
  leftovers(of: readonly Remains[], clock: VirtualClock): Promise<string[]>;
}

export type OpenModelStore = (t: Pick<TestContext, "after">) => Promise<ModelStore>;

/** The memory store, which several kits of one process share. */
export const memory: OpenModelStore = () => {
  let store = memoryStore();
  return Promise.resolve({
    slackMs: { early: 0, late: 0 },
    reset(clock) {
      store = memoryStore(() => clock.now());
      return Promise.resolve();
    },
    open: () => Promise.resolve(store),
    close: () => Promise.resolve(),
    passed: () => Promise.resolve(),
    async leftovers(of, clock) {
      // It sweeps when an attempt comes. Then, with the clock turned back, what is only hidden by the time is seen again.
      await store.create({ ...probe, id: "sweep", forgetAt: clock.now() + 1 });
      const found: string[] = [];
      for (const { id, codes, aliveAt } of of) {
        await clock.asOf(aliveAt, async () => {
          if (await store.get(id)) found.push(id);
          // A transaction's pointer that outlived its attempt leads to whatever has that id now.
          await store.create({ ...probe, id, forgetAt: aliveAt + 1 });
          for (const code of codes) if (await store.findByTransaction(code)) found.push(code);
        });
      }
      return found;
    },
  });
};

const probe = {
  version: 1,
  browser: "",
  startedAt: 0,
  transactions: [],
  begun: 0,
  state: { status: "pending" },
} as const;

const prefix = "model:";

/** Shortens the time to live of every key, in one call and so in one instant of the server. */
const passScript = `
  for _, key in ipairs(redis.call("KEYS", ARGV[1] .. "*")) do
    local left = redis.call("PTTL", key)
    if left >= 0 then redis.call("PEXPIRE", key, left - tonumber(ARGV[2])) end
  end`;

/**
 * A real server, with a client and a store for each of the kits. The keys' times to live run in real time, so a key may be
 * gone earlier than by the model's clock, by as much real time as the run took so far. When the model's time moves on,
 * the keys' times to live are shortened.
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
    /** By how much the model's time moved on since the keys were shortened. */
    let aheadMs = 0;
    /** In real time. */
    let resetAt = performance.now();

    return {
      get slackMs() {
        return { early: performance.now() - resetAt + 200, late: 200 };
      },
      async reset(clock) {
        now = () => clock.now();
        aheadMs = 0;
        resetAt = performance.now();
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
