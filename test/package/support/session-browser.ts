import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { until } from "../../support/until.js";
import type { Emulator, Server } from "./packed-package.js";

/** Values of `?next=`, as they stand in an address, that would lead to another site, here or in what decodes them once more. */
export const foreignPages: readonly string[] = [
  "//evil.example",
  "https://evil.example/",
  "/%5Cevil.example",
  "%2F%2Fevil.example",
  "%2F%09%2Fevil.example",
  "%2F%252Fevil.example",
  "javascript:alert(1)",
];

/** What a proxy that ends TLS adds to the requests for a site, after a client's own `X-Forwarded-For`. */
const headersOfProxy = (publicOrigin: string): Record<string, string> => ({
  "x-forwarded-for": "198.51.100.1, 203.0.113.1",
  "x-forwarded-proto": "https",
  "x-forwarded-host": new URL(publicOrigin).host,
});

/** A browser of a site on https behind a proxy that ends TLS: its cookies, and the calls of the widget. */
export class SiteBrowser {
  readonly #origin: string;
  readonly #publicOrigin: string;
  readonly #forwarded: Record<string, string>;
  readonly cookies = new Map<string, string>();

  /**
   * @param origin where the site listens, or a proxy in front of it
   * @param publicOrigin of its pages
   * @param forwarded what a proxy adds, where there is none: by default the address 203.0.113.1, and that it was https
   */
  constructor(
    origin: string,
    publicOrigin = "https://www.example.com",
    forwarded = headersOfProxy(publicOrigin),
  ) {
    this.#origin = origin;
    this.#publicOrigin = publicOrigin;
    this.#forwarded = forwarded;
  }

  /** A copy that has the same cookies and keeps them, as somebody has who copied them once. */
  copy(): SiteBrowser {
    const copy = new SiteBrowser(this.#origin, this.#publicOrigin, this.#forwarded);
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
        origin: this.#publicOrigin,
        "sec-fetch-site": "same-origin",
        ...this.#forwarded,
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

  /**
   * Posts the log-out form on a page of another site, without the cookies, which are `SameSite=Lax`, and on a neighbouring
   * subdomain's, with them; and as a script does that sends no body. No cookie may end by it.
   */
  async refusesForeignLogOut(): Promise<void> {
    const forms: Record<string, string>[] = [
      { origin: "https://www.example.org", "sec-fetch-site": "cross-site", cookie: "" },
      { origin: "https://evil.example.com", "sec-fetch-site": "same-site" },
    ];
    const before = [...this.cookies.keys()];
    for (const form of forms)
      for (const type of [{ "content-type": "application/x-www-form-urlencoded" }, {}]) {
        const { status } = await this.fetch("/logout", { method: "POST", headers: { ...type, ...form } });
        const what = `${form["origin"]}, ${JSON.stringify(type)}: ${status}`;
        // A guard may send somebody without a session to the login page.
        assert.ok(status === 403 || (status === 302 && form["cookie"] === ""), what);
        assert.deepEqual([...this.cookies.keys()], before, what);
      }
  }

  /** What a page says, with its status. */
  async read(path: string): Promise<[number, string]> {
    const response = await this.fetch(path);
    return [response.status, await response.text()];
  }

  /**
   * Shows a code. Returns the attempt once it is approved.
   *
   * @param accept scans the code and accepts, on the user's phone
   * @param endpoint of the login API
   */
  async approved(accept: (otp: string) => Promise<void>, endpoint = "/otp-login"): Promise<string> {
    const { attempt, otp } = (await (await this.fetch(endpoint, { method: "POST" })).json()) as {
      attempt: string;
      otp: string;
    };
    await accept(otp);
    const status = async (): Promise<unknown> => {
      const headers = { accept: "application/json", prefer: "wait=1" };
      const answer = await this.fetch(`${endpoint}/${attempt}`, { headers });
      return ((await answer.json()) as { status: unknown }).status;
    };
    await until(async () => (await status()) === "approved", "the approval");
    return attempt;
  }

  /** Shows a code as `approved` does, and logs in as the widget does. Returns the answer to the login call. */
  async logIn(accept: (otp: string) => Promise<void>, endpoint = "/otp-login"): Promise<Response> {
    const attempt = await this.approved(accept, endpoint);
    const answer = await this.#claim(attempt, endpoint);
    assert.equal(answer.status, 200, await answer.clone().text());
    return answer;
  }

  /**
   * The same at a site with `pairing`: types the number if the page is asked for it.
   *
   * @param accept as for `approved`; returns what the phone shows
   */
  async logInWithNumber(
    accept: (otp: string) => Promise<string>,
  ): Promise<{ isAsked: boolean; answer: Response; redirectTo: string }> {
    let number: string | undefined;
    const attempt = await this.approved(async (otp) => {
      [number] = /\d{4}/.exec(await accept(otp)) ?? [];
    });
    const first = await this.#claim(attempt);
    const isAsked = first.status === 403;
    const answer = isAsked ? await this.#claim(attempt, undefined, { number }) : first;
    const text = await answer.clone().text();
    assert.equal(answer.status, 200, text);
    const { redirect_to: redirectTo } = JSON.parse(text) as { redirect_to: string };
    return { isAsked, answer, redirectTo };
  }

  #claim(attempt: string, endpoint = "/otp-login", body?: object): Promise<Response> {
    return this.fetch(`${endpoint}/${attempt}/login`, {
      method: "POST",
      ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
  }
}

/**
 * Logs in at an example that has the `ORIGIN` https://localhost. Returns the browser and the answer to the login call.
 *
 * @param site where the example listens, on http
 */
export async function logInOnHttps(
  site: Server,
  { phone }: Emulator,
): Promise<{ browser: SiteBrowser; answer: Response }> {
  const browser = new SiteBrowser(site.origin, "https://localhost");
  const answer = await browser.logIn(async (otp) => {
    await phone.accept(otp);
    // There is no proxy that ends TLS, so the Token Server's own callback does not arrive.
    const { transaction_id } = JSON.parse(atob(otp)) as { transaction_id: string };
    const callback = { method: "POST", headers: { "content-type": "application/json" } };
    await fetch(`${site.origin}/otp-login/callback`, {
      ...callback,
      body: JSON.stringify({ transaction_id }),
    });
  });
  return { browser, answer };
}

/**
 * A cookie that browsers accept only on https and from this very host, and that scripts cannot read.
 *
 * @param name begins with `__Host-`
 */
export function assertIsHostCookie(answer: Response, name: `__Host-${string}`): void {
  const cookie = answer.headers.getSetCookie().find((text) => text.startsWith(`${name}=`)) ?? "";
  const attributes = cookie.toLowerCase().split("; ").slice(1);
  for (const attribute of ["path=/", "httponly", "secure", "samesite=lax"])
    assert.ok(attributes.includes(attribute), `${attribute} of ${name}: ${attributes.join("; ")}`);
}

/** The browser shows the login page, which knows the page that was asked for. */
export function assertAsksFor(page: Page, loginPage: string, path: string): void {
  const { origin, pathname, searchParams } = new URL(page.url());
  assert.equal(`${origin}${pathname}`, loginPage);
  assert.equal(searchParams.get("next"), path);
}

/** The file of an example that makes its kit, with `pairing`. */
export function withNumber(kitFile: string): string {
  const changed = kitFile.replace(
    /message: "[^"]*",/,
    `message: "Log in: {number}", pairing: { keys: ["a key of the tests with 32 characters"] },`,
  );
  assert.notEqual(changed, kitFile);
  return changed;
}

/** Logs in twice, at a site on http with a ticket and a number: only the answer that takes the login makes the browser known. */
export async function isKnownByTheSite(browser: SiteBrowser, { phone }: Emulator): Promise<void> {
  const known = "onegini-otp-login-known";
  const logIn = () =>
    browser.logInWithNumber(async (otp) => {
      const { id, message } = await phone.scan(otp);
      await phone.answer(id, true);
      return message;
    });
  const { isAsked, redirectTo } = await logIn();
  assert.equal(isAsked, true);
  assert.equal(browser.cookies.has(known), false);
  const answer = await browser.fetch(redirectTo);
  assert.equal(new URL(answer.headers.get("location") ?? "", answer.url).pathname, "/account");
  assert.equal(browser.cookies.has(known), true);
  assert.equal((await browser.fetch("/account")).status, 200);
  assert.equal((await logIn()).isAsked, false);
}

/** A login page that a server renders leads to the page that was asked for, and to no other site. */
export async function assertStaysOnSite(loginPage: string): Promise<void> {
  for (const [next, path] of [
    ["%2Forders%2F7%3Ffrom%3Dmail%26of%3D2", "/orders/7?from=mail&of=2"],
    ...["", ...foreignPages].map((foreign) => [foreign, "/account"] as const),
  ] as const) {
    const page = await (await fetch(`${loginPage}?next=${next}`)).text();
    const redirect = / redirect="([^"]*)"/.exec(page)?.[1]?.replaceAll("&amp;", "&");
    assert.equal(redirect, path, next);
  }
}

/** Logs out by the button of the account page. It ends the session, and the browser's cookie of the kit. */
export async function logOut(page: Page, loginPage: string): Promise<void> {
  const kitCookie = async () =>
    (await page.context().cookies()).find(({ name }) => name.endsWith("onegini-otp-login"))?.value;
  const before = await kitCookie();
  assert.ok(before, "The browser has the kit's cookie.");
  await page.getByRole("button", { name: "Log out", exact: true }).click();
  await page.waitForURL(loginPage);
  // The login page may have begun anew, with another cookie.
  assert.notEqual(await kitCookie(), before);
}
