/** The clock, the timers and the randomness that the kit uses. Tests replace them with virtual time and known bytes. */
export interface Runtime {
  /** Whole milliseconds since the epoch. */
  now(): number;
  /**
   * Runs `task` once, after `delayMs`. Returns a function that cancels it.
   *
   * @param kind one in the `background` does not keep the process from ending
   */
  after(delayMs: number, task: () => void, kind?: "background"): () => void;
  /** Cryptographically secure random bytes. */
  random(length: number): Uint8Array;
}

/** What draws random bytes. */
export type Randomness = Pick<Runtime, "random">;

/** How many bytes `drawnAtOnce` draws. */
const drawBytes = 64;

/**
 * The runtime's random bytes, drawn 64 at a time, because each draw costs a start 3 % of its time. For one call only: a stock of
 * them for all calls would hold the secrets of browsers that are still to come.
 */
export function drawnAtOnce(runtime: Randomness): Randomness {
  let left = new Uint8Array();
  return {
    random(length) {
      if (length > left.length) left = Uint8Array.from(runtime.random(Math.max(length, drawBytes)));
      const taken = left.slice(0, length);
      left = left.subarray(length);
      return taken;
    },
  };
}

/** The longest delay of `setTimeout`; a longer one fires at once. */
const maxDelayMs = 2 ** 31 - 1;

/**
 * The time of day when the process began, plus the time since then. Setting the host's clock does not change it, so it
 * neither ends a code early nor keeps one longer.
 */
export const steadyNow = (): number => Math.floor(performance.timeOrigin + performance.now());

/** The runtime of a real server. */
export const systemRuntime: Runtime = {
  now: steadyNow,
  after(delayMs, task, kind) {
    const timer = setTimeout(task, Math.min(Math.max(delayMs, 0), maxDelayMs));
    if (kind === "background") unref(timer);
    return () => clearTimeout(timer);
  },
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

/** Lets the process end while this timer runs. In Node, timers are objects. */
export function unref<Timer>(timer: Timer): Timer {
  (timer as { unref?: () => void }).unref?.();
  return timer;
}

/** The runtime with the clock of the store, because all servers that share a store must use one clock. */
export function withClockOf(store: { now?(): number }, runtime: Runtime): Runtime {
  if (!store.now) return runtime;
  return {
    now: () => store.now?.() ?? runtime.now(),
    after: (...timer) => runtime.after(...timer),
    random: (length) => runtime.random(length),
  };
}

/** A random number, 0 or more and less than 1. */
export function randomShare(runtime: Randomness): number {
  const [high = 0, low = 0] = runtime.random(2);
  return (high * 256 + low) / 65_536;
}

/** The result of `withTimeout` when the time is over. */
export const timedOut = Symbol("timed out");

/** Waits for a promise, at most `ms` of the runtime's time. What becomes of it later is ignored. */
export function withTimeout<T>(
  promise: Promise<T>,
  ms: number,
  runtime: Runtime,
): Promise<T | typeof timedOut> {
  return new Promise((resolve, reject) => {
    const cancel = runtime.after(ms, () => resolve(timedOut));
    promise.then(resolve, reject);
    promise.then(cancel, cancel);
  });
}
