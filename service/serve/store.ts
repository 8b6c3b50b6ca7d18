import { redisStore } from "onegini-otp-login/redis";
import type { AttemptStore } from "onegini-otp-login/server";
import { connectRedis, redisProblem, withoutUser } from "../../shared/redis-connection.js";
import type { Settings } from "../settings/setting-list.js";
import type { Log } from "./log.js";
import { StartProblem } from "./start-problem.js";

/** Where attempts are kept. */
export interface Store {
  /** Undefined: in the kit's memory. */
  attempts: AttemptStore | undefined;
  close: () => void;
}

/**
 * @param currentUrl the address with the user name and password for a new connection
 * @throws StartProblem if Redis cannot be used
 */
export async function openStore(
  currentUrl: () => string | undefined,
  { "redis-prefix": prefix }: Pick<Settings, "redis-prefix">,
  log: Log,
): Promise<Store> {
  const redisUrl = currentUrl();
  if (redisUrl === undefined) return { attempts: undefined, close: () => undefined };
  const connection = await connectRedis(redisUrl, "serve", () => currentUrl() ?? redisUrl);
  if (connection.kind === "unreachable") throw new StartProblem(connection.problem, 1);
  const { client } = connection;
  try {
    const attempts = await redisStore({
      client,
      ...(prefix !== undefined && { prefix }),
      onError: (error) => log.warn({ error }, "redis_connection_lost"),
    });
    const close = (): void => {
      void attempts.close();
      // Not `close`, which waits for pending replies: a Redis that is gone never sends them.
      client.destroy();
    };
    return { attempts, close };
  } catch (error) {
    client.destroy();
    // The Redis user may lack a permission, for example.
    throw new StartProblem(redisProblem(redisUrl, error, "serve"), 1);
  }
}

/** What is wrong with a new address of Redis for the connections to come, in one sentence; undefined if nothing is. */
export async function redisUrlProblem(
  redisUrl: string,
  inUse: string | undefined,
): Promise<string | undefined> {
  if (inUse === undefined || withoutUser(redisUrl) !== withoutUser(inUse))
    return "Only user name and password of redis-url change while the service runs. Restart it for another address.";
  const connection = await connectRedis(redisUrl, "serve");
  if (connection.kind === "unreachable") return connection.problem;
  connection.client.destroy();
  return undefined;
}
