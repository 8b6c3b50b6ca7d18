import { serialize } from "hono/utils/cookie";

/** One of the kit's cookies: for the whole site, and out of the reach of scripts. */
export class SiteCookie {
  readonly name: string;
  readonly #secure: boolean;

  /**
   * @param apiOrigin where it belongs; over http (loopback only) a cookie can be neither Secure nor `__Host-`
   * @param name without that prefix
   */
  constructor(apiOrigin: string, name: string) {
    this.#secure = apiOrigin.startsWith("https:");
    this.name = this.#secure ? `__Host-${name}` : name;
  }

  /** The `Set-Cookie` that sets it. @param days how long it stays; by default until the browser ends */
  header(value: string, days?: number): string {
    const lasts = days !== undefined && { maxAge: Math.round(days * 86_400) };
    return serialize(this.name, value, { ...this.attributes(), ...lasts });
  }

  /** The `Set-Cookie` that deletes it. */
  endHeader(): string {
    return this.header("", 0);
  }

  // With `Strict` the browser would not send it when a person follows a link to the login page, and the new cookie would
  // end the attempts of other tabs.
  protected attributes() {
    return { path: "/", httpOnly: true, secure: this.#secure, sameSite: "lax" } as const;
  }
}
