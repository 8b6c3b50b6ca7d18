import type { Report } from "../kit-events.js";
import type { Runtime } from "../runtime.js";
import type { AttemptStore } from "./attempt-store.js";
import type { PauseSwitch } from "./pause.js";

/** Takes the place of any error of the store. The guard has already reported that error. */
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

/** The first failure is reported at once. Further ones are counted, and reported at most once in this time. */
const reportIntervalMs = 10_000;

/** A store that did not fail for this long has recovered. */
const recoveryMs = 2000;

/** Turns every error of a store into `StoreUnavailable`, and reports when the store fails and when it has recovered. */
export class StoreGuard {
  readonly #runtime: Runtime;
  readonly #report: Report;
  /** The first failure since the store last recovered; undefined if there was none. */
  #failingSince: number | undefined;
  /** The latest failure. */
  #failedAt = -Infinity;
  #reportedAt = -Infinity;
  /** The failures since the last report. */
  #failures = 0;

  constructor(runtime: Runtime, report: Report) {
    this.#runtime = runtime;
    this.#report = report;
  }

  /**
   * Runs a task of the store.
   *
   * @param operation names the task in the event, such as "reading an attempt"
   * @throws StoreUnavailable
   */
  async run<T>(operation: string, task: () => Promise<T>): Promise<T> {
    let result: T;
    try {
      result = await task();
    } catch (error) {
      this.#failed(operation, error);
      throw new StoreUnavailable(error);
    }
    if (this.#failingSince !== undefined) this.#succeeded(this.#failingSince);
    return result;
  }

  /** When the store last failed. */
  get failedAt(): number {
    return this.#failedAt;
  }

  /** Wraps the store's methods with `run`. */
  guard(store: AttemptStore): GuardedStore {
    return {
      create: (attempt) => this.run("creating an attempt", () => store.create(attempt)),
      get: (id) => this.run("reading an attempt", () => store.get(id)),
      compareAndSet: (id, version, next) =>
        this.run("changing an attempt", () => store.compareAndSet(id, version, next)),
      findByTransaction: (id) => this.run("finding a transaction", () => store.findByTransaction(id)),
      subscribe: (id, listener) => this.run("subscribing to an attempt", () => store.subscribe(id, listener)),
    };
  }

  /** Wraps the methods of a pause switch. */
  guardSwitch(of: PauseSwitch): PauseSwitch {
    return {
      read: () => this.run("reading a pause", () => of.read()),
      compareAndSet: (text, next) => this.run("writing a pause", () => of.compareAndSet(text, next)),
      subscribe: (listener) => this.run("subscribing to a pause", () => of.subscribe(listener)),
    };
  }

  #failed(operation: string, error: unknown): void {
    const now = this.#runtime.now();
    this.#failingSince ??= now;
    this.#failedAt = now;
    this.#failures += 1;
    if (now < this.#reportedAt + reportIntervalMs) return;
    this.#reportedAt = now;
    const durationMs = now - this.#failingSince;
    const failures = this.#failures;
    this.#failures = 0;
    this.#report({ type: "store_trouble", level: "error", operation, error, failures, durationMs });
  }

  #succeeded(since: number): void {
    if (this.#runtime.now() < this.#failedAt + recoveryMs) return;
    this.#failingSince = undefined;
    // The failures may not have been reported, because they came soon after others. Then the recovery is not either.
    const wasReported = this.#reportedAt >= since;
    if (!wasReported) return;
    this.#failures = 0;
    this.#report({ type: "store_recovered", level: "warn", durationMs: this.#failedAt - since });
  }
}
