/**
 * The site's sessions. This file is the same in every example.
 */

/** For pages of people who are logged in: browsers do not keep them, and no other page can frame them. */
export const privateHeaders = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "frame-ancestors 'none'",
};

/**
 * @param {string} origin the site's, such as `https://www.example.com`
 * @param {{ get(key: string): string | undefined, set(key: string, value: string): unknown }} [storage]
 *   where the sessions are kept. By default in memory, so for one process
 */
export function createSessions(origin, storage = new Map()) {
  const isHttps = origin.startsWith("https:");
  // On https, browsers accept a `__Host-` cookie only from this very host, and only one, for all paths.
  const name = isHttps ? "__Host-session" : "session";
  return {
    /**
     * Begins the session of a login, with a new id. Returns its `Set-Cookie` header.
     *
     * @param {string} userId
     * @param {string} attempt `signIn` may run twice for one attempt: both runs lead to one session
     */
    begin(userId, attempt) {
      const id = storage.get(`attempt ${attempt}`) ?? crypto.randomUUID();
      storage.set(`attempt ${attempt}`, id);
      storage.set(`session ${id}`, userId);
      return `${name}=${id}; Path=/; HttpOnly; SameSite=Lax${isHttps ? "; Secure" : ""}`;
    },

    /**
     * The user who is logged in. On http, others can plant a second cookie with this name, which may come first. So an id
     * without a session is ignored, and if there are two sessions, nobody is logged in.
     *
     * @param {string | null | undefined} cookies the request's `Cookie` header
     * @returns {string | undefined}
     */
    userOf(cookies) {
      const ids = new Set(
        (cookies ?? "")
          .split("; ")
          .filter((cookie) => cookie.startsWith(`${name}=`))
          .map((cookie) => cookie.slice(name.length + 1)),
      );
      const users = [...ids].map((id) => storage.get(`session ${id}`)).filter((user) => user !== undefined);
      return users.length === 1 ? users[0] : undefined;
    },
  };
}
