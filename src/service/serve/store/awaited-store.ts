import { setTimeout as wait } from "node:timers/promises";
import type { AttemptStore } from "onegini-otp-login/server";
import { RedisAway } from "../start-problem.js";
import type { Store } from "./store.js";

/** How long to wait before Redis is tried again. */
const retryMs = 1_000;

/** A store whose every call fails with that problem: a kit on it answers as one whose Redis went away. */
function absentStore(problem: () => string): Store {
  const fail = () => Promise.reject(new Error(problem()));
  const attempts: AttemptStore = {
    isShared: true,
    create: fail,
    get: fail,
    compareAndSet: fail,
    findByTransaction: fail,
    subscribe: fail,
    limiter: () => ({ count: fail, read: fail }),
    pauseSwitch: () => ({ read: fail, compareAndSet: fail, subscribe: fail }),
  };
  const forgotten = { forget: fail, forgetAll: fail, since: fail };
  return { attempts, forgotten, appendOnly: undefined, close: () => undefined };
}

/** The store of a service that has started, also if Redis was away. */
export interface AwaitedStore {
  /** The store; as long as Redis is away, one whose every call fails. */
  first: Store;
  /** Why Redis is away, in one sentence; undefined if it is there. */
  problem: string | undefined;
  /** Resolves to the opened store, and never after `endWait`. Rejects with a StartProblem if waiting is of no use any more. */
  opened: Promise<Store>;
  endWait: () => void;
  close: () => void;
}

/**
 * Opens the store. As long as Redis is away it is tried again.
 *
 * @param open throws RedisAway
 * @param onFailed is called after each further try that failed
 * @throws StartProblem
 */
export async function awaitStore(open: () => Promise<Store>, onFailed: () => void): Promise<AwaitedStore> {
  const found = await open().catch(awayOnly);
  const isAway = found instanceof RedisAway;
  let problem = isAway ? found.message : "";
  let store = isAway ? absentStore(() => problem) : found;
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
        return (store = found);
      }
    }
  };
  const never = new Promise<never>(() => undefined);
  const unlessEnded = (error: unknown): Promise<never> => {
    if (signal.aborted) return never;
    throw error;
  };
  return {
    first: store,
    problem: isAway ? problem : undefined,
    opened: isAway ? retry().catch(unlessEnded) : Promise.resolve(store),
    endWait: () => ending.abort(),
    close: () => store.close(),
  };
}

function awayOnly(error: unknown): RedisAway {
  if (error instanceof RedisAway) return error;
  throw error;
}
