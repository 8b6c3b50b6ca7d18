import { base64url } from "../text/bytes.js";
import type { LoginKitEvent, Report } from "../kit-events.js";
import type { Runtime } from "../runtime.js";
import { attemptFormat, otherFormat, type Attempt } from "./attempt.js";
import type { AttemptStore } from "./attempt-store.js";
import type { PauseSwitch } from "./pause-switch.js";

/** Takes the place of any error of the store. The guard has already reported that error. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";

  constructor(cause: unknown) {
    super("The store of the login attempts does not work at the moment.", { cause });
  }
}

/** A store whose methods reject with `StoreUnavailable` only. An attempt that cannot be read is unknown. */
export type GuardedStore = Pick<
  AttemptStore,
  "create" | "get" | "compareAndSet" | "findByTransaction" | "subscribe"
>;

/** What a store keeps in a format. */
type StoredKind = Extract<LoginKitEvent, { type: "store_unreadable" }>["what"];

/** The first failure is reported at once. Further ones are counted, and reported at most once in this time. */
const reportIntervalMs = 10_000;

/** What cannot be read is reported at most once in this time, for each kind. */
const unreadableIntervalMs = 60_000;

/** A store that did not fail for this long has recovered. */
const recoveryMs = 2000;

const isUnreadable = (error: unknown): error is Error =>
  error instanceof Error && "kind" in error && error.kind === "unreadable";

/** Of a task that writes whatever its result. */
export const always = (): boolean => true;

/** How long a write that was taken says that the next will be. */
const trustedMs = 5000;

/** How long the store has to keep what is written to find out whether it takes writes. */
const probeMs = 1000;

/**
 * Turns every error of a store into `StoreUnavailable`, and reports when the store fails and when it has recovered. A store that is
 * full, or a replica, can still be read: it has recovered when it takes writes.
 */
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
  /** Whether the store took the last write; undefined before the first. */
  #tookWrite: boolean | undefined;
  #wroteAt = -Infinity;
  /** Writes something that nobody reads. */
  #write: () => Promise<void> = () => Promise.resolve();
  #probe: Promise<boolean> | undefined;
  readonly #unreadableAt = new Map<StoredKind, number>();

  constructor(runtime: Runtime, report: Report) {
    this.#runtime = runtime;
    this.#report = report;
  }

  /**
   * Runs a task of the store.
   *
   * @param operation names the task in the event, such as "reading an attempt"
   * @param wrote of a task that writes: whether it has, with this result
   * @throws StoreUnavailable
   */
  async run<T>(operation: string, task: () => Promise<T>, wrote?: (result: T) => boolean): Promise<T> {
    let result: T;
    try {
      result = await task();
    } catch (error) {
      if (wrote) this.#tookWrite = false;
      this.#failed(operation, error);
      throw new StoreUnavailable(error);
    }
    if (wrote?.(result)) {
      this.#tookWrite = true;
      this.#wroteAt = this.#runtime.now();
    }
    if (this.#failingSince !== undefined) this.#succeeded(this.#failingSince);
    return result;
  }

  /** Whether the store takes writes: tries one if the last was refused or is some seconds ago. Never rejects. */
  async takesWrites(): Promise<boolean> {
    if (this.#tookWrite === true && this.#runtime.now() < this.#wroteAt + trustedMs) return true;
    this.#probe ??= this.run("writing", this.#write, always).then(
      () => true,
      () => false,
    );
    const takesWrites = await this.#probe;
    this.#probe = undefined;
    return takesWrites;
  }

  /** When the store last failed. */
  get failedAt(): number {
    return this.#failedAt;
  }

  /** Wraps the store's methods with `run`. */
  guard(store: AttemptStore): GuardedStore {
    this.#write = () => store.create(this.#probeAttempt());
    return {
      create: (attempt) => this.run("creating an attempt", () => store.create(attempt), always),
      get: (id) => this.#read("reading an attempt", () => store.get(id)),
      compareAndSet: (id, version, next) =>
        this.run(
          "changing an attempt",
          () => store.compareAndSet(id, version, next),
          (isSet) => isSet,
        ),
      findByTransaction: (id) => this.#read("finding a transaction", () => store.findByTransaction(id)),
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

  /** An attempt that nobody began: every store has a method to write one, and forgets it by itself. */
  #probeAttempt(): Attempt {
    const now = this.#runtime.now();
    return {
      format: attemptFormat,
      id: base64url(this.#runtime.random(16)),
      version: 1,
      origin: "",
      browser: "",
      startedAt: now,
      transactions: [],
      startedCount: 0,
      state: { status: "pending" },
      forgetAt: now + probeMs,
    };
  }

  /**
   * Reports that the store has something that cannot be read.
   *
   * @param description says what it is, such as its format; never its contents
   */
  unreadable(what: StoredKind, description: string): void {
    const now = this.#runtime.now();
    if (now < (this.#unreadableAt.get(what) ?? -Infinity) + unreadableIntervalMs) return;
    this.#unreadableAt.set(what, now);
    this.#report({ type: "store_unreadable", level: "error", what, description });
  }

  /** All attempts from any store come in here. One that cannot be read is unknown. */
  #read(operation: string, task: () => Promise<Attempt | undefined>): Promise<Attempt | undefined> {
    return this.run(operation, async () => {
      try {
        const attempt = await task();
        const other = attempt && otherFormat(attempt.format);
        if (other === undefined) return attempt;
        this.unreadable("attempt", `cannot read an attempt with ${other}`);
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        this.unreadable("attempt", error.message);
      }
      return undefined;
    });
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
    if (this.#tookWrite === false) return void this.takesWrites();
    this.#failingSince = undefined;
    // The failures may not have been reported, because they came soon after others. Then the recovery is not either.
    const wasReported = this.#reportedAt >= since;
    if (!wasReported) return;
    this.#failures = 0;
    this.#report({ type: "store_recovered", level: "warn", durationMs: this.#failedAt - since });
  }
}
