import { redisStore } from "onegini-otp-login/redis";
import type { AttemptStore } from "onegini-otp-login/server";
import { connectRedis, redisProblem, withoutUser } from "../../shared/redis-connection.js";
import type { Settings } from "../settings/setting-list.js";
import type { Log } from "./log.js";
import { StartProblem } from "./start-problem.js";

/** The store of the attempts. */
export interface Store {
  /** Undefined: in the kit's memory. */
  attempts: AttemptStore | undefined;
  close: () => void;
}

/**
 * Opens the store: Redis if `redis-url` is set, else the kit's memory.
 *
 * @param currentUrl the address with the user name and password for new connections
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
      // Not `close`, which waits for pending replies: a Redis that is down never sends them.
      client.destroy();
    };
    return { attempts, close };
  } catch (error) {
    client.destroy();
    // The Redis user may lack a permission, for example.
    throw new StartProblem(redisProblem(redisUrl, error, "serve"), 1);
  }
}

/** The problem with a new address of Redis, in one sentence; undefined if new connections can use it. */
export async function redisUrlProblem(
  redisUrl: string,
  inUse: string | undefined,
): Promise<string | undefined> {
  if (inUse === undefined || withoutUser(redisUrl) !== withoutUser(inUse))
    return "Only the user name and password of redis-url can change while the service runs. Restart it to use another address.";
  const connection = await connectRedis(redisUrl, "serve");
  if (connection.kind === "unreachable") return connection.problem;
  connection.client.destroy();
  return undefined;
}
