import { createHash, randomBytes } from "node:crypto";
import * as v from "valibot";
import { withinCommandTime, type RedisClient } from "./demo-redis.js";

/** A logged-in user. */
export interface Session {
  userId: string;
  /** When it began, in milliseconds of `Date.now()`. */
  since: number;
  /** The login attempt that began it. */
  attempt: string;
}

/** The sessions cannot be read at the moment, so nobody can be recognized as logged in. */
export class SessionsUnavailable extends Error {
  override name = "SessionsUnavailable";
}

/** The site's sessions, by the random id in the browser's cookie. Methods reject with `SessionsUnavailable`. */
export interface Sessions {
  /**
   * Begins a session and returns its id. The id is always new: others may know one from before the login. The attempt's
   * id is the idempotency key: an earlier session of the same attempt, whose response was lost, ends.
   */
  begin: (userId: string, attempt: string) => Promise<string>;
  find: (id: string) => Promise<Session | undefined>;
  end: (id: string) => Promise<void>;
}

export interface MemorySessionsOptions {
  /** How long a session lasts, in seconds. Default one hour. */
  ttlSeconds?: number;
  /** Beyond this many, the oldest ends. Default 10,000. */
  max?: number;
}

/** Sessions in this process's memory. */
export function memorySessions({ ttlSeconds = 3_600, max = 10_000 }: MemorySessionsOptions = {}): Sessions {
  // In the order in which they began, so the oldest comes first.
  const sessions = new Map<string, Session>();
  const idByAttempt = new Map<string, string>();

  function remove(id: string): void {
    const session = sessions.get(id);
    if (!session) return;
    sessions.delete(id);
    if (idByAttempt.get(session.attempt) === id) idByAttempt.delete(session.attempt);
  }

  function makeRoom(now: number): void {
    for (const [id, { since }] of sessions) {
      if (sessions.size < max && since + ttlSeconds * 1_000 > now) return;
      remove(id);
    }
  }

  return {
    begin(userId, attempt) {
      const now = Date.now();
      makeRoom(now);
      const earlier = idByAttempt.get(attempt);
      if (earlier !== undefined) remove(earlier);
      const id = randomBytes(32).toString("base64url");
      sessions.set(id, { userId, since: now, attempt });
      idByAttempt.set(attempt, id);
      return Promise.resolve(id);
    },
    find(id) {
      const session = sessions.get(id);
      const alive = session && session.since + ttlSeconds * 1_000 > Date.now();
      return Promise.resolve(alive ? session : undefined);
    },
    end(id) {
      remove(id);
      return Promise.resolve();
    },
  };
}

export interface RedisSessionsOptions {
  /** How long a session lasts, in seconds. Default one hour. */
  ttlSeconds?: number;
  /** The prefix of the keys. Default `demo:`. */
  prefix?: string;
}

/**
 * Ends the attempt's earlier session and begins the new one in one atomic step: if two nodes run `signIn` for one attempt
 * at once, only the later session stays.
 */
const beginScript = `
local earlier = redis.call('GET', KEYS[1])
if earlier then redis.call('DEL', earlier) end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[1], KEYS[2], 'PX', ARGV[2])`;

const session = v.object({ userId: v.string(), since: v.number(), attempt: v.string() });

/** Sessions that several demos share. Redis expires them. */
export function redisSessions(
  client: RedisClient,
  { ttlSeconds = 3_600, prefix = "demo:" }: RedisSessionsOptions = {},
): Sessions {
  // Hashed, so that nobody can take over a session by reading the keys.
  const keyOf = (id: string): string =>
    `${prefix}session:${createHash("sha256").update(id).digest("base64url")}`;

  return {
    async begin(userId, attempt) {
      const id = randomBytes(32).toString("base64url");
      const value: Session = { userId, since: Date.now(), attempt };
      await run(
        client.eval(beginScript, {
          keys: [`${prefix}session-of:${attempt}`, keyOf(id)],
          arguments: [JSON.stringify(value), String(Math.ceil(ttlSeconds * 1_000))],
        }),
      );
      return id;
    },
    async find(id) {
      const value = await run(client.get(keyOf(id)));
      return value === null ? undefined : v.parse(session, JSON.parse(value));
    },
    async end(id) {
      await run(client.del(keyOf(id)));
    },
  };
}

async function run<T>(command: Promise<T>): Promise<T> {
  try {
    return await withinCommandTime(command);
  } catch (cause) {
    throw new SessionsUnavailable("Redis does not answer for the sessions", { cause });
  }
}

const isSecure = (origin: string): boolean => origin.startsWith("https:");

/**
 * The name of the session cookie. On https its `__Host-` prefix keeps other subdomains from setting it ("cookie tossing");
 * browsers do not accept the prefix over http, which is used on loopback only.
 */
export const sessionCookieName = (origin: string): string =>
  isSecure(origin) ? "__Host-demo-session" : "demo-session";

/** The `Set-Cookie` header of a new session. */
export const sessionCookieHeader = (id: string, origin: string): string =>
  `${sessionCookieName(origin)}=${id}; Path=/; HttpOnly; SameSite=Lax${isSecure(origin) ? "; Secure" : ""}`;
