import { checkModel, type Cleanup } from "./check-model.js";
import { onRedis } from "./redis.js";
import { memory } from "./stores.js";

/** The stores on which the kit is run beside the model. */
const stores = { memory, redis: onRedis("redis"), valkey: onRedis("valkey") } as const;

/** What the process is asked to do. */
export interface ModelWork {
  store: keyof typeof stores;
  runs: number;
}

// Whoever asked is gone.
process.once("disconnect", () => process.exit());
process.once("message", ({ store, runs }: ModelWork) => {
  const cleanups: (() => unknown)[] = [];
  const cleanup: Cleanup = { after: (task) => void cleanups.push(task) };
  const work = async (): Promise<void> => {
    try {
      process.send?.(await checkModel(cleanup, stores[store], { runs }));
    } finally {
      for (const task of cleanups.reverse()) await task();
    }
  };
  void work().finally(() => process.disconnect());
});
