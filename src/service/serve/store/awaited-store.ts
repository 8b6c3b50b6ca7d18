import { setTimeout as wait } from "node:timers/promises";
import type { RedisStore } from "onegini-otp-login/redis";
import type { AttemptStore } from "onegini-otp-login/server";
import { RedisAway } from "../start-problem.js";
import type { Store } from "./store.js";

/** How long to wait before Redis is tried again. */
const retryMs = 1_000;

/** The store of a service that has started, also if Redis was away. */
export interface AwaitedStore extends Omit<Store, "appendOnly"> {
  /** Why Redis is away, in one sentence; undefined if it is there. */
  problem: string | undefined;
  /** Resolves to the opened store, and never after `close`. Rejects with a StartProblem if waiting is of no use any more. */
  opened: Promise<Store>;
}

/**
 * Opens the store. As long as Redis is away it is tried again, and each call of the store fails: a kit on it answers as one whose
 * Redis went away, and has recovered when Redis is there.
 *
 * @param open throws RedisAway
 * @param onFailed is called after each further try that failed
 * @throws StartProblem
 */
export async function awaitStore(open: () => Promise<Store>, onFailed: () => void): Promise<AwaitedStore> {
  const found = await open().catch(awayOnly);
  if (!(found instanceof RedisAway)) return { ...found, problem: undefined, opened: Promise.resolve(found) };
  let problem = found.message;
  let opened: Store | undefined;
  const ending = new AbortController();
  const { signal } = ending;
  const retry = async (): Promise<Store> => {
    for (;;) {
      await wait(retryMs, undefined, { signal });
      const found = await open().catch(awayOnly);
      if (found instanceof RedisAway) {
        problem = found.message;
        onFailed();
      } else if (signal.aborted) {
        found.close();
      } else {
        return (opened = found);
      }
    }
  };
  const never = new Promise<never>(() => undefined);
  const unlessEnded = (error: unknown): Promise<never> => {
    if (signal.aborted) return never;
    throw error;
  };
  const store = (): Store => {
    if (opened) return opened;
    throw new Error(problem);
  };
  return {
    attempts: {
      ...lateAttempts(() => store().attempts as RedisStore),
      now: () => opened?.attempts?.now?.() ?? Date.now(),
    },
    forgotten: {
      forget: async (userId) => store().forgotten.forget(userId),
      forgetAll: async () => store().forgotten.forgetAll(),
      since: async (userId) => store().forgotten.since(userId),
    },
    problem,
    opened: retry().catch(unlessEnded),
    close() {
      ending.abort();
      opened?.close();
    },
  };
}

/** @param store throws as long as Redis is away. Each method is asked for at its call */
const lateAttempts = (store: () => RedisStore): AttemptStore => ({
  isShared: true,
  create: async (attempt) => store().create(attempt),
  get: async (id) => store().get(id),
  compareAndSet: async (...change) => store().compareAndSet(...change),
  findByTransaction: async (id) => store().findByTransaction(id),
  subscribe: async (...listening) => store().subscribe(...listening),
  limiter: (limit) => ({
    count: async (key) => store().limiter(limit).count(key),
    read: async (key) => store().limiter(limit).read(key),
  }),
  pauseSwitch: (origin) => ({
    read: async () => store().pauseSwitch(origin).read(),
    compareAndSet: async (...change) =>
      store()
        .pauseSwitch(origin)
        .compareAndSet(...change),
    subscribe: async (listener) => store().pauseSwitch(origin).subscribe(listener),
  }),
});

function awayOnly(error: unknown): RedisAway {
  if (error instanceof RedisAway) return error;
  throw error;
}
