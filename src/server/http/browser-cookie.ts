import { serialize } from "hono/utils/cookie";
import { base64url } from "../bytes.js";
import type { Runtime } from "../runtime.js";

/** 256 random bits. */
const valueBytes = 32;

/** The one cookie by which a browser is known again: a secret of its own, not a session of the site. */
export class BrowserCookie {
  readonly name: string;
  readonly #secure: boolean;
  readonly #wellFormed: RegExp;

  /** @param origin the site's; over http, which is loopback, a cookie can be neither Secure nor `__Host-` */
  constructor(origin: string) {
    this.#secure = origin.startsWith("https:");
    this.name = this.#secure ? "__Host-onegini-otp-login" : "onegini-otp-login";
    this.#wellFormed = new RegExp(`(?:^|;)[ \\t]*${this.name}=([A-Za-z0-9_-]{43})[ \\t]*(?:;|$)`);
  }

  /** The first well-formed value that a request brings. */
  read(request: Pick<Request, "headers">): string | undefined {
    return this.#wellFormed.exec(request.headers.get("cookie") ?? "")?.[1];
  }

  create(runtime: Runtime): string {
    return base64url(runtime.random(valueBytes));
  }

  /** The `Set-Cookie` for a value: a session cookie for the whole site. */
  header(value: string): string {
    return serialize(this.name, value, this.#attributes());
  }

  /** The `Set-Cookie` that ends it. */
  endHeader(): string {
    return serialize(this.name, "", { ...this.#attributes(), maxAge: 0 });
  }

  // Strict would be missing when a person follows a link to the login page, and a new cookie would end the attempts
  // of other tabs.
  #attributes() {
    return { path: "/", httpOnly: true, secure: this.#secure, sameSite: "Lax" } as const;
  }
}
