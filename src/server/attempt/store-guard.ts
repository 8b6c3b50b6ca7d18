import type { Report } from "../kit-events.js";
import type { Runtime } from "../runtime.js";
import type { AttemptStore } from "./attempt-store.js";

/** The store does not work at the moment. The guard has reported it already. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";

  constructor(cause: unknown) {
    super("The store of the login attempts does not work at the moment.", { cause });
  }
}

/** A store whose methods reject with `StoreUnavailable` only. */
export type GuardedStore = Pick<
  AttemptStore,
  "create" | "get" | "compareAndSet" | "findByTransaction" | "subscribe"
>;

/** Trouble is reported at once, and then at most this often, even if the store works in between. */
const reportIntervalMs = 10_000;

/** After this long without a failure the store counts as recovered. */
const calmMs = 2000;

/** Turns every error of a store into `StoreUnavailable`, and reports when trouble begins and ends. */
export class StoreGuard {
  readonly #runtime: Runtime;
  readonly #report: Report;
  /** The first failure of the present trouble, and the last one. */
  #failingSince: number | undefined;
  #failedAt = -Infinity;
  #reportedAt = -Infinity;
  #failures = 0;

  constructor(runtime: Runtime, report: Report) {
    this.#runtime = runtime;
    this.#report = report;
  }

  /**
   * @param doing for the event, such as "reading an attempt"
   * @throws StoreUnavailable
   */
  async run<T>(doing: string, task: () => Promise<T>): Promise<T> {
    let result: T;
    try {
      result = await task();
    } catch (error) {
      this.#failed(doing, error);
      throw new StoreUnavailable(error);
    }
    if (this.#failingSince !== undefined) this.#succeeded(this.#failingSince);
    return result;
  }

  /** The same store, guarded. */
  guard(store: AttemptStore): GuardedStore {
    return {
      create: (attempt) => this.run("keeping an attempt", () => store.create(attempt)),
      get: (id) => this.run("reading an attempt", () => store.get(id)),
      compareAndSet: (id, version, next) =>
        this.run("changing an attempt", () => store.compareAndSet(id, version, next)),
      findByTransaction: (id) => this.run("finding a transaction", () => store.findByTransaction(id)),
      subscribe: (id, listener) => this.run("watching an attempt", () => store.subscribe(id, listener)),
    };
  }

  #failed(doing: string, error: unknown): void {
    const now = this.#runtime.now();
    this.#failingSince ??= now;
    this.#failedAt = now;
    this.#failures += 1;
    if (now < this.#reportedAt + reportIntervalMs) return;
    this.#reportedAt = now;
    const durationMs = now - this.#failingSince;
    const failures = this.#failures;
    this.#failures = 0;
    this.#report({ type: "store_trouble", level: "error", doing, error, failures, durationMs });
  }

  #succeeded(since: number): void {
    if (this.#runtime.now() < this.#failedAt + calmMs) return;
    this.#failingSince = undefined;
    // Trouble that was not reported, because it came soon after another, needs no report of its end.
    const wasReported = this.#reportedAt >= since;
    if (!wasReported) return;
    this.#failures = 0;
    this.#report({ type: "store_recovered", level: "warn", durationMs: this.#failedAt - since });
  }
}
