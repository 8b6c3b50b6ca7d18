import type { Runtime } from "../runtime.js";

/** Longer than the start of a transaction takes. */
const memoryMs = 10_000;

/** Anybody can post callbacks. */
const maxCallbacks = 1000;

/** The callbacks of unknown transactions. The Token Server may send one before it answers the start. */
export class EarlyCallbacks {
  /** When each came, the latest last. */
  readonly #receivedAt = new Map<string, number>();
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  remember(transactionId: string): void {
    this.#receivedAt.delete(transactionId);
    this.#receivedAt.set(transactionId, this.#runtime.now());
    const [oldest = ""] = this.#receivedAt.keys();
    if (this.#receivedAt.size > maxCallbacks) this.#receivedAt.delete(oldest);
  }

  /** Whether a transaction had a callback lately, which is then forgotten. */
  take(transactionId: string): boolean {
    const receivedAt = this.#receivedAt.get(transactionId);
    this.#receivedAt.delete(transactionId);
    return receivedAt !== undefined && this.#runtime.now() < receivedAt + memoryMs;
  }
}
