import type { Attempt } from "../attempt/attempt.js";
import type { Runtime } from "../runtime.js";
import type { Watcher, Watchers } from "./watchers.js";

/** How a held poll ended: with a decision or after its time (`granted`), or sent away before. */
export interface PollEnd {
  attempt: Attempt;
  granted: boolean;
}

/** Waits until an attempt is no longer `pending`, at most so long. A client that goes away ends it. */
export function holdPoll(
  attempt: Attempt,
  waitMs: number,
  signal: AbortSignal,
  { watchers, runtime }: { watchers: Watchers; runtime: Runtime },
): Promise<PollEnd> {
  return new Promise((resolve) => {
    let latest = attempt;
    const cleanUps: (() => void)[] = [];
    let ended = false;
    const end = (granted: boolean): void => {
      if (ended) return;
      ended = true;
      for (const cleanUp of cleanUps) cleanUp();
      resolve({ attempt: latest, granted });
    };
    const giveUp = (): void => end(false);
    const watcher: Watcher = {
      show(now) {
        latest = now;
        if (now.state.status !== "pending") end(true);
      },
      keepAlive: () => undefined,
      dismiss: giveUp,
    };
    // The time and the client first: a watcher may be told at once how it ends.
    cleanUps.push(runtime.after(waitMs, () => end(true)));
    signal.addEventListener("abort", giveUp, { once: true });
    cleanUps.push(() => signal.removeEventListener("abort", giveUp));
    const leave = watchers.join(attempt, watcher);
    cleanUps.push(leave);
    if (ended) leave();
    else if (signal.aborted) giveUp();
  });
}
