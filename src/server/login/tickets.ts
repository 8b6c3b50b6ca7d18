import { parseTicket } from "../attempt/ticket.js";
import { sha256 } from "../bytes.js";
import type { Core } from "../core.js";
import { LogThrottle } from "../event-reporter.js";
import type { BrowserCookie } from "../http/browser-cookie.js";
import type { HeadersOfRequest, RedeemedLogin } from "../login-kit.js";
import { summaryOf } from "./login-summary.js";

/** Redeems tickets. What comes as a ticket may be anything. */
export class Tickets {
  readonly #core: Core;
  readonly #cookie: BrowserCookie;
  readonly #throttle: LogThrottle;

  constructor(core: Core, cookie: BrowserCookie) {
    this.#core = core;
    this.#cookie = cookie;
    this.#throttle = new LogThrottle(60_000, core.runtime);
  }

  /**
   * The login of a ticket, once, for the browser that began it.
   *
   * @throws TypeError if `request` has no headers, StoreUnavailable
   */
  async redeem(ticket: unknown, request: HeadersOfRequest): Promise<RedeemedLogin | undefined> {
    const { attempts, report, runtime } = this.#core;
    const beganAt = runtime.now();
    const cookie = cookieHeader(request);
    const parsed = parseTicket(ticket);
    // The same steps for a ticket that is unknown, used, expired or another browser's.
    const hash = await sha256(parsed?.secret ?? "");
    const browserSecret = this.#cookie.readFrom(cookie);
    const browser = await sha256(browserSecret ?? "");
    const redeemed = await attempts.redeem(parsed?.attempt ?? "", { hash, browser });
    const durationMs = runtime.now() - beganAt;
    const { attempt, refusal } = redeemed;
    if (refusal !== undefined) {
      // A backend that does not pass the cookie on looks like another browser. Only the event tells them apart.
      const isWithoutCookie = refusal === "other_browser" && browserSecret === undefined;
      const reason = isWithoutCookie ? "no_cookie" : refusal;
      const level = this.#throttle.level(reason, "warn");
      report({
        type: "ticket_refused",
        level,
        reason,
        ...(attempt && { attempt: attempt.id }),
        durationMs,
      });
      return undefined;
    }
    const { userId, browser: known } = attempt.state;
    report({
      type: "ticket_redeemed",
      level: "info",
      attempt: attempt.id,
      userId,
      ...(known && { browser: known }),
      durationMs,
    });
    return { userId, attempt: attempt.id, login: summaryOf(attempt, attempt.state) };
  }
}

/** The `Cookie` header of a request of the Web or of Node. */
function cookieHeader(request: HeadersOfRequest): string {
  const headers: unknown = (request as Partial<HeadersOfRequest> | undefined)?.headers;
  if (typeof headers !== "object" || headers === null || Array.isArray(headers))
    throw new TypeError(
      'kit.redeem: "request" is wrong; expected the request of the browser, with its headers',
    );
  if (typeof (headers as Partial<Headers>).get === "function")
    return (headers as Headers).get("cookie") ?? "";
  return Object.entries(headers as Record<string, unknown>)
    .flatMap(([name, value]) => (name.toLowerCase() === "cookie" ? [value].flat() : []))
    .join("; ");
}
