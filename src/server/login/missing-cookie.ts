import type { Core } from "../core.js";
import type { Call } from "../http/call.js";

/** The kits that have reported it. */
const reported = new WeakSet<Core<never>>();

/**
 * Reports once that a login's answer was sent without a cookie of the site: a session library whose cookie is `secure` sends none
 * over http, and says nothing. Only where the login API is on http, which is development, and where an adapter sends the answer.
 *
 * @param answer of `signIn`
 */
export function reportMissingCookie(
  { delivery }: Pick<Call<never>, "delivery">,
  answer: Response,
  core: Core<never>,
): void {
  if (!core.config.pages.apiOrigin.startsWith("http:") || answer.headers.has("set-cookie")) return;
  delivery?.onSent((cookies) => {
    // With `pairing` the kit adds its own.
    if (reported.has(core) || cookies.some((cookie) => !cookie.startsWith("onegini-otp-login"))) return;
    reported.add(core);
    core.report({
      type: "no_session_cookie",
      level: "warn",
      description:
        "signIn took the login, but its answer was sent without a cookie, so the next page may find no session. If your session's cookie is secure, write secure: false in development: over http the session library sends no such cookie. Or the session's middleware comes after the kit.",
    });
  });
}
