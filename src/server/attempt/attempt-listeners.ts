import type { AttemptListener } from "./attempt-store.js";

/** The listeners of this process, by attempt. */
export class AttemptListeners {
  readonly #listeners = new Map<string, Set<AttemptListener>>();

  get isEmpty(): boolean {
    return this.#listeners.size === 0;
  }

  /** Adds a listener. The same function may be added several times. Returns the function that removes it. */
  add(id: string, listener: AttemptListener): () => void {
    const subscription: AttemptListener = (notice) => listener(notice);
    const subscribed = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, subscribed.add(subscription));
    return () => {
      subscribed.delete(subscription);
      if (subscribed.size === 0 && this.#listeners.get(id) === subscribed) this.#listeners.delete(id);
    };
  }

  /** Calls the listeners of one attempt. One that throws does not keep the others from being called. */
  call(id: string, notice?: "gap"): void {
    for (const listener of [...(this.#listeners.get(id) ?? [])]) {
      try {
        listener(notice);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** Tells all listeners that they may have missed changes. */
  callAll(): void {
    for (const id of [...this.#listeners.keys()]) this.call(id, "gap");
  }
}
