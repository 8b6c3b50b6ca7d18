import type { Attempt } from "./attempt.js";
import type { PauseSwitch } from "./pause-switch.js";
import type { RateLimit, RateLimiter } from "../limits/rate-limiter.js";

/**
 * Is notified when an attempt changes. `gap`: it may have missed some changes.
 *
 * @param lostAt when the store last failed, in milliseconds of its clock; default: now
 */
export type AttemptListener = (notice?: "gap", lostAt?: number) => void;

/**
 * Where attempts are kept: in memory for one process (`memoryStore`), in a shared store for several.
 *
 * Attempts are plain JSON and never changed in place. A store keeps all of their members, also those that a newer version adds,
 * and their `format`, which the kit checks: one of another format is unknown, and the event `store_unreadable` reports it. The
 * same holds for what a store cannot read itself: `get` and `findByTransaction` reject with an error whose `kind` is
 * `"unreadable"` and whose message says what was found, without its contents. Each attempt has `forgetAt`, the time (milliseconds
 * since the epoch) from which a store may delete it, with its transactions. A method rejects if the store cannot be used at the
 * moment, and does so within a few seconds.
 */
export interface AttemptStore {
  /** Adds a new attempt. From then on its transactions can be found. */
  create(attempt: Attempt): Promise<void>;

  /** The attempt of that id; undefined if it is unknown or deleted. */
  get(id: string): Promise<Attempt | undefined>;

  /**
   * Replaces the attempt of that id by `next` if its version is still `version`, in one atomic step, and then calls the
   * listeners. Resolves to false and changes nothing if the version is another, or the attempt is gone or cannot be read.
   */
  compareAndSet(id: string, version: number, next: Attempt): Promise<boolean>;

  /** The attempt that a transaction belongs to; undefined if there is none. */
  findByTransaction(transactionId: string): Promise<Attempt | undefined>;

  /**
   * Calls `listener` after each change of the attempt of that id, at once or a little later, and sometimes without a change.
   * It calls it with `gap` when the store works again after changes may have been missed, such as after a reconnect. The
   * subscription works before the promise resolves, so that a caller that reads the attempt afterwards misses no change.
   * The attempt need not exist. Resolves to the function that ends the subscription.
   */
  subscribe(id: string, listener: AttemptListener): Promise<() => void>;

  /** Whether several servers share the store, so that another server may have watchers of an attempt. Default false. */
  readonly isShared?: boolean;

  /**
   * The clock of all servers that share the store, in milliseconds since the epoch. Default: a clock of this process that
   * does not follow changes of the host's time.
   */
  now?(): number;

  /** Makes a limiter with counts that all servers share. Default: one that counts in this process's memory. */
  limiter?(limit: RateLimit): RateLimiter;

  /**
   * Where the site keeps what its operator said last about a pause, for all of its servers: see `PauseSwitch`. Called once by
   * each kit. Without it `kit.pause` works for the kit that is called alone, and rejects if the store is shared.
   *
   * @param origin the site
   */
  pauseSwitch?(origin: string): PauseSwitch;
}
