import { redisStore, type RedisStore } from "onegini-otp-login/redis";
import type { AttemptStore } from "onegini-otp-login/server";
import { mayPass, withoutUser, type RedisTls } from "../../process/connect-redis.js";
import type { Secrets } from "../../settings/secret-files.js";
import type { Settings } from "../../settings/setting-list.js";
import { appendOnlyOf, type AppendOnly } from "./append-only.js";
import { forgottenInMemory, forgottenInRedis, type ForgottenBrowsers } from "./forgotten-browsers.js";
import type { Audit } from "../audit/audit.js";
import type { Log } from "../telemetry/log.js";
import type { Metrics } from "../telemetry/metrics.js";
import { redisPlace, type RedisConnection, type RedisSettings } from "./redis-client.js";
import { replicatedWrites } from "./replicated-writes.js";
import { RedisAway, StartProblem } from "../start-problem.js";

const replicasUnknown =
  "Redis does not say whether it has replicas (INFO, WAIT), so a failover may lose what POST /forget-browsers writes. Grant +info +wait.";

/** The store of the attempts. */
export interface Store {
  /** Undefined: in the kit's memory. */
  attempts: AttemptStore | undefined;
  forgotten: ForgottenBrowsers;
  /** Whether Redis has an append-only file; undefined: no Redis. */
  appendOnly: (() => Promise<AppendOnly>) | undefined;
  close: () => void;
}

/**
 * Opens the store: Redis if the settings name one, else the kit's memory.
 *
 * @param secrets those in use, read again for new connections
 * @param tls the certificates in use, read again for new connections
 * @throws StartProblem if Redis cannot be used; RedisAway if that may end by itself
 */
export async function openStore(
  settings: RedisSettings & Pick<Settings, "origin" | "redis-prefix" | "pairing">,
  secrets: Secrets,
  log: Log,
  metrics: Pick<Metrics, "count">,
  tls: RedisTls = {},
  audit?: Pick<Audit, "record">,
): Promise<Store> {
  const place = redisPlace(settings, () => secrets, tls);
  if (place === undefined)
    return {
      attempts: undefined,
      forgotten: forgottenInMemory(),
      appendOnly: undefined,
      close: () => undefined,
    };
  const { origin, "redis-prefix": prefix } = settings;
  let connection: RedisConnection | undefined;
  let attempts: RedisStore | undefined;
  try {
    connection = await place.connect();
    const { client, masters, destroy } = connection;
    const opened = await redisStore({
      client,
      prefix,
      onError: (error) => log.warn({ error }, "redis_connection_lost"),
    });
    attempts = opened;
    const writes = replicatedWrites(masters, (error) =>
      log.warn({ error, description: replicasUnknown }, "replicas_unknown"),
    );
    const close = (): void => {
      void opened.close();
      writes.close();
      // Not `close`, which waits for pending replies: a Redis that is down never sends them.
      destroy();
    };
    const now = () => opened.now();
    const forgotten = forgottenInRedis({ client, writes, prefix, origin, now, log, metrics, audit });
    // Says now if the user lacks a right, not at the first login.
    if (settings.pairing !== "off") await forgotten.since("");
    return { attempts, forgotten, appendOnly: () => appendOnlyOf(masters()), close };
  } catch (error) {
    void attempts?.close();
    connection?.destroy();
    // The Redis user may lack a permission, for example.
    throw new (mayPass(error) ? RedisAway : StartProblem)(place.problem(error), 1);
  }
}

/** The problem with a new address of Redis, or new certificates for it, in one sentence; undefined if new connections can use it. */
export async function redisUrlProblem(
  settings: RedisSettings,
  redisUrl: string,
  { "redis-url": inUse, "redis-sentinels": sentinels }: Secrets,
  tls: RedisTls = {},
): Promise<string | undefined> {
  if (inUse === undefined || withoutUser(redisUrl) !== withoutUser(inUse))
    return "Only the user name and password of redis-url can change while the service runs. Restart it to use another address.";
  const place = redisPlace(settings, () => ({ "redis-url": redisUrl, "redis-sentinels": sentinels }), tls);
  try {
    (await place?.connect())?.destroy();
    return undefined;
  } catch (error) {
    // While Redis is away nobody can try it. When it is back, it may have the new password alone.
    return mayPass(error) ? undefined : place?.problem(error);
  }
}
