import assert from "node:assert/strict";
import { createPhone, type TokenServer } from "../../../src/emulator.js";
import { until } from "../../support/until.js";

/**
 * A browser of a site whose pages are at https://www.example.com, behind a proxy that ends TLS: its cookies, and the calls
 * of the widget.
 */
export class SiteBrowser {
  readonly #origin: string;
  readonly cookies = new Map<string, string>();

  /** @param origin where the site listens */
  constructor(origin: string) {
    this.#origin = origin;
  }

  /** A copy that has the same cookies and keeps them, as somebody has who copied them once. */
  copy(): SiteBrowser {
    const copy = new SiteBrowser(this.#origin);
    for (const [name, value] of this.cookies) copy.cookies.set(name, value);
    return copy;
  }

  async fetch(
    path: string,
    init: RequestInit & { headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const response = await fetch(`${this.#origin}${path}`, {
      redirect: "manual",
      ...init,
      headers: {
        origin: "https://www.example.com",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "www.example.com",
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        ...init.headers,
      },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      const isOver = value === "" || /max-age=0|expires=Thu, 01 Jan 1970/i.test(cookie);
      if (isOver) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** What a page says, with its status. */
  async read(path: string): Promise<[number, string]> {
    const response = await this.fetch(path);
    return [response.status, await response.text()];
  }

  /** Shows a code, which the user's phone accepts, and logs in as the widget does. */
  async logIn(tokenServer: TokenServer, user: string): Promise<Response> {
    const { attempt, otp } = (await (await this.fetch("/otp-login", { method: "POST" })).json()) as {
      attempt: string;
      otp: string;
    };
    const phone = createPhone(tokenServer, user);
    await phone.enroll();
    phone.onConfirmation((confirmation) => confirmation.accept());
    await phone.handleMobileAuthWithOtp(otp);
    const status = async (): Promise<unknown> => {
      const headers = { accept: "application/json", prefer: "wait=1" };
      const answer = await this.fetch(`/otp-login/${attempt}`, { headers });
      return ((await answer.json()) as { status: unknown }).status;
    };
    await until(async () => (await status()) === "approved", "the approval");
    const answer = await this.fetch(`/otp-login/${attempt}/login`, { method: "POST" });
    assert.equal(answer.status, 200, await answer.clone().text());
    return answer;
  }
}
