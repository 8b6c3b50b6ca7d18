import { base64url } from "../text/bytes.js";
import type { LoginKitEvent, Report } from "../kit-events.js";
import { LogThrottle } from "../limits/log-throttle.js";
import type { Rate } from "../defaults/limits.js";
import { memoryLimiter, type Counted, type RateLimiter } from "../limits/rate-limiter.js";
import type { Runtime } from "../runtime.js";
import { attemptFormat, otherFormat, type Attempt } from "./attempt.js";
import type { AttemptListener, AttemptStore } from "./attempt-store.js";
import { memoryPauseSwitch, type PauseSwitch } from "./pause-switch.js";

/** Takes the place of any error of the store. The guard has already reported that error. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";

  constructor(cause: unknown) {
    super("The store of the login attempts does not work at the moment.", { cause });
  }
}

/** The attempts in a store. */
export type StoredAttempts = Pick<
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
const always = (): boolean => true;

const canRead = (limiter: RateLimiter): limiter is Required<RateLimiter> => "read" in limiter;

/** How long a write that was taken says that the next will be. */
const trustedMs = 5000;

/** How long the store has to keep what is written to find out whether it takes writes. */
const probeMs = 1000;

/**
 * The store of one site. Turns every error of it into `StoreUnavailable`, and reports when it fails and when it has recovered. A
 * store that is full, or a replica, can still be read: it has recovered when it takes writes. An attempt that cannot be read is
 * unknown.
 */
export class StoreGuard implements StoredAttempts {
  readonly #store: AttemptStore;
  readonly #origin: string;
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
  #probe: Promise<boolean> | undefined;
  readonly #throttle: LogThrottle;

  /** @param origin the site's: others may share the store */
  constructor(store: AttemptStore, origin: string, runtime: Runtime, report: Report) {
    this.#store = store;
    this.#origin = origin;
    this.#runtime = runtime;
    this.#report = report;
    this.#throttle = new LogThrottle(unreadableIntervalMs, runtime);
  }

  /**
   * Runs a task of the store.
   *
   * @param operation names the task in the event, such as "reading an attempt"
   * @param wrote of a task that writes: whether it has, with this result
   * @throws StoreUnavailable
   */
  async #run<T>(operation: string, task: () => Promise<T>, wrote?: (result: T) => boolean): Promise<T> {
    let result: T;
    try {
      result = await task();
    } catch (error) {
      if (wrote) this.#tookWrite = false;
      throw this.#failed(operation, error);
    }
    if (wrote?.(result)) {
      this.#tookWrite = true;
      this.#wroteAt = this.#runtime.now();
    }
    this.#worked();
    return result;
  }

  /** Whether the store takes writes: tries one if the last was refused or is some seconds ago. Never rejects. */
  async takesWrites(): Promise<boolean> {
    if (this.#tookWrite === true && this.#runtime.now() < this.#wroteAt + trustedMs) return true;
    this.#probe ??= this.#run("writing", () => this.#store.create(this.#probeAttempt()), always).then(
      () => true,
      () => false,
    );
    const takesWrites = await this.#probe;
    this.#probe = undefined;
    return takesWrites;
  }

  /** Whether other servers share the store. */
  get isShared(): boolean {
    return this.#store.isShared === true;
  }

  /** When the store last failed. */
  get failedAt(): number {
    return this.#failedAt;
  }

  create(attempt: Attempt): Promise<void> {
    return this.#run("creating an attempt", () => this.#store.create(attempt), always);
  }

  get(id: string): Promise<Attempt | undefined> {
    return this.#read("reading an attempt", "get", id);
  }

  compareAndSet(id: string, version: number, next: Attempt): Promise<boolean> {
    const write = () => this.#store.compareAndSet(id, version, next);
    return this.#run("changing an attempt", write, (isSet) => isSet);
  }

  findByTransaction(id: string): Promise<Attempt | undefined> {
    return this.#read("finding a transaction", "findByTransaction", id);
  }

  subscribe(id: string, listener: AttemptListener): Promise<() => void> {
    return this.#run("subscribing to an attempt", () => this.#store.subscribe(id, listener));
  }

  /**
   * The counter of a limit: in the store if it can count, else in this kit's memory. In a store each site counts for itself,
   * because other sites may share it.
   */
  limiter(name: string, rate: Rate): RateLimiter {
    const limit = { name, ...rate };
    const limiter = this.#store.limiter?.(limit);
    return limiter ? { count: (key) => this.#count(limiter, key) } : memoryLimiter(limit);
  }

  /** The same for a limit whose uses are also read: a store that cannot read them does not count them either. */
  readableLimiter(name: string, rate: Rate): Required<RateLimiter> {
    const limit = { name, ...rate };
    const limiter = this.#store.limiter?.(limit);
    if (!limiter || !canRead(limiter)) return memoryLimiter(limit);
    return {
      count: (key) => this.#count(limiter, key),
      read: async (key) =>
        this.#reported(await this.#run("reading a limit", () => limiter.read(this.#keyOf(key)))),
    };
  }

  /** Where the operator's last word about a pause is; undefined if the store is shared and has no place for it. */
  pauseSwitch(): PauseSwitch | undefined {
    const found =
      this.#store.pauseSwitch?.(this.#origin) ?? (this.isShared ? undefined : memoryPauseSwitch());
    return (
      found && {
        read: () => this.#run("reading a pause", () => found.read()),
        compareAndSet: (text, next) => this.#run("writing a pause", () => found.compareAndSet(text, next)),
        subscribe: (listener) => this.#run("subscribing to a pause", () => found.subscribe(listener)),
      }
    );
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
  unreadable(kind: StoredKind, description: string): void {
    if (this.#throttle.isDue(kind))
      this.#report({ type: "store_unreadable", level: "error", what: kind, description });
  }

  /** All attempts from any store come in here. One that cannot be read is unknown, which is no failure of the store. */
  async #read(
    operation: string,
    method: "get" | "findByTransaction",
    id: string,
  ): Promise<Attempt | undefined> {
    let fault: string | undefined;
    try {
      const attempt = await this.#store[method](id);
      const other = attempt && otherFormat(attempt.format);
      if (other === undefined) {
        this.#worked();
        return attempt;
      }
      fault = `cannot read an attempt with ${other}`;
    } catch (error) {
      if (!isUnreadable(error)) throw this.#failed(operation, error);
      fault = error.message;
    }
    this.#worked();
    this.unreadable("attempt", fault);
    return undefined;
  }

  async #count(limiter: RateLimiter, key: string): Promise<Counted> {
    return this.#reported(
      await this.#run("counting for a limit", () => limiter.count(this.#keyOf(key)), always),
    );
  }

  /** Reports a count that could not be read. */
  #reported(counted: Counted): Counted {
    if (counted.unreadable !== undefined)
      this.unreadable("limit", `cannot read a limit with ${counted.unreadable}`);
    return counted;
  }

  #keyOf(key: string): string {
    return `${this.#origin}|${key}`;
  }

  /** Notes that the store has failed. Returns what takes the place of its error. */
  #failed(operation: string, error: unknown): StoreUnavailable {
    const now = this.#runtime.now();
    this.#failingSince ??= now;
    this.#failedAt = now;
    this.#failures += 1;
    if (now >= this.#reportedAt + reportIntervalMs) {
      this.#reportedAt = now;
      const durationMs = now - this.#failingSince;
      const failures = this.#failures;
      this.#failures = 0;
      this.#report({ type: "store_trouble", level: "error", operation, error, failures, durationMs });
    }
    return new StoreUnavailable(error);
  }

  /** Notes that the store has worked: it may have recovered. */
  #worked(): void {
    const since = this.#failingSince;
    if (since === undefined || this.#runtime.now() < this.#failedAt + recoveryMs) return;
    if (this.#tookWrite === false) return void this.takesWrites();
    this.#failingSince = undefined;
    // The failures may not have been reported, because they came soon after others. Then the recovery is not either.
    const wasReported = this.#reportedAt >= since;
    if (!wasReported) return;
    this.#failures = 0;
    this.#report({ type: "store_recovered", level: "warn", durationMs: this.#failedAt - since });
  }
}
