import type { Kit } from "./kit-parts.js";
import { withTimeout } from "./runtime.js";

/** How a server is. */
export interface Health {
  /** Whether a load balancer should send it requests. */
  healthy: boolean;
  /** Whether the store answers. */
  store: "ok" | "unreachable";
  /** Whether it was told to close. */
  closing: boolean;
  /** Streams and held polls that are open on this server. */
  watchers: number;
}

const maxMs = 2000;

/** Nobody's attempt: ids have 22 characters. */
const noAttempt = "health";

/** Asks the store for nothing in particular. */
export async function checkHealth({
  store,
  runtime,
  watching,
}: Pick<Kit<never>, "store" | "runtime" | "watching">): Promise<Health> {
  const read = store.get(noAttempt).then(
    () => true,
    () => false,
  );
  const answers = (await withTimeout(read, maxMs, runtime)) === true;
  const { isClosed, watchers } = watching;
  return {
    healthy: answers && !isClosed,
    store: answers ? "ok" : "unreachable",
    closing: isClosed,
    watchers,
  };
}
