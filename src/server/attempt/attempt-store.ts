import type { Attempt } from "./attempt.js";
import type { RateLimit, RateLimiter } from "../limits/rate-limiter.js";

/**
 * Where attempts live. One process keeps them in memory (`memoryStore`); several share a store of this shape.
 *
 * Attempts are plain JSON and never changed in place. Each carries `forgetAt`, the instant (milliseconds since the
 * epoch) from which on a store may forget it, with all that belongs to it. A method that rejects says that the store
 * cannot be used at the moment; it rejects within a few seconds rather than never.
 */
export interface AttemptStore {
  /** Keeps a new attempt. Its transactions can be found from then on. */
  create(attempt: Attempt): Promise<void>;

  /** The attempt of that id, unless it is unknown or forgotten. */
  get(id: string): Promise<Attempt | undefined>;

  /**
   * Puts `next` in the place of the attempt of that id, in one atomic step, if its version is still `version`; then
   * tells who subscribed. False, and nothing is changed, if it is not, or if the attempt is gone.
   */
  compareAndSet(id: string, version: number, next: Attempt): Promise<boolean>;

  /** The attempt that owns a transaction, unless there is none. */
  findByTransaction(transactionId: string): Promise<Attempt | undefined>;

  /**
   * Calls `listener` whenever the attempt of that id may have changed: at least once after each change, at once or
   * later, more often if it suits the store. The subscription is live before the promise resolves, so who reads the attempt
   * afterwards misses nothing. The attempt need not exist. Resolves to the function that ends it.
   */
  subscribe(id: string, listener: () => void): Promise<() => void>;

  /** Whether several servers share it: somebody may be watching an attempt elsewhere. Default false. */
  readonly isShared?: boolean;

  /**
   * The clock by which all who share the store go, in milliseconds since the epoch. Default: a clock of this process that
   * no change of the host's time moves.
   */
  now?(): number;

  /** Makes a limiter whose counts all who share the store see. Default: it counts in this process's memory. */
  limiter?(limit: RateLimit): RateLimiter;
}
