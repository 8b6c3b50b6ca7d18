import { browserKey } from "../../protocol/login-api.js";

/** Another tab may hold the turn for so long; then this one starts all the same. */
const turnMs = 3_000;
/** Starts that were sent beside the page's first one are answered by then, or the streams no longer wait for them. */
const besideMs = 1_000;

/** Where this page has started. */
const started = new Map<string, Promise<unknown>>();

/**
 * Resolves when this page's first start, and all that were sent beside it, are answered: what is asked before may go with
 * a cookie that is about to be replaced, and a stream that was opened with it would show a code that nobody can claim.
 */
export const firstTurns = (endpoint: string): Promise<unknown> | undefined => started.get(endpoint);

/** The page's first start was made before the element came. */
export function hadTurn(endpoint: string): void {
  if (!started.has(endpoint)) started.set(endpoint, turn(endpoint, besideMs));
}

/**
 * Starts of one site take turns, so that two tabs end up with one cookie; a stuck turn holds up nobody for long. A page's
 * first start does not wait for its turn: that takes longer than the browser takes to send it. It stands in the queue all
 * the same, so that whoever begins anew, because its cookie was replaced meanwhile, comes after it; and once more when it
 * is answered, behind those that came meanwhile.
 */
export async function inTurn<T>(endpoint: string, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  let end = () => {};
  const over = new Promise<void>((resolve) => (end = resolve));
  if (started.has(endpoint)) {
    await turn(endpoint, turnMs, over, signal);
    return run().finally(end);
  }
  const first = run().finally(end);
  void turn(endpoint, turnMs, over, signal);
  const answered = first.catch(() => {});
  started.set(
    endpoint,
    answered.then(() => turn(endpoint, besideMs)),
  );
  return first;
}

/**
 * Resolves when it is its turn, which then lasts until `over`; at the latest after some time, or when nobody waits any
 * longer. The time limit is its own: whether a start goes out must not hang on how a browser ends a request for a lock.
 */
function turn(endpoint: string, limitMs: number, over?: Promise<void>, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", go);
      resolve();
    };
    const timer = setTimeout(go, limitMs);
    signal?.addEventListener("abort", go);
    // There are no locks outside secure contexts: there every turn comes at once.
    const locks = navigator.locks as LockManager | undefined;
    if (!locks) return go();
    locks
      .request(browserKey(endpoint), () => {
        go();
        return over;
      })
      .catch(go);
  });
}
