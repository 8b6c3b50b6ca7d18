import type { Attempt } from "./attempt.js";
import type { GuardedStore } from "./store-guard.js";

/**
 * A store as one site sees it. Several sites may share a store, also by mistake: an attempt that another one began, and that
 * perhaps another Token Server approved, does not exist here. Everything that reads an attempt reads it through this.
 */
export function storeOfSite(store: GuardedStore, origin: string): GuardedStore {
  const own = (attempt: Attempt | undefined): Attempt | undefined =>
    attempt?.origin === origin ? attempt : undefined;
  return {
    ...store,
    get: async (id) => own(await store.get(id)),
    findByTransaction: async (transactionId) => own(await store.findByTransaction(transactionId)),
  };
}

/** A store that shows each attempt that is read from it or changed in it. */
export function shownStore(store: GuardedStore, seen: (attempt: Attempt) => void): GuardedStore {
  const shown = (attempt: Attempt | undefined): Attempt | undefined => {
    if (attempt) seen(attempt);
    return attempt;
  };
  return {
    ...store,
    get: async (id) => shown(await store.get(id)),
    findByTransaction: async (transactionId) => shown(await store.findByTransaction(transactionId)),
    async compareAndSet(id, version, next) {
      const isSet = await store.compareAndSet(id, version, next);
      if (isSet) seen(next);
      return isSet;
    },
  };
}
