import { createHash, randomBytes } from "node:crypto";
import * as v from "valibot";
import { withinCommandTime, type RedisClient } from "./redis.js";
import { SessionsUnavailable, type Session, type Sessions } from "./sessions.js";

export interface RedisSessionsOptions {
  /** How long a session lasts, in seconds. Default one hour. */
  ttlSeconds?: number;
  /** What the keys begin with. Default `demo:`. */
  prefix?: string;
}

/**
 * The session that the attempt began before ends in the same step in which the new one begins: of two nodes that run
 * `signIn` for one attempt at once, one is the later, and its session is the one that stays.
 */
const beginScript = `
local earlier = redis.call('GET', KEYS[1])
if earlier then redis.call('DEL', earlier) end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[1], KEYS[2], 'PX', ARGV[2])`;

const session = v.object({ userId: v.string(), since: v.number(), attempt: v.string() });

/** Sessions that several demos share. Redis itself ends them when their time is over. */
export function redisSessions(
  client: RedisClient,
  { ttlSeconds = 3_600, prefix = "demo:" }: RedisSessionsOptions = {},
): Sessions {
  // Hashed, so that who can read the keys still cannot be anybody.
  const keyOf = (id: string): string =>
    `${prefix}session:${createHash("sha256").update(id).digest("base64url")}`;

  return {
    async begin(userId, attempt) {
      const id = randomBytes(32).toString("base64url");
      const value: Session = { userId, since: Date.now(), attempt };
      await ask(
        client.eval(beginScript, {
          keys: [`${prefix}session-of:${attempt}`, keyOf(id)],
          arguments: [JSON.stringify(value), String(Math.ceil(ttlSeconds * 1_000))],
        }),
      );
      return id;
    },
    async find(id) {
      const value = await ask(client.get(keyOf(id)));
      return value === null ? undefined : v.parse(session, JSON.parse(value));
    },
    async end(id) {
      await ask(client.del(keyOf(id)));
    },
  };
}

async function ask<T>(command: Promise<T>): Promise<T> {
  try {
    return await withinCommandTime(command);
  } catch (cause) {
    throw new SessionsUnavailable("Redis does not answer for the sessions", { cause });
  }
}
