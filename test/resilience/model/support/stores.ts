import { createClient } from "redis";
import { redisStore, type RedisStore } from "onegini-otp-login/redis";
import { memoryStore, type Attempt, type AttemptStore } from "onegini-otp-login/server";
import { startRedis, type RedisKind } from "../../../support/services/redis.js";
import type { VirtualClock } from "../../../support/virtual-clock.js";
import type { TestContext } from "node:test";
import { nodeCount } from "./steps.js";

/** A forgotten attempt, with the keys under which a store might still keep something of it. */
interface Remains {
  id: string;
  codes: readonly string[];
  /** An instant before it was due to be forgotten. */
  aliveAt: number;
}

/** A kind of store that the model can drive with virtual time. */
export interface ModelStore {
  /** How many milliseconds too early or too late it may forget, by the model's clock. */
  readonly slackMs: { early: number; late: number };
  /** Forgets everything, for the next run. */
  reset(clock: VirtualClock): Promise<void>;
  /** Opens the store for one of the servers. */
  open(node: number): Promise<AttemptStore>;
  /** Closes the store of a server that died. It will open it again. */
  close(node: number): Promise<void>;
  /** Tells the store that the model's time has moved. */
  passed(ms: number): Promise<void>;
  /** The keys of attempts that it should have forgotten and still holds. */
  leftovers(of: readonly Remains[], clock: VirtualClock): Promise<string[]>;
}

export type OpenModelStore = (t: Pick<TestContext, "after">) => Promise<ModelStore>;

/** The memory store, shared by all kits of the process. */
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
      // The store deletes old attempts when one is created. With the clock turned back, `get` shows any that it kept.
      await store.create({ ...probe, id: "sweep", forgetAt: clock.now() + 1 });
      const found: string[] = [];
      for (const { id, codes, aliveAt } of of) {
        await clock.asOf(aliveAt, async () => {
          if (await store.get(id)) found.push(id);
          // If a transaction's entry was kept, it now leads to this new attempt with the same id.
          await store.create({ ...probe, id, forgetAt: aliveAt + 1 });
          for (const code of codes) if (await store.findByTransaction(code)) found.push(code);
        });
      }
      return found;
    },
  });
};

const probe = {
  format: 1,
  version: 1,
  origin: "https://www.example.com",
  browser: "",
  startedAt: 0,
  transactions: [],
  startedCount: 0,
  state: { status: "pending" },
} as const;

const prefix = "model:";

/** Shortens every key's time to live in one call, and so at one instant of the server. */
const passScript = `
  for _, key in ipairs(redis.call("KEYS", ARGV[1] .. "*")) do
    local left = redis.call("PTTL", key)
    if left >= 0 then redis.call("PEXPIRE", key, left - tonumber(ARGV[2])) end
  end`;

/**
 * A real server, with a client and a store for each kit. The keys' times to live run in real time. So by the model's
 * clock a key may be gone too early, by the real duration of the run so far. When the model's time moves, the keys'
 * times to live are shortened.
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
    /** The model's time. With the store's own clock, it says how long a key lives. */
    let now = (): number => 0;
    /** How far the model's time has moved since the keys were shortened. */
    let aheadMs = 0;
    /** When each version of an attempt is forgotten, by the model's clock. */
    const forgetAt = new Map<string, number>();
    const keyOf = ({ id, version }: Attempt): string => `${id} ${version}`;
    /** By the real clock. */
    let resetAt = performance.now();

    return {
      get slackMs() {
        return { early: performance.now() - resetAt + 200, late: 200 };
      },
      async reset(clock) {
        now = () => clock.now();
        aheadMs = 0;
        resetAt = performance.now();
        forgetAt.clear();
        await admin.flushAll();
      },
      async open(node) {
        const client = clients[node];
        if (!client) throw new Error(`There is no server ${node}`);
        const store = (stores[node] ??= await redisStore({ client, prefix }));
        const onItsClock = (attempt: Attempt): Attempt => ({
          ...attempt,
          forgetAt: attempt.forgetAt - now() + store.now(),
        });
        const written = (attempt: Attempt): unknown => forgetAt.set(keyOf(attempt), attempt.forgetAt);
        // One whose write is not answered yet was written at this instant of the model.
        const onModelsClock = (attempt: Attempt | undefined): Attempt | undefined =>
          attempt && {
            ...attempt,
            forgetAt: forgetAt.get(keyOf(attempt)) ?? attempt.forgetAt - store.now() + now(),
          };
        return {
          ...store,
          async create(attempt) {
            await store.create(onItsClock(attempt));
            written(attempt);
          },
          async compareAndSet(id, version, next) {
            const isSet = await store.compareAndSet(id, version, onItsClock(next));
            if (isSet) written(next);
            return isSet;
          },
          get: async (id) => onModelsClock(await store.get(id)),
          findByTransaction: async (id) => onModelsClock(await store.findByTransaction(id)),
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
