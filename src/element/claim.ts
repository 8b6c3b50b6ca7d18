import { Observable } from "rxjs";
import { browserKey } from "../protocol/login-api.js";
import { acquire } from "./api/start-lock.js";
import type { Claim } from "./flow/environment.js";
import { storeAttempt, storedAttempt } from "./resume-storage.js";

/** Longer than another tab's status and login request take. A phone may suspend a tab that holds the lock. */
const lockLimitMs = 20_000;

/**
 * The claim of a stored attempt: a copy of its text in this tab's own storage, which the tab keeps when it is loaded again.
 * The text changes when another tab takes the claim.
 */
export const claimOf = (endpoint: string, attempt: string): Claim => {
  const key = browserKey(endpoint);
  return {
    isMine: () =>
      storedAttempt(endpoint) === attempt && sessionStorage.getItem(key) === localStorage.getItem(key),
    take: () => sessionStorage.setItem(key, String(storeAttempt(endpoint, attempt, Date.now()))),
    locked: (work) =>
      new Observable((subscriber) => {
        const released = new Promise<void>((release) => subscriber.add(release));
        void acquire(attempt, lockLimitMs, released).then(
          () => subscriber.closed || subscriber.add(work.subscribe(subscriber)),
        );
      }),
  };
};
