import { LogThrottle } from "../limits/log-throttle.js";
import type { Core } from "../core.js";
import type { PageOrigins } from "../http/page-origins.js";
import type { Report } from "../kit-events.js";

/** How much of what a stranger may have sent goes into the site's log. */
const maxLoggedLength = 200;

/**
 * Whether a login that begins together with a page can end there. The CSRF check would refuse it only after the person has
 * accepted on the phone.
 */
export class PageCheck {
  readonly #pages: PageOrigins;
  readonly #report: Report;
  readonly #throttle: LogThrottle;
  #isHostReported = false;

  constructor({ config, report, runtime }: Core) {
    this.#pages = config.pages;
    this.#report = report;
    this.#throttle = new LogThrottle(60_000, runtime);
  }

  /** @param pageUrl the page's address; undefined if the site does not know it. May be anything */
  allows({ headers }: { headers: Pick<Headers, "get"> }, pageUrl: unknown): boolean {
    const { origin, apiOrigin, listed } = this.#pages;
    const pageOrigin = originOfPage(pageUrl);
    if (pageOrigin === undefined) this.#compareHost(headers.get("host"));
    const page = (pageOrigin ?? origin).slice(0, maxLoggedLength);
    const isListed = this.#pages.match(page) !== undefined;
    if (isListed && sharesCookies(page, apiOrigin)) return true;
    this.#report({
      type: "page_refused",
      level: this.#throttle.level("page", "warn"),
      description: isListed
        ? `Pages of ${page} cannot begin with a code, because their server cannot set the cookie of "apiOrigin", ${apiOrigin}. The element begins by itself.`
        : page === "null"
          ? '"pageUrl" is not the address of a web page. Pass the one that the browser shows, or none.'
          : `By "pageUrl" the page is at ${page}, whose pages may not call the login API. If that is what the browser shows, set "origin" to it, or for a further page add it to "origins"; "origin" is ${origin} now. Otherwise a proxy does not pass scheme and host on, or "pageUrl" is wrong.`,
      origin: page,
      ...(!isListed && { expectedOrigins: [...listed] }),
    });
    return false;
  }

  /** One warning, which decides nothing: a proxy may change `Host`, and anybody can send one. */
  #compareHost(host: string | null): void {
    // Health checks and scanners ask by the address of the machine.
    if (host === null || this.#isHostReported || /^(?:[\d.]+|\[.*\])(?::\d+)?$/.test(host)) return;
    const { origin } = this.#pages;
    const addresses = [`https://${host}`, `http://${host}`];
    if (addresses.some((address) => this.#pages.match(originOfPage(address)!) !== undefined)) return;
    this.#isHostReported = true;
    this.#report({
      type: "host_differs",
      level: "warn",
      description: `A page was asked for with this Host, and "origin" is ${origin}. If a proxy changes Host, all is well. Otherwise logins that begin on such a page are refused: set "origin" to the address in the browser.`,
      host: host.slice(0, maxLoggedLength),
    });
  }
}

/**
 * The origin of a page's address; undefined if the site does not know it. Something that is not a URL may come from a request;
 * it fits no origin.
 */
function originOfPage(pageUrl: unknown): string | undefined {
  if (pageUrl === undefined) return undefined;
  const address = typeof pageUrl === "string" || pageUrl instanceof URL ? String(pageUrl) : "";
  return URL.canParse(address) ? new URL(address).origin : "null";
}

/** Whether a cookie that a page of the one origin brings is sent to the other: ports share cookies, names do not. */
function sharesCookies(page: string, api: string): boolean {
  const [a, b] = [new URL(page), new URL(api)];
  return a.hostname === b.hostname && a.protocol === b.protocol;
}
