import { createHash, randomBytes } from "node:crypto";
import * as v from "valibot";
import { withinCommandTime, type RedisClient } from "../../src/service/process/connect-redis.js";

/** A browser or a phone, as the kit describes it. */
interface Device {
  address?: string | undefined;
  userAgent?: string | undefined;
}

export interface Session {
  userId: string;
  /** When it began, in milliseconds of `Date.now()`. */
  since: number;
  /** The login attempt that began it. */
  attempt: string;
  /** The browser that began the login, and the phone, if its app said that it scanned the code. */
  login: Device & { scanned?: Device | undefined };
}

/** Thrown while the sessions cannot be read, so that it is unknown who is logged in. */
export class SessionsUnavailable extends Error {
  override name = "SessionsUnavailable";
}

/** The site's sessions, by the random id in the browser's cookie. Methods reject with `SessionsUnavailable`. */
export interface Sessions {
  /**
   * Begins the session of an attempt and returns an id for its cookie. The id is always new: others may know one from
   * before the login. The attempt's id is the idempotency key: `signIn` may run twice, even at once, and the browser keeps
   * the cookie that comes last. So a repetition adds an id to the same session. Undefined if that session was ended.
   */
  begin: (userId: string, attempt: string, login: Session["login"]) => Promise<string | undefined>;
  find: (id: string) => Promise<Session | undefined>;
  /** A user's sessions, the newest first, 20 at most. */
  list: (userId: string) => Promise<Session[]>;
  /**
   * Ends the session of an attempt, under all of its ids; nothing happens if it is another user's. The session stays behind,
   * marked, for as long as it would have lived: `signIn` may run again for its attempt, and must not begin a new one.
   */
  end: (session: Pick<Session, "userId" | "attempt">) => Promise<void>;
}

const maxListed = 20;

/** How long a session lasts. */
const hourSeconds = 3_600;

/** Sessions in this process's memory. @param max beyond this many, the oldest ends */
export function memorySessions({ ttlSeconds = hourSeconds, max = 10_000 } = {}): Sessions {
  // By attempt, in the order in which they began, so the oldest comes first.
  const sessions = new Map<string, Session & { ids: string[]; isEnded: boolean }>();
  const attemptById = new Map<string, string>();
  const isInTime = ({ since }: Session): boolean => since + ttlSeconds * 1_000 > Date.now();
  const isAlive = (session: Session & { isEnded: boolean }): boolean => isInTime(session) && !session.isEnded;

  function makeRoom(): void {
    for (const [attempt, session] of sessions) {
      if (sessions.size < max && isInTime(session)) return;
      for (const id of session.ids) attemptById.delete(id);
      sessions.delete(attempt);
    }
  }

  return {
    begin(userId, attempt, login) {
      const id = randomBytes(32).toString("base64url");
      const session = sessions.get(attempt);
      if (session?.isEnded) return Promise.resolve(undefined);
      if (session) session.ids.push(id);
      else {
        makeRoom();
        sessions.set(attempt, { userId, since: Date.now(), attempt, login, ids: [id], isEnded: false });
      }
      attemptById.set(id, attempt);
      return Promise.resolve(id);
    },
    find(id) {
      const session = sessions.get(attemptById.get(id) ?? "");
      return Promise.resolve(session && isAlive(session) ? session : undefined);
    },
    list(userId) {
      const all = [...sessions.values()].filter((session) => session.userId === userId && isAlive(session));
      return Promise.resolve(all.slice(-maxListed).reverse());
    },
    end({ userId, attempt }) {
      const session = sessions.get(attempt);
      if (session?.userId === userId) session.isEnded = true;
      return Promise.resolve();
    },
  };
}

const device = { address: v.optional(v.string()), userAgent: v.optional(v.string()) };

const storedSession = v.object({
  userId: v.string(),
  since: v.number(),
  attempt: v.string(),
  login: v.object({ ...device, scanned: v.optional(v.object(device)) }),
  isEnded: v.optional(v.boolean()),
});

/** A session from its stored text; undefined if it was ended. */
function parseSession(text: string): Session | undefined {
  const { isEnded, ...session } = v.parse(storedSession, JSON.parse(text));
  return isEnded ? undefined : session;
}

/** Sessions that several demos share. Redis expires them. */
export function redisSessions(client: RedisClient, { ttlSeconds = hourSeconds } = {}): Sessions {
  const hash = (text: string): string => createHash("sha256").update(text).digest("base64url");
  // Hashed, so that nobody can take over a session by reading the keys.
  const idKey = (id: string): string => `demo:session-id:${hash(id)}`;
  const sessionKey = (attempt: string): string => `demo:session:${attempt}`;
  /** The attempts of a user's sessions, by the time at which they began. */
  const userKey = (userId: string): string => `demo:user-sessions:${hash(userId)}`;
  const PX = Math.ceil(ttlSeconds * 1_000);

  async function read(attempt: string): Promise<Session | undefined> {
    const text = await run(client.get(sessionKey(attempt)));
    return text === null ? undefined : parseSession(text);
  }

  return {
    async begin(userId, attempt, login) {
      const id = randomBytes(32).toString("base64url");
      const since = Date.now();
      const text = JSON.stringify({ userId, since, attempt, login } satisfies Session);
      // The first of several calls makes the session.
      const made = await run(client.set(sessionKey(attempt), text, { PX, NX: true }));
      if (made === null && !(await read(attempt))) return undefined;
      const key = userKey(userId);
      await run(
        Promise.all([
          client.zAdd(key, { score: since, value: attempt }),
          client.zRemRangeByScore(key, "-inf", since - PX),
          client.pExpire(key, PX),
          // Last: a session whose cookie works is in its user's list.
          client.set(idKey(id), attempt, { PX }),
        ]),
      );
      return id;
    },
    async find(id) {
      const attempt = await run(client.get(idKey(id)));
      return attempt === null ? undefined : read(attempt);
    },
    async list(userId) {
      const attempts = await run(client.zRange(userKey(userId), -maxListed, -1));
      if (attempts.length === 0) return [];
      const texts = await run(client.mGet(attempts.map(sessionKey)));
      return texts.flatMap((text) => (text === null ? [] : (parseSession(text) ?? []))).reverse();
    },
    async end({ userId, attempt }) {
      const session = await read(attempt);
      if (session?.userId !== userId) return;
      const text = JSON.stringify({ ...session, isEnded: true });
      await run(client.set(sessionKey(attempt), text, { XX: true, KEEPTTL: true }));
      await run(client.zRem(userKey(userId), attempt));
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

/**
 * The ids in all session cookies of a request. On http, another page of this host can plant a cookie with the same name for
 * a longer path, and browsers send that one first.
 */
export function sessionIds(cookies: string | undefined, origin: string): string[] {
  const start = `${sessionCookieName(origin)}=`;
  const own = (cookies ?? "").split("; ").filter((cookie) => cookie.startsWith(start));
  return [...new Set(own.map((cookie) => cookie.slice(start.length)))];
}

export const sessionCookieHeader = (id: string, origin: string): string =>
  `${sessionCookieName(origin)}=${id}; Path=/; HttpOnly; SameSite=Lax${isSecure(origin) ? "; Secure" : ""}`;
