import fc from "fast-check";
import type { Status } from "./attempt-state.js";
import { checkInvariants, checkNothingIsLeft } from "./invariants.js";
import { Model } from "./model.js";
import type { Sabotage } from "./node.js";
import { takeStep } from "./take-step.js";
import { steps, type ModelStep } from "./steps.js";
import type { OpenModelStore } from "./stores.js";
import { ModelTokenServer } from "./token-server.js";
import { World } from "./world.js";

/** For longer runs, or to repeat a counterexample. */
const { MODEL_RUNS, MODEL_SEED, MODEL_PATH } = process.env;

/** Registers what is done when the test is over, as `TestContext` does. */
export interface Cleanup {
  after(task: () => unknown): void;
}

export interface CheckOptions {
  runs: number;
  sabotage?: Sabotage;
  /** Default one at random. */
  seed?: number;
}

/** The result of the runs. */
export interface Checked {
  failed: boolean;
  runs: number;
  steps: number;
  seconds: number;
  /** How many attempts ended in each status. */
  ended: Partial<Record<Status, number>>;
  /** The error of the shortest failing run that was found. */
  message: string;
  seed: number;
  path: string | undefined;
}

/** Runs the kit on a store and compares it with the model after each step. */
export async function checkModel(
  t: Cleanup,
  openStore: OpenModelStore,
  { runs, sabotage, seed }: CheckOptions,
): Promise<Checked> {
  const tokenServer = new ModelTokenServer();
  await tokenServer.listen(t);
  const store = await openStore(t);
  let taken = 0;
  const ended: Checked["ended"] = {};
  const beganAt = performance.now();

  const run = async (todo: ModelStep[], scheduler: fc.Scheduler): Promise<void> => {
    const world = await World.open({ store, tokenServer, sabotage });
    const model = new Model();
    const commands = todo.map((step) => ({
      check: () => true,
      async run() {
        taken += 1;
        await takeStep(step, model, world, scheduler);
        await checkInvariants(model, world);
      },
      toString: () => fc.stringify(step),
    }));
    await fc.asyncModelRun(() => ({ model, real: world }), commands);
    for (const { states } of model.attempts) {
      const status = states[0]?.status ?? "pending";
      ended[status] = (ended[status] ?? 0) + 1;
    }
    await checkNothingIsLeft(model, world);
  };

  const details = await fc.check(fc.asyncProperty(steps, fc.scheduler(), run), {
    numRuns: MODEL_RUNS === undefined || sabotage ? runs : Number(MODEL_RUNS),
    // For a sabotage it does not matter how short the failing run is.
    endOnFailure: sabotage !== undefined,
    ...(seed !== undefined && { seed }),
    ...(MODEL_SEED !== undefined && { seed: Number(MODEL_SEED) }),
    ...(!sabotage && MODEL_PATH !== undefined && { path: MODEL_PATH }),
  });
  return {
    failed: details.failed,
    runs: details.numRuns,
    steps: taken,
    ended,
    seconds: Math.round((performance.now() - beganAt) / 1000),
    message: [details.errorInstance, await fc.asyncDefaultReportMessage(details)].map(String).join("\n"),
    seed: details.seed,
    path: details.counterexamplePath ?? undefined,
  };
}
