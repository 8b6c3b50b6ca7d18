import type { GuardedStore } from "../attempt/store-guard.js";
import type { Watchers } from "../live/watchers.js";
import type { Health } from "../login-kit.js";
import { withTimeout, type Runtime } from "../runtime.js";

/** How long to wait for the store. */
const timeoutMs = 2000;

/** An id that no attempt has: ids have 22 characters. */
const noAttempt = "health";

/** The state of this server, for a load balancer. Never rejects. */
export async function healthOf(store: GuardedStore, watchers: Watchers, runtime: Runtime): Promise<Health> {
  const read = store.get(noAttempt).then(
    () => true,
    () => false,
  );
  const isReachable = (await withTimeout(read, timeoutMs, runtime)) === true;
  const { isClosed: closing, count } = watchers;
  return {
    healthy: isReachable && !closing,
    store: isReachable ? "ok" : "unreachable",
    closing,
    watchers: count,
  };
}
