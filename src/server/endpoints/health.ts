import type { StoreGuard } from "../store/store-guard.js";
import type { LiveAttempts } from "../live/live-attempts.js";
import type { WaitingPlaces } from "../live/waiting-places.js";
import type { Health } from "../login-kit.js";
import type { LoginPause } from "../pause/login-pause.js";
import { timedOut, withTimeout, type Runtime } from "../runtime.js";

/** How long to wait for the store. */
const timeoutMs = 2000;

/** An id that no attempt has: ids have 22 characters. */
const noAttempt = "health";

/** The state of this server, for a load balancer. Never rejects. */
export async function healthOf(
  store: StoreGuard,
  live: LiveAttempts,
  places: WaitingPlaces,
  pause: LoginPause,
  runtime: Runtime,
): Promise<Health> {
  const asked = Promise.all([store.get(noAttempt), pause.follow()]).then(
    // Until the pause was read once, no start passes.
    async () => (!pause.isKnown ? "unreachable" : (await store.takesWrites()) ? "ok" : "refuses_writes"),
    () => "unreachable" as const,
  );
  const found = await withTimeout(asked, timeoutMs, runtime);
  const state = found === timedOut ? "unreachable" : found;
  const paused = pause.present;
  const { isClosed: closing, watcherCount: watchers } = live;
  return {
    healthy: state === "ok" && !closing,
    store: state,
    closing,
    watchers,
    waiting: places.used,
    ...(paused && { paused }),
  };
}
