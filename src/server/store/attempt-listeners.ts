import type { AttemptListener } from "./attempt-store.js";

/** An object of its own for each `add`, because the same function may be added several times. */
interface Subscription {
  readonly listener: AttemptListener;
}

/** The listeners of this process, by attempt. Most attempts have one, and there are many attempts: each is kept small. */
export class AttemptListeners {
  /** One alone has no array around it. Arrays are never changed in place: one that grows, like a set, reserves room for more. */
  readonly #subscriptions = new Map<string, Subscription | readonly Subscription[]>();

  get isEmpty(): boolean {
    return this.#subscriptions.size === 0;
  }

  /** Adds a listener. The same function may be added several times. Returns the function that removes it. */
  add(id: string, listener: AttemptListener): () => void {
    const subscription = { listener };
    this.#set(id, this.#of(id).concat([subscription]));
    return () => this.#remove(id, subscription);
  }

  #of(id: string): readonly Subscription[] {
    return [this.#subscriptions.get(id) ?? []].flat();
  }

  #set(id: string, subscriptions: readonly Subscription[]): void {
    const [first, ...others] = subscriptions;
    if (first) this.#subscriptions.set(id, others.length > 0 ? subscriptions : first);
    else this.#subscriptions.delete(id);
  }

  #remove(id: string, subscription: Subscription): void {
    this.#set(
      id,
      this.#of(id).filter((other) => other !== subscription),
    );
  }

  /** Calls the listeners of one attempt. One that throws does not keep the others from being called. */
  call(id: string, ...notice: Parameters<AttemptListener>): void {
    for (const { listener } of this.#of(id)) {
      try {
        listener(...notice);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** Tells all listeners that they may have missed changes, and when the store last failed. */
  callAll(lostAt: number): void {
    for (const id of [...this.#subscriptions.keys()]) this.call(id, "gap", lostAt);
  }
}
