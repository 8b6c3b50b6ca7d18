import type { RedisStoreClient } from "./redis-options.js";
import { storeError, withDeadline, type RedisStoreError } from "./redis-errors.js";
import type { CircuitBreaker } from "./circuit-breaker.js";

/** The names in Redis, all of them under the site's prefix. */
export const redisKeys = (prefix: string) => ({
  attempt: (id: string): string => `${prefix}attempt:${id}`,
  transaction: (id: string): string => `${prefix}transaction:${id}`,
  /** The count of a limit, by its name and by what is counted, which begins with the site. */
  limit: (name: string, key: string): string => `${prefix}limit:${name}:${key}`,
  /** What was said last about a pause of a site, by its origin. */
  pause: (origin: string): string => `${prefix}pause-register:${origin}`,
  /** Nothing is stored there. In a cluster the key decides which server is asked for its time. */
  clock: `${prefix}clock`,
  /** The channel on which the id of each changed attempt, and the name of each changed pause, is published. */
  changed: `${prefix}changed`,
});

/*
 * Each script touches one key, `KEYS[1]`, so that a cluster can run it, and is one atomic step. Lives are relative and
 * in milliseconds, so that the clocks of the servers do not matter.
 */

/**
 * The value of a key. A script, because a plain GET may go to a replica, which lags behind. `pcall`, because Redis 6 puts words
 * of its own before the code of an error of `call`.
 */
export const getScript = "return redis.pcall('GET', KEYS[1])";

/** Stores an attempt (value, life), unless that id is taken. */
export const createScript = "return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') and 1 or 0";

/** Replaces an attempt that begins so (beginning, value, life) and publishes that it changed (channel, id). */
export const compareAndSetScript = `
local value = redis.pcall('GET', KEYS[1])
if type(value) ~= 'string' or string.sub(value, 1, #ARGV[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('PUBLISH', ARGV[4], ARGV[5])
return 1`;

/**
 * Stores the owner of a transaction (id, life). Never shortens the life: of two writers that race for an attempt, the
 * loser must not delete the winner's pointer early.
 */
export const pointScript = `
if redis.pcall('GET', KEYS[1]) ~= ARGV[1] or redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 1`;

/**
 * Reads a count, `1:17`: its format and the uses. A value that is no such count, or has no life, is returned as it is (an error,
 * if it is of another type), with what is left of its life in milliseconds.
 */
const readCount = `
local value, left = redis.pcall('GET', KEYS[1]), redis.call('PTTL', KEYS[1])
local used = left >= 0 and type(value) == 'string' and string.match(value, '^1:(%d+)$')
if value and not used then return { value, left } end`;

/**
 * Counts one more use. The count's life (seconds) begins with the first. Returns the count, and what is left of the life in
 * milliseconds.
 */
export const countScript = `${readCount}
if not value then
  redis.call('SET', KEYS[1], '1:1', 'EX', ARGV[1])
  return { 1, ARGV[1] * 1000 }
end
redis.call('SET', KEYS[1], '1:' .. used + 1, 'KEEPTTL')
return { used + 1, left }`;

/** Reads such a count, without counting, in the same form. */
export const readCountScript = `${readCount}
return { tonumber(used or 0), left }`;

/** The server's time: seconds and microseconds. */
export const timeScript = "return redis.call('TIME')";

/**
 * Replaces the text of a site's pause (channel, message, text, the text before), or stores it where there is none (without the
 * text before), and publishes that it changed. It has no time to live.
 */
export const pauseScript = `
if redis.call('GET', KEYS[1]) ~= (ARGV[4] or false) then return 0 end
redis.call('SET', KEYS[1], ARGV[3])
redis.call('PUBLISH', ARGV[1], ARGV[2])
return 1`;

/** Publishes a message (channel, message). */
export const publishScript = "return redis.call('PUBLISH', ARGV[1], ARGV[2])";

/**
 * Runs a script on one key and returns its answer as Redis gives it, whatever types the site's client maps it to.
 *
 * @throws RedisStoreError, at the latest when the time is over. A script that was sent may still run later.
 */
export type RunScript = (
  operation: string,
  script: string,
  key: string,
  ...args: string[]
) => Promise<unknown>;

/**
 * @param onError is also called with each error
 * @param breaker says when no command may be sent
 */
export const scriptRunner =
  (
    client: RedisStoreClient,
    timeoutMs: number,
    onError: (error: RedisStoreError) => void,
    breaker?: CircuitBreaker,
  ): RunScript =>
  async (operation, script, key, ...args) => {
    const sentAt = performance.now();
    try {
      if (breaker?.isOpen) throw new Error("no answers; waiting for the client to connect again");
      // The signal withdraws a script that was not sent yet. Sending the text each time costs Redis a microsecond;
      // sending its hash would need an answer for a server that does not know it.
      return await withDeadline(timeoutMs, operation, async (abortSignal) => {
        const answer = await client
          .withCommandOptions({ abortSignal, typeMapping: {} })
          .eval(script, { keys: [key], arguments: args });
        breaker?.succeeded();
        return answer;
      });
    } catch (error) {
      const why = storeError(operation, error);
      if (why.kind === "timeout") breaker?.timedOut(sentAt);
      onError(why);
      throw why;
    }
  };
