import { Observable } from "rxjs";
import { browserKey } from "../../protocol/login-api.js";
import { takeLock } from "../api/locks.js";
import type { SharedAttempt } from "../flow/environment.js";
import { keptAttempt, markAttempt, storeAttempt, storedAttempt } from "./resume-storage.js";

/** Longer than another tab's status and login request take. A phone may suspend a tab that holds the lock. */
const lockLimitMs = 20_000;

/**
 * A stored attempt, which all tabs share. Its owner has a copy of the stored text in its own storage, also after a reload. The
 * text changes when another tab becomes the owner.
 */
export const sharedAttempt = (endpoint: string, attempt: string): SharedAttempt => {
  const key = browserKey(endpoint);
  return {
    isOwner: () =>
      storedAttempt(endpoint) === attempt && sessionStorage.getItem(key) === localStorage.getItem(key),
    // Where another attempt was kept in between, nobody knows whether a number was sent.
    becomeOwner: () =>
      sessionStorage.setItem(key, String(storeAttempt(endpoint, attempt, Date.now(), "sent"))),
    takeUnattended: () => {
      const kept = keptAttempt(endpoint);
      const isFirst = kept?.attempt === attempt && kept.mark === "open";
      if (isFirst) markAttempt(endpoint, attempt, "sent");
      return isFirst;
    },
    changed: new Observable((subscriber) => {
      const listener = (event: StorageEvent) => event.key === key && subscriber.next(event);
      addEventListener("storage", listener);
      return () => removeEventListener("storage", listener);
    }),
    locked: (work) =>
      new Observable((subscriber) => {
        const released = new Promise<void>((release) => subscriber.add(release));
        void takeLock(attempt, lockLimitMs, released).then(
          () => subscriber.closed || subscriber.add(work.subscribe(subscriber)),
        );
      }),
  };
};
