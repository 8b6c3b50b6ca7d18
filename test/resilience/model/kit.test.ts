import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkInOwnProcess } from "./support/check-model.js";

const endings = [
  "pending",
  "approved",
  "completed",
  "denied",
  "expired",
  "failed",
  "redeemed",
  "known",
  "new",
  "locked",
] as const;

describe("the kit answers as the model of an attempt, in any order of steps", { concurrency: 2 }, () => {
  for (const [store, runs] of [
    ["memory", 600],
    ["redis", 300],
    ["valkey", 300],
  ] as const) {
    test(`on ${store}`, async (t) => {
      const { ended, failed, message, path, seed, ...figures } = await checkInOwnProcess({ store, runs });
      t.diagnostic(`${figures.runs} runs, ${figures.steps} steps, ${figures.seconds} s, seed ${seed}`);
      t.diagnostic(`attempts ended ${JSON.stringify(ended)}`);
      const again = `MODEL_SEED=${seed} MODEL_PATH=${path} node --import tsx --test --test-name-pattern="on ${store}" test/resilience/model/kit.test.ts`;
      assert.equal(failed, false, `${message}\n\nAgain: ${again}`);
      // A counterexample that is repeated has a single run.
      const isLong = figures.runs >= 100;
      for (const ending of endings)
        assert.ok(!isLong || (ended[ending] ?? 0) > 0, `no attempt of ${figures.runs} runs ended ${ending}`);
    });
  }
});
