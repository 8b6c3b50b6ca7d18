import type { Client } from "./networks.js";

/** Counts how much of a limit is used, in all and by each client, so that no client takes what the others need. */
export class UsageByClient {
  readonly #perClient = new Map<string, number>();
  #used = 0;

  get used(): number {
    return this.#used;
  }

  /** @param client undefined where clients cannot be told apart */
  add(client: Client | undefined, change: number): void {
    this.#used += change;
    for (const key of client ?? []) if (key !== undefined) addTo(this.#perClient, key, change);
  }

  /**
   * Whether a client may use no more of a limit: all of it is used, or half of it, and at least a quarter by this customer or
   * half by its network. So one client leaves about half to the others, and none is limited while there is plenty.
   */
  isUsedUp(limit: number, client: Client | undefined): boolean {
    if (this.#used >= limit) return true;
    if (!client || this.#used < limit / 2) return false;
    const [customer, network] = client;
    return this.#isAbove(limit / 4, customer) || (network !== undefined && this.#isAbove(limit / 2, network));
  }

  #isAbove(share: number, key: string): boolean {
    return (this.#perClient.get(key) ?? 0) >= Math.max(1, Math.floor(share));
  }
}

/** Adds to a count. One that is 0 is removed. */
export function addTo<Key>(counts: Map<Key, number>, key: Key, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
