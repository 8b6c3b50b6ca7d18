import type { Cleanup } from "./check-model.js";
import { memoryStore, type AttemptStore } from "onegini-otp-login/server";
import type { ModelClock } from "./clock.js";

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
  slackMs: { early: number; late: number };
  /** Forgets everything, for the next run. */
  reset(clock: ModelClock): Promise<void>;
  /** The store as one of the servers has it. */
  open(node: number): Promise<AttemptStore>;
  /** That server is gone; it opens the store anew. */
  close(node: number): Promise<void>;
  /** The time of the model went on. */
  passed(ms: number): Promise<void>;
  /** What it still holds of attempts that it ought to have forgotten. */
  leftovers(of: readonly Remains[], clock: ModelClock): Promise<string[]>;
}

export type OpenModelStore = (t: Cleanup) => Promise<ModelStore>;

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
