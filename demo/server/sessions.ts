import { randomBytes } from "node:crypto";

/** Somebody who is logged in. */
export interface Session {
  userId: string;
  /** When it began, in milliseconds of `Date.now()`. */
  since: number;
  /** The login attempt that began it. */
  attempt: string;
}

/** The place where sessions are kept does not answer: nobody can be told apart from a stranger at the moment. */
export class SessionsUnavailable extends Error {
  override name = "SessionsUnavailable";
}

/** The site's sessions, by the random id that the browser's cookie holds. Methods reject with `SessionsUnavailable`. */
export interface Sessions {
  /**
   * Begins a session and gives its id, always a new one: an id that was there before the login may be known to others.
   * The attempt's id is the idempotency key: where it has begun a session before, whose answer got lost, that one ends.
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

/** Sessions in this process's memory: gone when it ends. */
export function memorySessions({ ttlSeconds = 3_600, max = 10_000 }: MemorySessionsOptions = {}): Sessions {
  // In the order of their beginning, so the oldest comes first.
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
