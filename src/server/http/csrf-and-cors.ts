import { ApiError, type RefusedOrigins } from "./api-error.js";
import { whyForbidden } from "./forbidden-origin.js";
import type { PageOrigins } from "./page-origins.js";
import { emptyResponse } from "./response.js";

/** How much of a stranger's header goes into the site's log. */
const maxLoggedLength = 200;

/**
 * Checks that a state-changing call comes from a page that may call. At least one of the headers `Sec-Fetch-Site` and
 * `Origin` must be there, and each that is there must fit. For an origin that only a pattern names both must be there,
 * because the browser knows which hosts are of one site. `Host` and `X-Forwarded-*` are not used.
 *
 * @throws ApiError 403
 */
export function checkCsrf(request: Request, pages: PageOrigins): void {
  const from = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  // Without `Origin`, a page of the login API's own origin.
  const match = pages.match(from ?? pages.apiOrigin);
  const isCrossOrigin = from !== null && pages.callsCrossOrigin(from);
  const siteFits = site === null || site === "same-origin" || (isCrossOrigin && site === "same-site");
  const isUnknown = site === null && (from === null || match === "pattern");
  if (isUnknown || match === undefined || !siteFits) {
    throw new ApiError(
      "forbidden_origin",
      "This page may not call the login API. The log of the login API says why.",
      { origins: refusedOrigins(request, pages) },
    );
  }
}

/** What the site's log says of a refused call. */
function refusedOrigins({ headers }: Request, pages: PageOrigins): RefusedOrigins {
  const from = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  return {
    description: whyForbidden(from, site, pages),
    ...(from !== null && { origin: from.slice(0, maxLoggedLength) }),
    ...(site !== null && { fetchSite: site.slice(0, maxLoggedLength) }),
    expectedOrigins: [...pages.listed],
  };
}

/** CORS for pages of other origins than the login API's. Without any, no CORS header is sent. */
export class Cors {
  readonly #pages: PageOrigins;

  constructor(pages: PageOrigins) {
    this.#pages = pages;
  }

  /** Adds the headers that let a page of a listed origin read the answer. */
  mark(request: Request, { headers }: Response): void {
    if (!this.#pages.hasCrossOrigin) return;
    headers.append("vary", "Origin");
    const origin = request.headers.get("origin");
    if (origin === null || !this.#pages.callsCrossOrigin(origin)) return;
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-allow-credentials", "true");
    headers.set("access-control-expose-headers", "Retry-After, Preference-Applied");
  }

  /** The answer to a preflight from a listed origin; undefined for any other request. */
  preflight(request: Request, methods: string): Response | undefined {
    const isAllowed =
      isPreflight(request) && this.#pages.callsCrossOrigin(request.headers.get("origin") ?? "");
    return isAllowed
      ? emptyResponse({
          "access-control-allow-methods": methods,
          "access-control-allow-headers": "Content-Type, Prefer",
          "access-control-max-age": "600",
        })
      : undefined;
  }

  /**
   * Why a request is refused that is a preflight: its call would be 403, but the browser does not send it. Undefined for any
   * other request.
   */
  whyRefused(request: Request): RefusedOrigins | undefined {
    return isPreflight(request) ? refusedOrigins(request, this.#pages) : undefined;
  }
}

const isPreflight = ({ method, headers }: Request): boolean =>
  method === "OPTIONS" && headers.has("access-control-request-method") && headers.has("origin");
