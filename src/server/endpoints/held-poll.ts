import type { Attempt } from "../attempt/attempt.js";
import type { Runtime } from "../runtime.js";
import type { Watcher, Watchers } from "./watchers.js";

/** The end of a held poll. `granted`: the status changed or the time was over; else it was ended before. */
export interface PollEnd {
  attempt: Attempt;
  granted: boolean;
}

/** Waits until an attempt is no longer `pending`, for `waitMs` at most. It ends when the client goes away. */
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
    // Before joining, because a watcher may be dismissed at once.
    cleanUps.push(runtime.after(waitMs, () => end(true)));
    signal.addEventListener("abort", giveUp, { once: true });
    cleanUps.push(() => signal.removeEventListener("abort", giveUp));
    const leave = watchers.join(attempt, watcher);
    cleanUps.push(leave);
    if (ended) leave();
    else if (signal.aborted) giveUp();
  });
}
