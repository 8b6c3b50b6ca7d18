import { serialize } from "hono/utils/cookie";
import { base64url } from "../text/bytes.js";
import type { Randomness } from "../runtime.js";

/** 256 random bits. */
const valueBytes = 32;

/** The kit's cookie for a browser that has none, as frameworks take it: `cookies.set(cookie)`. */
export interface NewBrowserCookie {
  name: string;
  value: string;
  path: "/";
  httpOnly: true;
  /** Everywhere but on http loopback. */
  secure: boolean;
  sameSite: "lax";
}

/** The cookie that identifies a browser to the kit. It is a secret of its own, not the site's session. */
export class BrowserCookie {
  readonly name: string;
  readonly #secure: boolean;
  readonly #wellFormed: RegExp;

  /** @param apiOrigin where it belongs; over http (loopback only) a cookie can be neither Secure nor `__Host-` */
  constructor(apiOrigin: string) {
    this.#secure = apiOrigin.startsWith("https:");
    this.name = this.#secure ? "__Host-onegini-otp-login" : "onegini-otp-login";
    this.#wellFormed = new RegExp(`(?:^|;)[ \\t]*${this.name}=([A-Za-z0-9_-]{43})[ \\t]*(?:;|$)`);
  }

  /** The first well-formed value in a request's `Cookie` header. */
  read(request: Pick<Request, "headers">): string | undefined {
    return this.readFrom(request.headers.get("cookie") ?? "");
  }

  /** The first well-formed value in a `Cookie` header. */
  readFrom(header: string): string | undefined {
    return this.#wellFormed.exec(header)?.[1];
  }

  create(randomness: Randomness): string {
    return base64url(randomness.random(valueBytes));
  }

  /** The `Set-Cookie` that sets it: a session cookie for the whole site. */
  header(value: string): string {
    return serialize(this.name, value, this.#attributes());
  }

  /** The same for a framework that writes the header itself. */
  parts(value: string): NewBrowserCookie {
    return { name: this.name, value, ...this.#attributes() };
  }

  /** The `Set-Cookie` that deletes it. */
  endHeader(): string {
    return serialize(this.name, "", { ...this.#attributes(), maxAge: 0 });
  }

  // With `Strict` the browser would not send it when a person follows a link to the login page, and the new cookie would
  // end the attempts of other tabs.
  #attributes() {
    return { path: "/", httpOnly: true, secure: this.#secure, sameSite: "lax" } as const;
  }
}
