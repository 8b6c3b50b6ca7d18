import * as v from "valibot";
import type { Attempt } from "../store/attempt.js";
import type { AttemptStore } from "../store/attempt-store.js";
import type { PauseSwitch } from "../store/pause-switch.js";
import { beginningOf, decodeAttempt, encodeAttempt } from "./attempt-format.js";
import { PendingTasks } from "../pending-tasks.js";
import type { Counted, RateLimit, RateLimiter } from "../limits/rate-limiter.js";
import { listen } from "./redis-connection.js";
import { RedisClock } from "./redis-clock.js";
import { redisPauseSwitch } from "./redis-pause-switch.js";
import { RedisStoreError, storeError } from "./redis-errors.js";
import { parseRedisOptions, type RedisStoreOptions } from "./redis-options.js";
import {
  compareAndSetScript,
  countScript,
  createScript,
  getScript,
  pointScript,
  publishScript,
  readCountScript,
  redisKeys,
  scriptRunner,
  timeScript,
  type RunScript,
} from "./redis-scripts.js";
import { circuitBreakerFor } from "./circuit-breaker.js";
import { unref } from "../runtime.js";
import { RedisSubscriber } from "./redis-subscriber.js";

/** A store that several servers share. */
export interface RedisStore extends AttemptStore {
  readonly isShared: true;
  /** Redis' clock. */
  now(): number;
  limiter(limit: RateLimit): Required<RateLimiter>;
  pauseSwitch(origin: string): PauseSwitch;
  /**
   * Ends the store's own connection. The site's client stays open. Resolves when the store's commands are answered or
   * withdrawn: the `close()` of a client that is not connected would wait for one that is withdrawn later for ever.
   */
  close(): Promise<void>;
}

/** How often Redis is asked for its time. */
const clockMs = 60_000;

const ignore = (): void => undefined;

/** See `redisStore` in `redis.ts`. */
export async function openRedisStore(given: RedisStoreOptions): Promise<RedisStore> {
  const { client, prefix, commandSeconds, onError } = parseRedisOptions(given);
  const keys = redisKeys(prefix);
  const timeoutMs = commandSeconds * 1000;
  let subscriber: RedisSubscriber | undefined;
  const pending = new PendingTasks();
  const breaker = circuitBreakerFor(client);
  const onCommandError = ({ kind }: RedisStoreError): void => {
    if (kind === "timeout" || kind === "unavailable") subscriber?.callAll();
  };
  const runScript = scriptRunner(client, timeoutMs, onCommandError, breaker);
  const run: RunScript = (...script) => pending.add(runScript(...script));
  const clock = new RedisClock(() => run("asking for the time", timeScript, keys.clock));
  // A client without a listener for errors ends the process. The site learns of errors from rejected calls.
  client.on("error", ignore);
  try {
    await clock.begin();
    const operation = `subscribing to "${keys.changed}"`;
    subscriber = await RedisSubscriber.open({
      listen: (onMessage, onGap) => listen(client, keys.changed, onMessage, onGap),
      // In a cluster the key decides which server publishes. It is random, so that a server that is down is used only
      // now and then.
      publish: (message) =>
        run("publishing", publishScript, keys.attempt(crypto.randomUUID()), keys.changed, message),
      timeoutMs,
      now: () => clock.now(),
      // An error in the site's own function is ignored.
      onLost: (why) => void Promise.resolve(storeError(operation, why)).then(onError).catch(ignore),
    });
  } catch (error) {
    client.off("error", ignore);
    breaker?.dispose();
    throw error;
  }
  const measuring = unref(setInterval(() => void clock.measure().catch(ignore), clockMs));
  const subscribe: AttemptStore["subscribe"] = (id, listener) => subscriber.subscribe(id, listener);
  const now = (): number => clock.now();
  return {
    isShared: true,
    ...attemptScripts(run, keys, clock),
    subscribe,
    now,
    pauseSwitch: (origin) => redisPauseSwitch(origin, run, keys, subscriber),
    limiter: (limit) => redisRateLimiter(run, (key) => keys.limit(limit.name, key), limit),
    async close() {
      clearInterval(measuring);
      subscriber.close();
      client.off("error", ignore);
      breaker?.dispose();
      await pending.settled();
    },
  };
}

/** The value of a transaction's key: its format, and the id of the attempt that it belongs to. */
const ownerText = (id: string): string => `1:${id}`;

/** @throws RedisStoreError if the value is another */
function parseOwner(value: unknown): string {
  const [, id] = /^1:([^]*)$/.exec(String(value)) ?? [];
  if (id === undefined)
    throw new RedisStoreError("unreadable", "Redis: cannot read a transaction with another format");
  return id;
}

/** The methods of the store that read and write attempts. */
function attemptScripts(
  run: RunScript,
  keys: ReturnType<typeof redisKeys>,
  clock: RedisClock,
): Pick<AttemptStore, "create" | "get" | "compareAndSet" | "findByTransaction"> {
  const lifeMs = ({ forgetAt }: Attempt): string => String(Math.max(1, Math.ceil(forgetAt - clock.now())));

  /** Written before the attempt, so that no callback comes for a transaction without an owner. */
  const point = async (attempt: Attempt): Promise<void> => {
    const ms = lifeMs(attempt);
    await Promise.all(
      attempt.transactions.map(({ id }) =>
        run("writing a transaction", pointScript, keys.transaction(id), ownerText(attempt.id), ms),
      ),
    );
  };

  const get: AttemptStore["get"] = async (id) => {
    const value = await run("reading an attempt", getScript, keys.attempt(id));
    return value === null ? undefined : decodeAttempt(id, value);
  };

  return {
    get,
    async create(attempt) {
      await point(attempt);
      const key = keys.attempt(attempt.id);
      const value = encodeAttempt(attempt);
      const isNew = await run("creating an attempt", createScript, key, value, lifeMs(attempt));
      if (isNew !== 1) throw new Error(`Redis: there is an attempt "${attempt.id}" already`);
    },
    async compareAndSet(id, version, next) {
      await point(next);
      const args = [beginningOf(version), encodeAttempt(next), lifeMs(next), keys.changed, id];
      return (await run("changing an attempt", compareAndSetScript, keys.attempt(id), ...args)) === 1;
    },
    async findByTransaction(transactionId) {
      const owner = await run("finding a transaction", getScript, keys.transaction(transactionId));
      if (owner === null) return undefined;
      const attempt = await get(parseOwner(owner));
      return attempt?.transactions.some(({ id }) => id === transactionId) ? attempt : undefined;
    },
  };
}

/** The uses and what is left of their life; in place of the uses whatever was found. */
const storedCount = v.tuple([v.unknown(), v.pipe(v.number(), v.safeInteger())]);

/** Counts in Redis, which deletes each count when its time is over. */
const redisRateLimiter = (
  run: RunScript,
  keyOf: (key: string) => string,
  limit: RateLimit,
): Required<RateLimiter> => {
  const lifeMs = limit.seconds * 1000;
  const evaluate = async (operation: string, script: string, key: string): Promise<Counted> => {
    const answer = await run(operation, script, keyOf(key), String(limit.seconds));
    const [used, leftMs] = v.parse(storedCount, answer);
    if (typeof used === "number") {
      // More than the whole life is left if the clock of Redis' host was set back; a key that is not there has -2.
      return { allowed: used <= limit.count, used, resetMs: Math.max(0, Math.min(leftMs, lifeMs)) };
    }
    const error = used instanceof Error ? storeError(operation, used) : undefined;
    if (error && error.kind !== "unreadable") throw error;
    return {
      ...{ allowed: false, used: limit.count + 1, resetMs: leftMs < 0 ? lifeMs : leftMs },
      unreadable: formatOfCount(used) + (leftMs < 0 ? " and no time to live" : ""),
    };
  };
  return {
    count: (key) => evaluate(`counting ${limit.name}`, countScript, key),
    read: (key) => evaluate(`reading ${limit.name}`, readCountScript, key),
  };
};

function formatOfCount(value: unknown): string {
  const [, format] = typeof value === "string" ? (/^(\d{1,3}):/.exec(value) ?? []) : [];
  return format === undefined ? "no format" : `format ${format}`;
}
