import type { Runtime } from "../runtime.js";

/** Longer than starting a transaction takes. */
const memoryMs = 10_000;

/** Anybody can post callbacks: their memory is small. */
const maxHints = 1000;

/** Callbacks for transactions that are not known yet: the Token Server may be faster than its answer to us. */
export class EarlyHints {
  readonly #heardAt = new Map<string, number>();
  readonly #runtime: Runtime;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  remember(transactionId: string): void {
    this.#heardAt.delete(transactionId);
    this.#heardAt.set(transactionId, this.#runtime.now());
    const oldest = this.#heardAt.keys().next();
    if (this.#heardAt.size > maxHints && !oldest.done) this.#heardAt.delete(oldest.value);
  }

  /** Whether there was a callback for this transaction lately; it is forgotten with that. */
  take(transactionId: string): boolean {
    const heardAt = this.#heardAt.get(transactionId);
    this.#heardAt.delete(transactionId);
    return heardAt !== undefined && this.#runtime.now() < heardAt + memoryMs;
  }
}
