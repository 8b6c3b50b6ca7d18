/** The listeners of this process, by attempt. */
export class AttemptListeners {
  readonly #listeners = new Map<string, Set<() => void>>();

  get isEmpty(): boolean {
    return this.#listeners.size === 0;
  }

  /** Adds a listener. The same function may be added several times. Returns the function that removes it. */
  add(id: string, listener: () => void): () => void {
    const subscription = (): void => listener();
    const subscribed = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, subscribed.add(subscription));
    return () => {
      subscribed.delete(subscription);
      if (subscribed.size === 0 && this.#listeners.get(id) === subscribed) this.#listeners.delete(id);
    };
  }

  /** Calls the listeners of one attempt. One that throws does not keep the others from being called. */
  call(id: string): void {
    for (const listener of [...(this.#listeners.get(id) ?? [])]) {
      try {
        listener();
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  callAll(): void {
    for (const id of [...this.#listeners.keys()]) this.call(id);
  }
}
