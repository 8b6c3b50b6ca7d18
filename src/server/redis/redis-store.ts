import type { RateLimit, RateLimiter } from "../limits/rate-limiter.js";
import { redisAttempts } from "./redis-attempts.js";
import { RedisClock } from "./redis-clock.js";
import { RedisCommands } from "./redis-commands.js";
import { letGo } from "./redis-deadline.js";
import { storeError, type RedisStoreError } from "./redis-errors.js";
import { redisKeys } from "./redis-keys.js";
import { redisRateLimiter } from "./redis-rate-limiter.js";
import { RedisListeners } from "./redis-listeners.js";
import { parseRedisOptions, type RedisStoreOptions } from "./redis-options.js";
import { RedisRecovery } from "./redis-recovery.js";
import { publishScript, timeScript } from "./redis-scripts.js";
import { RedisSubscriber } from "./redis-subscriber.js";
import type { AttemptStore } from "../attempt/attempt-store.js";

/** A store that several servers share. */
export interface RedisStore extends AttemptStore {
  readonly isShared: true;
  /** Redis' clock. */
  now(): number;
  limiter(limit: RateLimit): RateLimiter;
  /** Ends the connection on which changes are heard. The client stays as it is. */
  close(): Promise<void>;
}

/** How often Redis is asked for its time. */
const clockMs = 60_000;

/** A correction of that time is written again with each question: it is forgotten a week after the last server. */
const correctionLifeMs = String(7 * 86_400_000);

/** See `redisStore` in `redis.ts`. */
export async function openRedisStore(given: RedisStoreOptions): Promise<RedisStore> {
  const { client, prefix, commandSeconds, onError } = parseRedisOptions(given);
  const keys = redisKeys(prefix);
  const timeoutMs = commandSeconds * 1000;
  const commands = new RedisCommands(client, timeoutMs);
  const clock = new RedisClock((...correct) =>
    commands.run("asking for the time", timeScript, keys.clock, ...correct, correctionLifeMs),
  );
  const listeners = new RedisListeners();
  // The site hears of the client's troubles where it listens itself, and in what its calls reject with.
  const ignore = (): void => undefined;
  client.on("error", ignore);

  /** What the site's hook throws harms nobody. */
  const tell = (error: RedisStoreError): void => void Promise.resolve(error).then(onError).catch(ignore);

  const recovery = new RedisRecovery(
    () => clock.measure(),
    () => listeners.wakeAll(),
  );
  let subscriber: RedisSubscriber | undefined;
  try {
    await clock.measure();
    subscriber = await RedisSubscriber.open({
      client,
      channel: keys.changed,
      timeoutMs,
      onMessage: (id) => listeners.wake(id),
      onLost: (why) => tell(storeError("the connection on which changes are heard was lost", why)),
      onBack: () => recovery.request(),
    });
    // Whether this user may publish shows now, and not at the first login.
    await commands.run("publishing", publishScript, keys.clock, keys.changed, "");
  } catch (error) {
    subscriber?.close();
    client.off("error", ignore);
    throw error;
  }
  commands.onError = ({ kind }) => {
    // Whoever read in vain is called again when reading works.
    if (kind === "timeout" || kind === "unavailable") recovery.request();
  };
  const timer = setInterval(() => void clock.measure().catch(ignore), clockMs);
  letGo(timer);

  const attempts = redisAttempts(commands, keys, clock);
  return {
    isShared: true,
    ...attempts,
    async subscribe(id, listener) {
      const unsubscribe = listeners.add(id, listener);
      try {
        await subscriber.live();
      } catch (error) {
        unsubscribe();
        throw error;
      }
      return unsubscribe;
    },
    now: () => clock.now(),
    limiter: (limit) => redisRateLimiter(commands, prefix, limit),
    close() {
      clearInterval(timer);
      recovery.close();
      subscriber.close();
      client.off("error", ignore);
      return Promise.resolve();
    },
  };
}
