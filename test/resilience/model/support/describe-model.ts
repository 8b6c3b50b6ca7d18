import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { describe, test } from "node:test";
import type { Checked } from "./check-model.js";
import type { ModelWork } from "./model-process.js";

const statuses = ["pending", "approved", "completed", "denied", "expired", "failed"] as const;

/** The kit on a store does what the model says, in whatever order things happen. */
export function describeModel(work: ModelWork): void {
  describe(`the kit on the store ${work.store}`, () => {
    test("answers as the model of an attempt does, in any order of things, and keeps its promises", async (t) => {
      const checked = await inItsOwnProcess(work);
      const { ended, runs, seconds, seed, steps } = checked;
      t.diagnostic(`${work.store}: ${runs} runs, ${steps} steps, ${seconds} s, seed ${seed}`);
      t.diagnostic(`attempts ended ${JSON.stringify(ended)}`);
      const again = `MODEL_SEED=${seed} MODEL_PATH=${checked.path} node --import tsx --test test/resilience/model/${work.store}.test.ts`;
      assert.equal(checked.failed, false, `${checked.message}\n\nAgain: ${again}`);
      const isLong = runs >= 100;
      for (const status of statuses)
        assert.ok(!isLong || (ended[status] ?? 0) > 0, `no attempt of ${runs} runs ended ${status}`);
    });
  });
}

/** What node:test hangs on each promise of a test would take half as long again. */
async function inItsOwnProcess(work: ModelWork): Promise<Checked> {
  const child = fork(new URL("./model-process.ts", import.meta.url), { execArgv: ["--import", "tsx"] });
  child.send(work);
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`The process of the model ended with ${String(code)}`);
  });
  const [checked] = (await Promise.race([once(child, "message"), ended])) as [Checked];
  await ended.catch(() => undefined);
  return checked;
}
