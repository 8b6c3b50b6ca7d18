import type { Server } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { LoginKit } from "../server/login-kit.js";
import { systemRuntime, timedOut, withTimeout } from "../server/runtime.js";
import { Connections } from "./connections.js";

/** Options of `gracefulShutdown`. */
export interface GracefulShutdownOptions {
  /**
   * Closed last, when no request can need it any more: the kit's Redis store, or an object that closes the store and then the
   * site's own connections. Default none.
   */
  store?: { close(): void | Promise<void> };
  /**
   * The longest time of the whole shutdown, in seconds: more than 0, at most 86,400. After it every connection is ended, even in
   * the middle of a response. Default 18: `signIn` may take 10 s, and service managers are set to kill the process after 20 s.
   */
  limitSeconds?: number;
}

/**
 * Shuts the server down. A second call returns the result of the first one.
 *
 * @param options.noticeSeconds how long the server continues before it stops, in seconds, so that a load balancer can notice that
 *   the site's `/ready` answers 503. Each response already ends its connection. It is a part of `limitSeconds`. Default 0
 * @returns true if every request was answered and everything is closed, false if the time ran out. Rejects only with the error of
 *   `store.close()`
 */
export type GracefulShutdown = (options?: { noticeSeconds?: number }) => Promise<boolean>;

/** How long an idle connection waits for a request that may be on its way. */
const maxMomentMs = 1000;

/**
 * Prepares a shutdown that loses no answer, for a deploy, and returns the function that performs it. Call it before the server
 * has connections: right after `listen()`, or earlier.
 *
 * A stream is always the last response on its connection. During the shutdown every response is. After the notice it ends the
 * kit's streams, whose clients reconnect spread over some seconds. It accepts no more connections, ends those without a request
 * for a second, and waits until every request is answered completely and no call to the Token Server is running. Then it closes
 * `store`. Node's own `server.close()` cuts responses that are written but not sent yet.
 *
 * @param server the site's server, of `node:http` or `node:https`, or several of them
 * @param kit the site's kit
 * @throws TypeError if `limitSeconds` is wrong or an option is unknown
 * @example
 * const server = createServer(toNodeHandler(kit)).listen(3000);
 * const shutDown = gracefulShutdown(server, kit, { store });
 * process.once("SIGTERM", async () => {
 *   isStopping = true; // your GET /ready answers 503
 *   await shutDown({ noticeSeconds: 2 });
 *   process.exit();
 * });
 */
export function gracefulShutdown(
  server: Server | HttpsServer | readonly (Server | HttpsServer)[],
  kit: Pick<LoginKit<never>, "close">,
  { store, limitSeconds = 18, ...others }: GracefulShutdownOptions = {},
): GracefulShutdown {
  if (!(Number.isFinite(limitSeconds) && limitSeconds > 0 && limitSeconds <= 86_400)) {
    throw new TypeError(
      "gracefulShutdown: limitSeconds must be a number of seconds, more than 0 and at most 86400",
    );
  }
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new TypeError(`gracefulShutdown: there is no option "${unknown}"`);
  const all = [server].flat().map((each) => new Connections(each));

  const limitMs = limitSeconds * 1000;
  const momentMs = Math.min(maxMomentMs, limitMs / 10);
  async function shutDown(noticeSeconds: number): Promise<void> {
    for (const connections of all) connections.endAfterResponse();
    if (noticeSeconds > 0) {
      await new Promise<void>((resolve) => systemRuntime.after(noticeSeconds * 1000, resolve));
    }
    await Promise.all([kit.close(), ...all.map((connections) => connections.close(momentMs))]);
    // A callback that arrived last is answered before its result call is made: wait for that call too.
    await kit.close();
    await store?.close();
  }

  let result: Promise<boolean> | undefined;
  return ({ noticeSeconds = 0 } = {}) =>
    (result ??= withTimeout(shutDown(noticeSeconds), limitMs, systemRuntime).then((end) => {
      if (end !== timedOut) return true;
      for (const connections of all) connections.destroy();
      return false;
    }));
}
