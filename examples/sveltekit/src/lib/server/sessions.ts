import type { Cookies } from "@sveltejs/kit";

const { ORIGIN = "" } = process.env;
// On https, browsers accept a `__Host-` cookie only from this very host, and only one, for all paths.
const isHttps = ORIGIN.startsWith("https:");
const name = isHttps ? "__Host-session" : "session";
const attributes = { path: "/", httpOnly: true, sameSite: "lax", secure: isHttps } as const;

/** The site's sessions, in memory: the user of each id. A ticket is redeemed once, so a login begins one. */
const sessions = new Map<string, string>();

export function beginSession(cookies: Cookies, userId: string): void {
  const id = crypto.randomUUID();
  sessions.set(id, userId);
  cookies.set(name, id, attributes);
}

export const currentUser = (cookies: Cookies): string | undefined => sessions.get(cookies.get(name) ?? "");

export function endSession(cookies: Cookies): void {
  sessions.delete(cookies.get(name) ?? "");
  cookies.delete(name, attributes);
}
