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
   * Begins the session of an attempt and returns an id for its cookie. The id is always new: others may know one from
   * before the login. The attempt's id is the idempotency key: `signIn` may run twice, even at once, and the browser keeps
   * the cookie that comes last. So a repetition adds an id to the same session.
   */
  begin: (userId: string, attempt: string) => Promise<string>;
  find: (id: string) => Promise<Session | undefined>;
  /** Ends the session, under all of its ids. */
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
  // By attempt, in the order in which they began, so the oldest comes first.
  const sessions = new Map<string, Session & { ids: string[] }>();
  const attemptById = new Map<string, string>();
  const isAlive = ({ since }: Session): boolean => since + ttlSeconds * 1_000 > Date.now();

  function remove(attempt: string): void {
    for (const id of sessions.get(attempt)?.ids ?? []) attemptById.delete(id);
    sessions.delete(attempt);
  }

  function makeRoom(): void {
    for (const [attempt, session] of sessions) {
      if (sessions.size < max && isAlive(session)) return;
      remove(attempt);
    }
  }

  return {
    begin(userId, attempt) {
      const id = randomBytes(32).toString("base64url");
      const session = sessions.get(attempt);
      if (session) session.ids.push(id);
      else {
        makeRoom();
        sessions.set(attempt, { userId, since: Date.now(), attempt, ids: [id] });
      }
      attemptById.set(id, attempt);
      return Promise.resolve(id);
    },
    find(id) {
      const session = sessions.get(attemptById.get(id) ?? "");
      return Promise.resolve(session && isAlive(session) ? session : undefined);
    },
    end(id) {
      remove(attemptById.get(id) ?? "");
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

const session = v.object({ userId: v.string(), since: v.number(), attempt: v.string() });

/** Sessions that several demos share. Redis expires them. */
export function redisSessions(
  client: RedisClient,
  { ttlSeconds = 3_600, prefix = "demo:" }: RedisSessionsOptions = {},
): Sessions {
  // Hashed, so that nobody can take over a session by reading the keys.
  const idKey = (id: string): string =>
    `${prefix}session-id:${createHash("sha256").update(id).digest("base64url")}`;
  const sessionKey = (attempt: string): string => `${prefix}session:${attempt}`;
  const PX = Math.ceil(ttlSeconds * 1_000);
  /** The attempt whose session has that id. */
  const attemptOf = (id: string): Promise<string | null> => run(client.get(idKey(id)));

  return {
    async begin(userId, attempt) {
      const id = randomBytes(32).toString("base64url");
      const value: Session = { userId, since: Date.now(), attempt };
      // The first of several calls makes the session.
      await run(client.set(sessionKey(attempt), JSON.stringify(value), { PX, NX: true }));
      await run(client.set(idKey(id), attempt, { PX }));
      return id;
    },
    async find(id) {
      const attempt = await attemptOf(id);
      const value = attempt === null ? null : await run(client.get(sessionKey(attempt)));
      return value === null ? undefined : v.parse(session, JSON.parse(value));
    },
    async end(id) {
      const attempt = await attemptOf(id);
      if (attempt !== null) await run(client.del([sessionKey(attempt), idKey(id)]));
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
