import { emptyResponse } from "./response.js";

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
