/** Who waits for changes of which attempt, in this process. */
export class RedisListeners {
  readonly #listeners = new Map<string, Set<() => void>>();

  /** Lets a listener wait; the same function may wait several times. Returns the function that ends it. */
  add(id: string, listener: () => void): () => void {
    const subscription = (): void => listener();
    const subscribed = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, subscribed.add(subscription));
    return () => {
      subscribed.delete(subscription);
      if (subscribed.size === 0 && this.#listeners.get(id) === subscribed) this.#listeners.delete(id);
    };
  }

  /** Calls those who wait for one attempt. */
  wake(id: string): void {
    for (const listener of [...(this.#listeners.get(id) ?? [])]) call(listener);
  }

  /** Calls everybody. */
  wakeAll(): void {
    for (const id of [...this.#listeners.keys()]) this.wake(id);
  }
}

/** A listener that throws keeps no other from being called, and does not end the connection that brought the notice. */
function call(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
