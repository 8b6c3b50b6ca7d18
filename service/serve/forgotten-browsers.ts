import { createHash } from "node:crypto";
import { scriptRunner, getScript } from "../../src/server/redis/redis-scripts.js";
import { steadyNow } from "../../src/server/runtime.js";
import type { RedisStoreOptions } from "onegini-otp-login/redis";

/** Longer than a browser can be known: `pairing-remember-days` is at most 400. */
const keepMs = 400 * 86_400_000;

const commandMs = 2_000;

/** The users whose browsers the site forgot (`POST /forget-browsers`): the kit's `pairing.knownSince`. */
export interface ForgottenBrowsers {
  /** From now on this user's browsers are unknown, until a login with the number. */
  forget: (userId: string) => Promise<void>;
  /** When that was, in milliseconds since the epoch; undefined if it never was. */
  since: (userId: string) => Promise<number | undefined>;
}

/** In this process's memory: a restart ends it, and the browsers are known again. */
export function forgottenInMemory(): ForgottenBrowsers {
  const since = new Map<string, number>();
  return {
    forget: (userId) => Promise.resolve(void since.set(userId, steadyNow())),
    since: (userId) => Promise.resolve(since.get(userId)),
  };
}

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
  const run = scriptRunner(client, commandMs, () => undefined);
  const keyOf = (userId: string): string =>
    `${prefix}forgotten:${createHash("sha256")
      .update(JSON.stringify([origin, userId]))
      .digest("base64url")}`;
  return {
    async forget(userId) {
      await run("forgetting a user's browsers", setScript, keyOf(userId), String(now()), String(keepMs));
    },
    async since(userId) {
      const value = await run("reading when a user's browsers were forgotten", getScript, keyOf(userId));
      return value === null ? undefined : Number(value);
    },
  };
}
