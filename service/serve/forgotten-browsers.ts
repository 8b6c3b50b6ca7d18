import { createHash } from "node:crypto";
import type { RedisStoreOptions } from "onegini-otp-login/redis";
import { withinCommandTime } from "../../shared/redis-connection.js";

/** Longer than a browser can be known: `pairing-remember-days` is at most 400. */
const keepMs = 400 * 86_400_000;

/** The users whose browsers the site forgot (`POST /forget-browsers`): the kit's `pairing.knownSince`. */
export interface ForgottenBrowsers {
  /** From now on this user's browsers are unknown, until a login with the number. */
  forget: (userId: string) => Promise<void>;
  /** When that was, in milliseconds since the epoch; undefined if it never was. */
  since: (userId: string) => Promise<number | undefined>;
}

/** The kit's clock without Redis: setting the host's does not change it. */
const steadyNow = (): number => Math.floor(performance.timeOrigin + performance.now());

/** In this process's memory: a restart ends it, and the browsers are known again. */
export function forgottenInMemory(): ForgottenBrowsers {
  const since = new Map<string, number>();
  return {
    forget: (userId) => Promise.resolve(void since.set(userId, steadyNow())),
    since: (userId) => Promise.resolve(since.get(userId)),
  };
}

/* Scripts, as the store's: a plain GET may go to a replica, which lags behind. */
const getScript = "return redis.call('GET', KEYS[1])";
const setScript = "return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])";

interface RedisParts {
  client: RedisStoreOptions["client"];
  prefix: string;
  /** Sites that share a Redis have different ones. */
  origin: string;
  /** The clock of the store, by which a browser's logins are dated too. */
  now: () => number;
}

/** In Redis, for all processes, with the rights that the store needs. The key has a hash of the user, for its length. */
export function forgottenInRedis({ client, prefix, origin, now }: RedisParts): ForgottenBrowsers {
  const run = (script: string, key: string, ...args: string[]): Promise<unknown> =>
    withinCommandTime(
      client.withCommandOptions({ typeMapping: {} }).eval(script, { keys: [key], arguments: args }),
    );
  const keyOf = (userId: string): string =>
    `${prefix}forgotten:${createHash("sha256")
      .update(JSON.stringify([origin, userId]))
      .digest("base64url")}`;
  return {
    async forget(userId) {
      await run(setScript, keyOf(userId), String(now()), String(keepMs));
    },
    async since(userId) {
      const value = await run(getScript, keyOf(userId));
      return value === null ? undefined : Number(value);
    },
  };
}
