const isSecure = (origin: string): boolean => origin.startsWith("https:");

/**
 * The name of the session's cookie. On https browsers take it from this very host alone, so that no neighbouring
 * subdomain can toss somebody a session of its own; over http, which is loopback, there is no such name.
 */
export const sessionCookieName = (origin: string): string =>
  isSecure(origin) ? "__Host-demo-session" : "demo-session";

/** The session's cookie, as `signIn` sets it at a login. */
export const sessionCookieHeader = (id: string, origin: string): string =>
  `${sessionCookieName(origin)}=${id}; Path=/; HttpOnly; SameSite=Lax${isSecure(origin) ? "; Secure" : ""}`;
