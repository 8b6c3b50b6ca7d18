import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { checkModel, type Checked, type Cleanup } from "./check-model.js";
import { memory, onRedis } from "./stores.js";

const stores = { memory, redis: onRedis("redis"), valkey: onRedis("valkey") } as const;

export interface ModelWork {
  store: keyof typeof stores;
  runs: number;
}

const script = fileURLToPath(import.meta.url);

/** Checks the model in a process without node:test, whose hooks on promises would make it take half as long again. */
export async function checkInOwnProcess(work: ModelWork): Promise<Checked> {
  const child = fork(script, { execArgv: ["--import", "tsx"] });
  child.send(work);
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`The process of the model ended with ${String(code)}`);
  });
  const [checked] = (await Promise.race([once(child, "message"), ended])) as [Checked];
  await ended.catch(() => undefined);
  return checked;
}

async function work({ store, runs }: ModelWork): Promise<void> {
  const cleanups: (() => unknown)[] = [];
  const cleanup: Cleanup = { after: (task) => void cleanups.push(task) };
  try {
    process.send?.(await checkModel(cleanup, stores[store], { runs }));
  } finally {
    for (const task of cleanups.reverse()) await task();
  }
}

if (process.argv[1] === script) {
  process.once("disconnect", () => process.exit());
  process.once("message", (todo: ModelWork) => void work(todo).finally(() => process.disconnect()));
}
