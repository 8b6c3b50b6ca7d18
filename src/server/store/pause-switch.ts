/** That the logins of a site are paused. */
export interface Pause {
  /** When they go on by themselves, in milliseconds of the store's clock. Without it they go on with `resume` only. */
  until?: number;
  /** Who paused them, as the operator said. */
  by?: string;
  /** Why, as the operator said. */
  reason?: string;
  /** Whether this server alone is paused (`kit.pause({ onThisServer: true })`). Never in the text that the store keeps. */
  onThisServer?: true;
}

/**
 * Keeps one short text for a site: what its operator said last about a pause. The text is the kit's: a store keeps it as it is,
 * for ever, and compares it whole. Which of two words is the newer one, and what to do when the store has lost one, the kit
 * decides.
 *
 * A method rejects if the store cannot be used at the moment, and does so within a few seconds.
 */
export interface PauseSwitch {
  /** The text that was stored last, not that of a copy which lags behind; undefined if none is stored. */
  read(): Promise<string | undefined>;

  /**
   * Stores `next` in place of `text` (undefined: where none is stored), in one atomic step, and then calls the listeners of all
   * servers. Resolves to false and changes nothing if another text is stored. The text has no time to live: it stays until it is
   * replaced, also while no server runs.
   */
  compareAndSet(text: string | undefined, next: string): Promise<boolean>;

  /**
   * Calls `listener` after each change, on every server within a second, and when the store works again after changes may have
   * been missed, such as after a reconnect; sometimes without a change. The subscription works before the promise resolves, so
   * that a caller that reads afterwards misses no change. Resolves to the function that ends the subscription.
   */
  subscribe(listener: () => void): Promise<() => void>;
}

/** The switch of a site whose servers are all in this process. */
export function memoryPauseSwitch(): PauseSwitch {
  let stored: string | undefined;
  const listeners = new Set<{ call: () => void }>();
  return {
    read: () => Promise.resolve(stored),
    compareAndSet(text, next) {
      if (stored !== text) return Promise.resolve(false);
      stored = next;
      for (const { call } of listeners) call();
      return Promise.resolve(true);
    },
    subscribe(call) {
      const listener = { call };
      listeners.add(listener);
      return Promise.resolve(() => void listeners.delete(listener));
    },
  };
}
