interface Cookie {
  name: string;
  value: string;
  domain: string;
  /** A cookie without `Domain` is sent to its own host only. */
  isHostOnly: boolean;
  path: string;
}

/**
 * The cookies that a browser keeps during one visit, such as the affinity cookie of a load balancer. It accepts any
 * attributes: `cookieLine` checks those of the login API's cookie.
 */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>();

  keep(address: string, setCookies: readonly string[]): void {
    const { hostname } = new URL(address);
    for (const text of setCookies) {
      const [pair = "", ...rest] = text.split(";").map((each) => each.trim());
      const attributes = new Map(
        rest.map((each) => {
          const at = each.indexOf("=");
          return at < 0
            ? [each.toLowerCase(), ""]
            : [each.slice(0, at).toLowerCase(), each.slice(at + 1).trim()];
        }),
      );
      const domain = (attributes.get("domain") ?? "").replace(/^\./, "").toLowerCase();
      if (domain !== "" && !isWithin(hostname, domain)) continue;
      const [name = ""] = pair.split("=", 1);
      const path = attributes.get("path")?.startsWith("/") ? (attributes.get("path") ?? "/") : "/";
      const cookie = {
        name,
        value: pair.slice(name.length + 1),
        domain: domain || hostname,
        isHostOnly: domain === "",
        path,
      };
      const key = JSON.stringify([name, cookie.domain, path]);
      if (isOver(attributes)) this.#cookies.delete(key);
      else this.#cookies.set(key, cookie);
    }
  }

  forget(name: RegExp): void {
    for (const [key, cookie] of this.#cookies) if (name.test(cookie.name)) this.#cookies.delete(key);
  }

  /** The header `Cookie` for an address, or an empty string. */
  headerFor(address: string): string {
    const { hostname, pathname } = new URL(address);
    return [...this.#cookies.values()]
      .filter(
        ({ domain, isHostOnly, path }) =>
          (isHostOnly ? hostname === domain : isWithin(hostname, domain)) &&
          (pathname === path || pathname.startsWith(path.endsWith("/") ? path : `${path}/`)),
      )
      .map(({ name, value }) => `${name}=${value}`)
      .join("; ");
  }
}

const isWithin = (hostname: string, domain: string): boolean =>
  hostname === domain || hostname.endsWith(`.${domain}`);

function isOver(attributes: ReadonlyMap<string, string>): boolean {
  const maxAge = attributes.get("max-age");
  if (maxAge !== undefined) return Number(maxAge) <= 0;
  return Date.parse(attributes.get("expires") ?? "") <= Date.now();
}
