import * as v from "valibot";
import type { Attempt } from "../attempt/attempt.js";
import type { AttemptStore } from "../attempt/attempt-store.js";
import type { PauseSwitch } from "../attempt/pause.js";
import { PendingTasks } from "../pending-tasks.js";
import type { RateLimit, RateLimiter } from "../limits/rate-limiter.js";
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
    await clock.measure();
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
    pauseSwitch: (origin) => redisPauseSwitch(origin, { run, keys, subscriber }),
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
        run("writing a transaction", pointScript, keys.transaction(id), attempt.id, ms),
      ),
    );
  };

  const get = async (id: string): Promise<Attempt | undefined> => {
    const key = keys.attempt(id);
    const value = await run("reading an attempt", getScript, key);
    return value === null ? undefined : parseAttempt(key, id, value);
  };

  return {
    get,
    async create(attempt) {
      await point(attempt);
      const key = keys.attempt(attempt.id);
      const value = JSON.stringify(attempt);
      const isNew = await run("creating an attempt", createScript, key, value, lifeMs(attempt));
      if (isNew !== 1) throw new Error(`Redis: there is an attempt "${attempt.id}" already`);
    },
    async compareAndSet(id, version, next) {
      await point(next);
      const args = [String(version), JSON.stringify(next), lifeMs(next), keys.changed, id];
      return (await run("changing an attempt", compareAndSetScript, keys.attempt(id), ...args)) === 1;
    },
    async findByTransaction(transactionId) {
      const owner = await run("finding a transaction", getScript, keys.transaction(transactionId));
      if (typeof owner !== "string") return undefined;
      const attempt = await get(owner);
      return attempt?.transactions.some(({ id }) => id === transactionId) ? attempt : undefined;
    },
  };
}

const instant = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.safeInteger());

const ticket = v.looseObject({
  hash: v.string(),
  endsAt: instant,
  redeemedAt: v.exactOptional(instant),
});

const state = v.variant("status", [
  v.object({ status: v.literal("pending") }),
  v.object({
    status: v.literal("approved"),
    userId: v.string(),
    transaction: v.string(),
    at: instant,
    asked: v.exactOptional(v.boolean()),
    wrongNumbers: v.exactOptional(count),
    lastNumber: v.exactOptional(v.string()),
  }),
  v.object({
    status: v.literal("completed"),
    userId: v.string(),
    transaction: v.string(),
    at: instant,
    approvedAt: instant,
    logins: v.exactOptional(count),
    ticket: v.exactOptional(ticket),
    browser: v.exactOptional(v.picklist(["known", "new"])),
  }),
  v.object({ status: v.picklist(["denied", "expired", "failed"]), at: instant }),
]);

const scan = v.looseObject({
  at: instant,
  userId: v.exactOptional(v.string()),
  address: v.exactOptional(v.string()),
  userAgent: v.exactOptional(v.string()),
  startedCount: count,
});

const transaction = v.looseObject({
  id: v.string(),
  endsAt: instant,
  closed: v.boolean(),
  numberCode: v.exactOptional(v.string()),
  calledBackAt: v.exactOptional(instant),
  scanned: v.exactOptional(scan),
  otherScans: v.exactOptional(v.array(scan)),
});

/** An attempt, as JSON. */
const storedAttempt = v.looseObject({
  id: v.string(),
  version: count,
  origin: v.string(),
  browser: v.string(),
  language: v.exactOptional(v.string()),
  address: v.exactOptional(v.string()),
  userAgent: v.exactOptional(v.string()),
  startedAt: instant,
  transactions: v.array(transaction),
  startedCount: count,
  state,
  forgetAt: instant,
});

const storedValue = v.pipe(v.string(), v.parseJson(), storedAttempt);

/**
 * The attempt of that id in the value of a key.
 *
 * @throws RedisStoreError that names the key, if it holds something else
 */
export function parseAttempt(key: string, id: string, value: unknown): Attempt {
  const { success, output, issues } = v.safeParse(storedValue, value, { abortEarly: true });
  if (success && output.id === id) return output;
  const path = issues ? v.getDotPath(issues[0]) : "id";
  const where = path === null ? "" : ` (${path})`;
  throw new RedisStoreError("unreadable", `Redis: the key "${key}" does not contain an attempt${where}`);
}

/** Counts in Redis, which deletes each count when its time is over. */
const redisRateLimiter = (
  run: RunScript,
  keyOf: (key: string) => string,
  limit: RateLimit,
): Required<RateLimiter> => {
  const counted = (answer: unknown) => {
    const [used, leftMs] = v.parse(v.tuple([count, count]), answer);
    // More than the whole life is left if the clock of Redis' host was set back; a key that is not there has -2.
    return {
      allowed: used <= limit.count,
      used,
      resetMs: Math.max(0, Math.min(leftMs, limit.seconds * 1000)),
    };
  };
  return {
    count: async (key) =>
      counted(await run(`counting ${limit.name}`, countScript, keyOf(key), String(limit.seconds))),
    read: async (key) => counted(await run(`reading ${limit.name}`, readCountScript, keyOf(key))),
  };
};
