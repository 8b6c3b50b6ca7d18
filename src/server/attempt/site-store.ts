import type { Attempt } from "./attempt.js";
import type { GuardedStore } from "./store-guard.js";

/**
 * A store as one site sees it. Several sites may share a store, also by mistake: an attempt that another one began, and that
 * perhaps another Token Server approved, does not exist here. Everything that reads an attempt reads it through this.
 *
 * @param seen hears of each attempt that was read or changed
 */
export function storeOfSite(
  store: GuardedStore,
  origin: string,
  seen: (attempt: Attempt) => void,
): GuardedStore {
  const own = (attempt: Attempt | undefined): Attempt | undefined => {
    if (attempt?.origin !== origin) return undefined;
    seen(attempt);
    return attempt;
  };
  return {
    ...store,
    get: async (id) => own(await store.get(id)),
    findByTransaction: async (transactionId) => own(await store.findByTransaction(transactionId)),
    async compareAndSet(id, version, next) {
      const isSet = await store.compareAndSet(id, version, next);
      if (isSet) seen(next);
      return isSet;
    },
  };
}
