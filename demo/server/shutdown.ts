import { setTimeout as delay } from "node:timers/promises";
import type { LoginKit } from "onegini-otp-login/server";
import type { Loopback } from "./loopback-server.js";
import type { Storage } from "./storage.js";

/** How long a load balancer has to hear that this node is going, while it still answers everything. */
const noticeMs = 2_000;

/** When the process ends, whatever is under way. `signIn` may take 10 s. */
const longestMs = 12_000;

export interface Leaving {
  kit: Pick<LoginKit, "close">;
  loopback: Pick<Loopback, "turnAway" | "close" | "cut">;
  storage: Pick<Storage, "close">;
  /** Whether a load balancer should have time to notice. */
  isBalanced: boolean;
}

/**
 * Leaves as one node of several should: at once `/health` says 503, the streams end with word when to come back, and each
 * answer ends its connection. When the load balancer has had time to notice, nobody is accepted any more. What has begun
 * is answered. Then the process ends: what it meant to ask the Token Server later, the other nodes ask.
 */
export async function leaveInOrder({ kit, loopback, storage, isBalanced }: Leaving): Promise<void> {
  setTimeout(() => {
    console.error(`Not all that had begun was answered in ${longestMs / 1_000} s. Gone all the same.`);
    loopback.cut();
    process.exit();
  }, longestMs).unref();
  const closed = kit.close();
  loopback.turnAway();
  if (isBalanced) await delay(noticeMs);
  await Promise.all([closed, loopback.close()]);
  // A callback in the last moment is answered before the Token Server is asked what it was about.
  await kit.close();
  storage.close();
  process.exit();
}
