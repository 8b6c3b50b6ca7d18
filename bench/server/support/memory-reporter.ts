import { setTimeout as sleep } from "node:timers/promises";

/**
 * Preloaded into a server (`--import`) that runs with `--expose-gc`: tells the parent the bytes of its JavaScript heap
 * and of the buffers outside it, on `heap` as they are, on `collected heap` after a garbage collection.
 */
process.on("disconnect", () => process.exit());
process.on("message", (what) => {
  if (what === "heap") report();
  if (what === "collected heap") void collect().then(report);
});

function report(): void {
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({ heapBytes: heapUsed + external });
}

/** Repeated, because what a finalizer gives up is found by the next collection. */
async function collect(): Promise<void> {
  for (let round = 0; round < 4; round++) {
    globalThis.gc?.();
    await sleep(250);
  }
}
