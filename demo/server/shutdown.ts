import { setTimeout as delay } from "node:timers/promises";
import type { LoginKit } from "onegini-otp-login/server";
import type { LoopbackServer } from "./loopback-server.js";
import type { Storage } from "./storage.js";

/** Read at once: npm may end while the demo is still starting. */
const { ppid: parent } = process;

/**
 * Calls `stop` once: on SIGINT (Ctrl+C), on SIGTERM, and when `npm start` or `npx` itself has ended. npm passes a signal only to
 * its shell, which ends and leaves this process behind on its port. That counts as SIGTERM, which a service manager
 * sends to npm: Ctrl+C reaches this process directly, and earlier.
 */
export function onStopSignal(stop: (signal: "SIGINT" | "SIGTERM") => void): void {
  let isStopping = false;
  const stopOnce = (signal: "SIGINT" | "SIGTERM") => {
    if (isStopping) return;
    isStopping = true;
    stop(signal);
  };
  process.on("SIGINT", () => stopOnce("SIGINT")).on("SIGTERM", () => stopOnce("SIGTERM"));
  if (/^(?:start|npx)$/.test(process.env["npm_lifecycle_event"] ?? "")) {
    setInterval(() => process.ppid !== parent && stopOnce("SIGTERM"), 250).unref();
  }
}

/** How long this node still accepts requests, so that a load balancer can notice that it is stopping. */
const noticeMs = 2_000;

/** After this time the process ends even if requests are pending. `signIn` may take 10 s. */
const longestMs = 12_000;

export interface ShutdownParts {
  kit: Pick<LoginKit, "close">;
  server: Pick<LoopbackServer, "drain" | "close" | "destroy">;
  storage: Pick<Storage, "close">;
  /** Whether a load balancer needs time to notice. */
  isBalanced: boolean;
}

/**
 * Stops this node as one of several. At once `/health` answers 503, the streams end and tell when to reconnect, and each
 * response ends its connection. When the load balancer has had time to notice, no connection is accepted any more. The
 * pending requests are answered, then the process ends. The other nodes make the result calls that it had planned.
 */
export async function shutDown({ kit, server, storage, isBalanced }: ShutdownParts): Promise<void> {
  setTimeout(() => {
    console.error(`Some requests were not answered in ${longestMs / 1_000} s. Stopped all the same.`);
    server.destroy();
    process.exit();
  }, longestMs).unref();
  const closed = kit.close();
  server.drain();
  if (isBalanced) await delay(noticeMs);
  await Promise.all([closed, server.close()]);
  // A callback that arrived last is answered before its result call is made: wait for that call too.
  await kit.close();
  storage.close();
  process.exit();
}
