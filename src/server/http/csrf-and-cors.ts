import { ApiError } from "./api-error.js";
import { emptyResponse } from "./response.js";

/** How much of a stranger's header goes into the site's log. */
const maxLoggedLength = 200;

/**
 * Checks that a state-changing call comes from a page of the site. At least one of the headers `Sec-Fetch-Site` and
 * `Origin` must be there, and each that is there must fit. `Host` and `X-Forwarded-*` are not used.
 *
 * @param origins further origins of the same site
 * @throws ApiError 403
 */
export function checkCsrf(
  request: Request,
  { origin, origins }: { origin: string; origins: readonly string[] },
): void {
  const from = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  const isFurther = from !== null && origins.includes(from);
  const originFits = from === null || from === origin || isFurther;
  const siteFits = site === null || site === "same-origin" || (isFurther && site === "same-site");
  if ((from === null && site === null) || !originFits || !siteFits) {
    throw new ApiError("forbidden_origin", "Only pages of the site itself may call this.", {
      origins: {
        ...(from !== null && { origin: from.slice(0, maxLoggedLength) }),
        ...(site !== null && { fetchSite: site.slice(0, maxLoggedLength) }),
        expectedOrigins: [origin, ...origins],
      },
    });
  }
}

/** CORS for the site's further origins. Without any, no CORS header is sent. */
export class Cors {
  readonly #origins: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
  }

  /** Adds the headers that let a page of a listed origin read the answer. */
  mark(request: Request, { headers }: Response): void {
    if (this.#origins.size === 0) return;
    headers.append("vary", "Origin");
    const origin = request.headers.get("origin");
    if (origin === null || !this.#origins.has(origin)) return;
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-allow-credentials", "true");
    headers.set("access-control-expose-headers", "Retry-After, Preference-Applied");
  }

  /** The answer to a preflight from a listed origin; undefined for any other request. */
  preflight(request: Request, methods: string): Response | undefined {
    const isPreflight =
      request.method === "OPTIONS" &&
      request.headers.has("access-control-request-method") &&
      this.#origins.has(request.headers.get("origin") ?? "");
    return isPreflight
      ? emptyResponse({
          "access-control-allow-methods": methods,
          "access-control-allow-headers": "Content-Type, Prefer",
          "access-control-max-age": "600",
        })
      : undefined;
  }
}
