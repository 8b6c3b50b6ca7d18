import { RedisStoreError } from "./redis-errors.js";

/** A timer that is so late says that the process was busy. */
const busyMs = 200;

/**
 * Does something that may take so long and no longer; then it is told to stop, by the signal, and the promise rejects
 * with a `timeout`.
 */
export async function within<T>(
  ms: number,
  doing: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    const giveUp = (): void => {
      reject(new RedisStoreError("timeout", `Redis: ${doing}: no answer within ${ms / 1000} s`));
      // What still waits to be sent is not sent.
      abort.abort();
    };
    // A process that was busy finds answer and end of the time together, or has not even sent what it was to send: then
    // it was not Redis that took so long, and there is as much time again.
    const endsAt = performance.now() + ms;
    timer = setTimeout(() => {
      const wasBusy = performance.now() - endsAt > busyMs;
      timer = setTimeout(giveUp, wasBusy ? ms : 0);
    }, ms);
  });
  try {
    return await Promise.race([work(abort.signal), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits without keeping a process from ending. */
export const rest = (ms: number): Promise<void> => new Promise((resolve) => letGo(setTimeout(resolve, ms)));

/** Lets a process end although a timer runs, where there are processes that end. */
export function letGo(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}
