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
