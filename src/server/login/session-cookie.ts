import type { Core } from "../core.js";

/** What Node's response and Fastify's reply have in common. */
interface SentHeaders {
  getHeader(name: string): unknown;
}

interface Emitter {
  once(event: "finish", listener: () => void): unknown;
}

interface ServerContext {
  res?: SentHeaders & Emitter;
  reply?: SentHeaders & { raw: Emitter };
}

/** The kits that have reported it. */
const reported = new WeakSet<Core<never>>();

/**
 * Reports once that a login's answer was sent without a cookie of the site: a session library whose cookie is `secure` sends none
 * over http, and says nothing. Only where the login API is on http, which is development, and where Node's response can be seen.
 *
 * @param answer of `signIn`
 */
export function reportMissingCookie(context: unknown, answer: Response, core: Core<never>): void {
  const { res, reply } = (context ?? {}) as ServerContext;
  const sent = res ?? reply;
  const isDevelopment = core.config.pages.apiOrigin.startsWith("http:");
  if (!sent || !isDevelopment || answer.headers.has("set-cookie") || reported.has(core)) return;
  (res ?? reply?.raw)?.once("finish", () => {
    const cookies = [sent.getHeader("set-cookie") ?? []].flat().map(String);
    // With `pairing` the kit adds its own.
    if (cookies.some((cookie) => !cookie.startsWith("onegini-otp-login"))) return;
    reported.add(core);
    core.report({
      type: "no_session_cookie",
      level: "warn",
      description:
        "signIn took the login, but its answer was sent without a cookie, so the next page may find no session. If your session's cookie is secure, write secure: false in development: over http the session library sends no such cookie. Or the session's middleware comes after the kit.",
    });
  });
}
