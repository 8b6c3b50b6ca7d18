import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { codeOn } from "../../support/qr.js";
import {
  acceptOnPhone,
  installExample,
  startEmulator,
  startExample,
  type Emulator,
  type Example,
  type Server,
} from "../support/packed-package.js";
import {
  assertAsksFor,
  assertIsHostCookie,
  isKnownByTheSite,
  logInOnHttps,
  logOut,
  SiteBrowser,
  withNumber,
} from "../support/session-browser.js";

/** The example with Auth.js: a login by a ticket, Auth.js' session on other pages, and the log-out. */

let browser: Browser;
let example: Example;
let emulator: Emulator;
let site: Server;
before(async () => {
  [browser, example] = await Promise.all([launchBrowser(), installExample("auth-js")]);
  emulator = await startEmulator(example);
  site = await startExample(example, { TOKEN_SERVER: emulator.origin });
});
after(() => browser.close());

test("logs in with a ticket, once and only in the browser that began the login, and logs out", async () => {
  const [login, account] = [`${site.origin}/login`, `${site.origin}/account`];
  /** Where the proxy sends somebody who asks for the account without a session. */
  const refused = `${login}?next=%2Faccount`;
  const [own, other] = await Promise.all([browser.newContext(), browser.newContext()]);
  const [page, stranger] = await Promise.all([own.newPage(), other.newPage()]);
  await stranger.goto(login);
  await codeOn(stranger);
  await page.goto(account);
  assert.equal(page.url(), refused);

  // The ticket is stolen on its way: the stranger comes first.
  let ticketUrl = "";
  await page.route("**/login/otp?*", async (route) => {
    ticketUrl = route.request().url();
    await stranger.goto(ticketUrl);
    assertAsksFor(stranger, login, "/account?from=mail&of=2");
    await stranger.goto(account);
    assert.equal(stranger.url(), refused);
    await route.continue();
  });
  await page.goto(`${login}?next=%2Faccount%3Ffrom%3Dmail%26of%3D2`);
  const wanted = `${account}?from=mail&of=2`;
  const response = page.waitForResponse(wanted);
  await acceptOnPhone(page, emulator);
  await page.waitForURL(wanted);
  await page.getByText("Logged in as demo-user", { exact: true }).waitFor();
  assert.match(ticketUrl, /\/login\/otp\?ticket=/);
  const headers = (await response).headers();
  assert.match(headers["cache-control"] ?? "", /\bno-store\b/);
  assert.equal(headers["content-security-policy"], "frame-ancestors 'none'");
  await page.reload();
  const another = await own.newPage();
  await another.goto(account);
  for (const each of [page, another])
    await each.getByText("Logged in as demo-user", { exact: true }).waitFor();

  const session = (await own.cookies()).filter(({ name }) => name === "authjs.session-token");
  const flags = session.map(({ httpOnly, sameSite, path }) => ({ httpOnly, sameSite, path }));
  assert.deepEqual(flags, [{ httpOnly: true, sameSite: "Lax", path: "/" }]);
  await own.clearCookies({ name: "authjs.session-token" });
  await page.unroute("**/login/otp?*");
  await another.goto(ticketUrl);
  assertAsksFor(another, login, "/account?from=mail&of=2");
  await another.goto(account);
  assert.equal(another.url(), refused);

  await own.addCookies(session);
  await logOut(page, login);
  for (const each of [page, another]) {
    await each.goto(account);
    assert.equal(each.url(), refused);
  }
  await Promise.all([own.close(), other.close()]);
});

test("takes no user from the credentials that anybody can post", async () => {
  const context = await browser.newContext();
  const api = `${site.origin}/api/auth`;
  const { csrfToken } = (await (await context.request.get(`${api}/csrf`)).json()) as { csrfToken: string };
  const form = { csrfToken, ticket: "demo-user", userId: "demo-user", id: "demo-user" };
  await context.request.post(`${api}/callback/otp-login`, { form });
  assert.equal(await (await context.request.get(`${api}/session`)).json(), null);
  await context.close();
});

test("on https has a cookie that no other host can set", async () => {
  const variables = { TOKEN_SERVER: emulator.origin, ORIGIN: "https://localhost", TRUSTED_PROXIES: "1" };
  const behindProxy = await startExample(example, variables);
  const { browser: visitor, answer } = await logInOnHttps(behindProxy, emulator);
  assert.equal(emulator.addresses().at(-1), "203.0.113.1");
  const { redirect_to } = (await answer.json()) as { redirect_to: string };
  const redeemed = await visitor.fetch(redirect_to);
  assert.equal(redeemed.headers.get("location"), "https://localhost/account");
  assertIsHostCookie(redeemed, "__Host-authjs.session-token");
  assert.match((await visitor.read("/account"))[1], /Logged in as demo-user/);
  await behindProxy.stop();
});

test("with a number, Auth.js' own answer makes the browser known", async () => {
  const file = join(example.folder, "login-kit.ts");
  const source = readFileSync(file, "utf8");
  writeFileSync(file, withNumber(source));
  await example.run("build");
  const asking = await startExample(example, { TOKEN_SERVER: emulator.origin });
  await isKnownByTheSite(new SiteBrowser(asking.origin, asking.origin), emulator);
  await asking.stop();
  writeFileSync(file, source);
});

test("beside a provider for passwords logs in by both", async () => {
  const file = join(example.folder, "auth.ts");
  const passwords = `Credentials({
    credentials: { password: {} },
    authorize: ({ password }) => (password === "a password" ? { id: "password-user" } : null),
  }),`;
  writeFileSync(file, readFileSync(file, "utf8").replace("providers: [", `providers: [${passwords}`));
  await example.run("build");
  const withPasswords = await startExample(example, { TOKEN_SERVER: emulator.origin });
  const [login, account, api] = ["/login", "/account", "/api/auth"].map(
    (path) => withPasswords.origin + path,
  ) as [string, string, string];
  const context = await browser.newContext();
  const page = await context.newPage();

  // As Auth.js itself names the page that was asked for.
  await page.goto(`${login}?callbackUrl=${encodeURIComponent(`${account}?of=2`)}`);
  await acceptOnPhone(page, emulator);
  await page.waitForURL(`${account}?of=2`);
  await page.getByText("Logged in as demo-user", { exact: true }).waitFor();
  const { user } = (await (await context.request.get(`${api}/session`)).json()) as { user: object };
  assert.deepEqual(user, { id: "demo-user", name: "Demo User", email: "demo-user@example.com" });
  await logOut(page, login);

  const { csrfToken } = (await (await context.request.get(`${api}/csrf`)).json()) as { csrfToken: string };
  await context.request.post(`${api}/callback/credentials`, { form: { csrfToken, password: "a password" } });
  await page.goto(account);
  await page.getByText("Logged in as password-user", { exact: true }).waitFor();
  await context.close();
  await withPasswords.stop();
});
