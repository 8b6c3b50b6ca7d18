import type { Attempt } from "./attempt.js";
import { steadyNow } from "../runtime.js";
import { AttemptListeners } from "./attempt-listeners.js";
import type { AttemptStore } from "./attempt-store.js";
import { memoryPauseSwitch, type PauseSwitch } from "./pause-switch.js";

/** Old attempts are deleted at most this often. */
const sweepMs = 10_000;

/**
 * Keeps attempts in this process's memory: for one process, which forgets them when it ends.
 *
 * @param now the clock, in milliseconds since the epoch; default a clock that no change of the host's time moves
 */
export function memoryStore(now: () => number = steadyNow): AttemptStore {
  const attempts = new Map<string, Attempt>();
  const owners = new Map<string, string>();
  const listeners = new AttemptListeners();
  const switches = new Map<string, PauseSwitch>();
  let sweptAt = now();

  const find = (id: string | undefined): Attempt | undefined => {
    const attempt = id === undefined ? undefined : attempts.get(id);
    return attempt && attempt.forgetAt > now() ? attempt : undefined;
  };
  const keep = (attempt: Attempt): void => {
    for (const { id } of attempt.transactions) owners.set(id, attempt.id);
    attempts.set(attempt.id, attempt);
  };
  // Called when attempts come, because a timer would keep the process from ending.
  const sweep = (): void => {
    if (now() < sweptAt + sweepMs) return;
    sweptAt = now();
    for (const attempt of attempts.values()) {
      if (attempt.forgetAt > sweptAt) continue;
      attempts.delete(attempt.id);
      for (const { id } of attempt.transactions) if (owners.get(id) === attempt.id) owners.delete(id);
    }
  };

  return {
    create(attempt) {
      sweep();
      keep(attempt);
      return Promise.resolve();
    },
    get: (id) => Promise.resolve(find(id)),
    compareAndSet(id, version, next) {
      if (find(id)?.version !== version) return Promise.resolve(false);
      keep(next);
      listeners.call(id);
      return Promise.resolve(true);
    },
    findByTransaction: (transactionId) => Promise.resolve(find(owners.get(transactionId))),
    subscribe: (id, listener) => Promise.resolve(listeners.add(id, listener)),
    pauseSwitch(origin) {
      const made = switches.get(origin) ?? memoryPauseSwitch();
      switches.set(origin, made);
      return made;
    },
  };
}
