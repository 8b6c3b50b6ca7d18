import { browserKey } from "../../protocol/login-api.js";

/**
 * Tabs of one site start one after the other, so that all of them end up with the same browser cookie. Web Locks do the
 * queueing. Every wait has a limit: a tab that hangs must not keep others from starting.
 */

/** How long a start waits for those of other tabs. */
const startLimitMs = 3_000;
/** How long a stream waits for the starts that other tabs sent at the same time as this page's first. */
const streamLimitMs = 1_000;

/** By endpoint: settles when this page's first start, and those that other tabs sent at the same time, are answered. */
const firstStarts = new Map<string, Promise<unknown>>();

/**
 * Settles when a stream may be opened. Before that the cookie may be replaced, and a stream that was opened with the old
 * cookie would show a code that cannot log in this browser.
 */
export const firstStartsDone = (endpoint: string): Promise<unknown> | undefined => firstStarts.get(endpoint);

/** Records that `early.js` made this page's first start. */
export function markStarted(endpoint: string): void {
  if (!firstStarts.has(endpoint)) firstStarts.set(endpoint, takeLock(endpoint, streamLimitMs));
}

/**
 * Sends a start when it has the lock. A page's first start is sent at once, because getting the lock takes longer than sending
 * the request; it queues for the lock all the same, so that a tab that has to start again waits for it.
 */
export async function withStartLock<T>(
  endpoint: string,
  signal: AbortSignal,
  send: () => Promise<T>,
): Promise<T> {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  if (firstStarts.has(endpoint)) {
    await takeLock(endpoint, startLimitMs, released, signal);
    return send().finally(release);
  }
  const first = send().finally(release);
  void takeLock(endpoint, startLimitMs, released, signal);
  const answered = first.catch(() => {});
  firstStarts.set(
    endpoint,
    answered.then(() => takeLock(endpoint, streamLimitMs)),
  );
  return first;
}

/**
 * Resolves when it has the lock, which it then holds until `released`; at the latest after the limit or when aborted. The limit
 * is its own timer, because browsers differ in how they end a request for a lock.
 * @param owner the endpoint whose starts, or the attempt whose logins, queue for the lock
 */
export function takeLock(
  owner: string,
  limitMs: number,
  released?: Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", go);
      resolve();
    };
    const timer = setTimeout(go, limitMs);
    signal?.addEventListener("abort", go);
    // Outside secure contexts there are no locks.
    const locks = navigator.locks as LockManager | undefined;
    if (!locks) return go();
    locks
      .request(browserKey(owner), () => {
        go();
        return released;
      })
      .catch(go);
  });
}
