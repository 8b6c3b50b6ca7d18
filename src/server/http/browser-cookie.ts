import { base64url } from "../text/bytes.js";
import type { Randomness } from "../runtime.js";
import { SiteCookie } from "./site-cookie.js";

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

/** The session cookie that identifies a browser to the kit. It is a secret of its own, not the site's session. */
export class BrowserCookie extends SiteCookie {
  readonly #wellFormed: RegExp;

  /** @param apiOrigin where it belongs */
  constructor(apiOrigin: string) {
    super(apiOrigin, "onegini-otp-login");
    this.#wellFormed = new RegExp(`(?:^|;)[ \\t]*${this.name}=([A-Za-z0-9_-]{43})[ \\t]*(?:;|$)`);
  }

  /** The first well-formed value in a `Cookie` header. */
  read(header: string | null): string | undefined {
    return this.#wellFormed.exec(header ?? "")?.[1];
  }

  create(randomness: Randomness): string {
    return base64url(randomness.random(valueBytes));
  }

  /** For a framework that writes the header itself. */
  parts(value: string): NewBrowserCookie {
    return { name: this.name, value, ...this.attributes() };
  }
}
