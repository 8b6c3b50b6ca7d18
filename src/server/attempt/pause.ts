/** That the logins of a site are paused. */
export interface Pause {
  /** When they go on by themselves, in milliseconds of the store's clock. Without it they go on with `resume` only. */
  until?: number;
}

/** Is notified of the site's pause; undefined: its logins are not paused. */
export type PauseListener = (pause: Pause | undefined) => void;

/** Keeps whether the logins of one site are paused, for all servers that share the store. */
export interface PauseSwitch {
  /**
   * Pauses the site's logins, or with `undefined` resumes them. A pause is kept until its time is over, also while no server runs.
   * Resolves when the listeners of this server have been called; those of the others are called within two seconds.
   */
  set(pause: Pause | undefined): Promise<void>;

  /**
   * Calls `listener` with the present pause before the promise resolves, and again after each change and each reconnect,
   * sometimes without a change. It need not be called when a pause ends by its own time. Resolves to the function that ends the
   * subscription.
   */
  subscribe(listener: PauseListener): Promise<() => void>;
}

/** The switch of a site whose servers are all in this process. */
export function memoryPauseSwitch(): PauseSwitch {
  let present: Pause | undefined;
  const listeners = new Set<{ call: PauseListener }>();
  return {
    set(pause) {
      present = pause;
      for (const { call } of listeners) call(pause);
      return Promise.resolve();
    },
    subscribe(call) {
      const listener = { call };
      listeners.add(listener);
      call(present);
      return Promise.resolve(() => void listeners.delete(listener));
    },
  };
}
