import { parseTicket } from "../attempt/ticket.js";
import { sha256 } from "../text/bytes.js";
import type { Core } from "../core.js";
import { LogThrottle } from "../limits/log-throttle.js";
import type { BrowserCookie } from "../http/browser-cookie.js";
import type { RedeemedLogin } from "../login-kit.js";
import type { HeadersOfRequest } from "../options.js";
import { browserIdOf, type Attempt } from "../store/attempt.js";
import type { Pairing } from "./pairing.js";
import { summaryOf } from "./login-summary.js";

/** Redeems tickets. What comes as a ticket may be anything. */
export class Tickets<Context> {
  readonly #core: Core<Context>;
  readonly #cookie: BrowserCookie;
  readonly #pairing: Pairing<Context> | undefined;
  readonly #throttle: LogThrottle;

  constructor(core: Core<Context>, cookie: BrowserCookie, pairing: Pairing<Context> | undefined) {
    this.#core = core;
    this.#cookie = cookie;
    this.#pairing = pairing;
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
    const browserSecret = this.#cookie.read(cookie);
    const browser = await sha256(browserSecret ?? "");
    const pairing = this.#pairing;
    const redeemed = await attempts.redeem(
      parsed?.attempt ?? "",
      { hash, browser },
      pairing && ((found) => pairing.redemptionRefusal(found)),
    );
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
        ...(attempt && { attempt: attempt.id, ...acceptanceOf(attempt) }),
        ...(browserSecret !== undefined && { browserId: browserIdOf(browser) }),
        durationMs,
      });
      return undefined;
    }
    const { userId, transaction, at: claimedAt, browser: known } = attempt.state;
    const { address, userAgent } = attempt;
    report({
      type: "ticket_redeemed",
      level: "info",
      attempt: attempt.id,
      userId,
      transaction,
      browserId: browserIdOf(browser),
      ...(address !== undefined && { address }),
      ...(userAgent !== undefined && { userAgent }),
      ...(known && { browser: known }),
      durationMs,
    });
    const login = summaryOf(attempt, attempt.state);
    const headers = new Headers();
    const remembered = await pairing?.knownBrowserHeader(
      // Documented for `remember`.
      { request: () => this.#requestOf(request), context: undefined as Context },
      { userId, attempt: attempt.id, login, claimedAt },
      pairing.browsers.of(cookie),
    );
    if (remembered !== undefined) headers.append("set-cookie", remembered);
    return { userId, attempt: attempt.id, login, headers };
  }

  /** The site's request. Of one that is not of the Web only the headers are known. */
  #requestOf(given: HeadersOfRequest): Request {
    if (given instanceof Request) return given;
    const { outcome, pages } = this.#core.config;
    const headers = new Headers();
    const pairs = given.headers instanceof Headers ? [...given.headers] : Object.entries(given.headers);
    for (const [name, value] of pairs as [string, string | readonly string[] | undefined][]) {
      // Of HTTP/2, such as `:method`.
      if (name.startsWith(":")) continue;
      for (const each of [value ?? []].flat()) headers.append(name, each);
    }
    return new Request(new URL("handOver" in outcome ? outcome.handOver.to : "/", pages.apiOrigin), {
      headers,
    });
  }
}

/** Who accepted an attempt, and which code. */
function acceptanceOf({ state }: Attempt): { userId?: string; transaction?: string } {
  if (state.status !== "completed") return {};
  const { userId, transaction } = state;
  return { userId, transaction };
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
