import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { createPhone, createTokenServer, listen } from "../../../src/emulator.js";
import { launchBrowser } from "../../support/browser.js";
import { reachPhase, watchForComplaints } from "../../support/login-page.js";
import { freePort } from "../../support/services/free-port.js";
import { until } from "../../support/until.js";
import { useNewestNode } from "../support/newest-node.js";
import {
  acceptOnPhone,
  addressFor,
  installExample,
  startEmulator,
  startExample,
  type Emulator,
  type Example,
  type Server,
} from "../support/packed-package.js";
import { tryRedisOutage } from "../support/redis-example.js";
import {
  assertAsksFor,
  assertStaysOnSite,
  foreignPages,
  isKnownByTheSite,
  logOut,
  SiteBrowser,
  withNumber,
} from "../support/session-browser.js";

/** The examples of frameworks with pages, routes and sessions of their own: the production build, with session and log-out. */

let browser: Browser;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());

interface FullStack {
  /** Makes the kit. */
  kitFile: string;
  /** Needs Node 22 or later. */
  needsNewestNode?: true;
  /** Its build reads `ORIGIN`. */
  isBuiltForOrigin?: true;
  /** The framework does not tell the address of the connection. */
  hidesAddress?: true;
  /** The site redeems a ticket. */
  hasTicket?: true;
  /** The server renders the page's code, also in development. */
  beginsWithPage?: true;
  /** How the framework's logger writes the login. */
  log?: RegExp;
}

const examples: Record<string, FullStack> = {
  "react-router": { kitFile: "app/sessions.server.ts", hidesAddress: true },
  sveltekit: {
    kitFile: "src/lib/server/login-kit.ts",
    needsNewestNode: true,
    isBuiltForOrigin: true,
    hasTicket: true,
  },
  nuxt: {
    kitFile: "server/utils/login-kit.ts",
    needsNewestNode: true,
    isBuiltForOrigin: true,
    beginsWithPage: true,
    log: /onegini-otp-login.*logged_in/,
  },
};

const secrets = {
  SESSION_SECRET: "a secret of the tests, 32 characters",
  NUXT_SESSION_PASSWORD: "a secret of the tests, 32 characters",
};

for (const [
  name,
  { kitFile, needsNewestNode, isBuiltForOrigin, hidesAddress, hasTicket, beginsWithPage, log },
] of Object.entries(examples))
  test(name, async (t) => {
    if (needsNewestNode) await useNewestNode(t);
    const PORT = String(await freePort());
    const variables = { PORT, ORIGIN: `http://localhost:${PORT}`, ...secrets };
    const example = await installExample(name, variables);
    const emulator = await startEmulator(example);
    const site = await startExample(example, { ...variables, TOKEN_SERVER: emulator.origin });
    await t.test("logs in and out", () => logInAndOut(site, emulator));
    if (log) await t.test("logs by the framework's logger", () => assert.match(site.output(), log));
    await t.test("leads to the page that was asked for, and to no other site", () =>
      hasTicket ? tryForeignPages(site, emulator) : assertStaysOnSite(`${site.origin}/`),
    );
    if (hasTicket) await t.test("takes a ticket once, from its own browser", () => tryTicket(site, emulator));
    await t.test("ends the status stream of a browser that has left", () => leaveStreams(site));
    await t.test("sends the address of its connection, or the one that its proxy has added", async () => {
      assert.equal(await addressFor(site, emulator), hidesAddress ? undefined : "loopback");
      await site.stop();
      const more = { TOKEN_SERVER: emulator.origin, TRUSTED_PROXIES: "1" };
      const behindProxy = await startExample(example, { ...variables, ...more });
      assert.equal(await addressFor(behindProxy, emulator), "203.0.113.1");
      await behindProxy.stop();
    });
    if (beginsWithPage)
      await t.test("renders the code on the server and hydrates it without a warning, in development", () =>
        openInDevelopment(example, { ...variables, TOKEN_SERVER: emulator.origin }),
      );
    await emulator.stop();
    await t.test("leaves the page and the log-out as they are where QR login does not work", () =>
      breakLogin(example, variables),
    );

    const onHttps = { ...variables, ORIGIN: "https://www.example.com" };
    if (isBuiltForOrigin) await example.run("build", onHttps);
    await t.test("has a __Host- session on https, which ends on the server", () =>
      logInOnHttps(example, onHttps),
    );
    if (hasTicket)
      await t.test("with a number, the answer that redeems the ticket makes the browser known", async () => {
        const file = join(example.folder, kitFile);
        const source = readFileSync(file, "utf8");
        writeFileSync(file, withNumber(source));
        await example.run("build", variables);
        const phones = await startEmulator(example);
        const asking = await startExample(example, { ...variables, TOKEN_SERVER: phones.origin });
        await isKnownByTheSite(new SiteBrowser(asking.origin, asking.origin), phones);
        await Promise.all([asking.stop(), phones.stop()]);
        writeFileSync(file, source);
      });
    await t.test("leaves the page as it is while Redis is down, from the start and later", () =>
      tryRedisOutage(example, kitFile, "/", variables),
    );
  });

async function logInAndOut(site: Server, emulator: Emulator): Promise<void> {
  const context = await browser.newContext();
  const complaints = await watchForComplaints(context);
  const page = await context.newPage();
  const [login, account] = [`${site.origin}/`, `${site.origin}/account`];
  await page.goto(`${account}?from=mail&of=2`);
  assertAsksFor(page, login, "/account?from=mail&of=2");
  await acceptOnPhone(page, emulator);
  await page.waitForURL(`${account}?from=mail&of=2`);
  await page.getByText("Logged in as demo-user", { exact: true }).waitFor();

  const headers = (await page.reload())?.headers() ?? {};
  assert.equal(headers["cache-control"], "no-store");
  assert.equal(headers["content-security-policy"], "frame-ancestors 'none'");
  const other = await context.newPage();
  for (const each of [page, other]) {
    await each.goto(account);
    await each.getByText("Logged in as demo-user", { exact: true }).waitFor();
  }
  const cookies = (await context.cookies()).sort((one, two) => one.name.localeCompare(two.name));
  assert.deepEqual(
    cookies.map(({ name, httpOnly, sameSite, path }) => ({ name, httpOnly, sameSite, path })),
    ["onegini-otp-login", "session"].map((name) => ({ name, httpOnly: true, sameSite: "Lax", path: "/" })),
  );

  await logOut(page, login);
  await page.goto(account);
  assertAsksFor(page, login, "/account");
  await other.reload();
  assertAsksFor(other, login, "/account");
  assert.deepEqual(complaints.list, []);
  await context.close();
}

/** Opens the login page of the development server for the first time, and looks into the console. */
async function openInDevelopment(example: Example, variables: Record<string, string>): Promise<void> {
  const site = await startExample(example, variables, "dev");
  const page = await browser.newPage();
  const warnings: string[] = [];
  page.on("console", (message) => {
    if (["warning", "error"].includes(message.type())) warnings.push(message.text());
  });
  const login = await page.goto(`${site.origin}/`);
  assert.match((await login?.text()) ?? "", /<onegini-otp-login [^>]*otp="[^"]/);
  await reachPhase(page, "pending");
  await page.waitForFunction("window.useNuxtApp?.().isHydrating === false");
  assert.deepEqual(warnings, []);
  // The site's tests read it there, as docs/testing.md says.
  assert.ok(await page.locator("onegini-otp-login").getAttribute("otp"));
  await page.close();
  await site.stop();
}

/** Brings a ticket together with pages of other sites. */
async function tryForeignPages(site: Server, { phone }: Emulator): Promise<void> {
  for (const next of foreignPages) {
    const person = new SiteBrowser(site.origin, site.origin);
    const answer = await person.logIn((otp) => phone.accept(otp));
    const { redirect_to: to } = (await answer.json()) as { redirect_to: string };
    const redeemed = await person.fetch(`${to}&next=${next}`);
    assert.equal(redeemed.headers.get("location"), "/account", next);
  }
}

/** Steals a ticket on its way: the stranger's browser comes first. Then uses it a second time in its own browser. */
async function tryTicket(site: Server, emulator: Emulator): Promise<void> {
  const [own, other] = await Promise.all([browser.newContext(), browser.newContext()]);
  const [page, stranger] = await Promise.all([own.newPage(), other.newPage()]);
  await stranger.goto(site.origin);
  await page.goto(site.origin);
  let ticketUrl = "";
  await page.route("**/login/otp?*", async (route) => {
    ticketUrl = route.request().url();
    await stranger.goto(ticketUrl);
    assertAsksFor(stranger, `${site.origin}/`, "/account");
    await stranger.goto(`${site.origin}/account`);
    assertAsksFor(stranger, `${site.origin}/`, "/account");
    await route.continue();
  });
  await acceptOnPhone(page, emulator);
  await page.waitForURL(`${site.origin}/account`);

  await page.unroute("**/login/otp?*");
  await own.clearCookies({ name: "session" });
  await page.goto(`${ticketUrl}&next=%2Faccount%3Ffrom%3Dmail`);
  assertAsksFor(page, `${site.origin}/`, "/account?from=mail");
  await Promise.all([own.close(), other.close()]);
}

/** Starts the site with an option that is empty, and with a Token Server that is down. */
async function breakLogin(example: Example, variables: Record<string, string>): Promise<void> {
  for (const [tokenServer, status, line] of [
    ["", 500, /error onegini-otp-login: .*"tokenServer\.url" is empty/],
    ["http://127.0.0.1:9", 503, /token_server_trouble/],
  ] as const) {
    const { origin, stop, output } = await startExample(example, { ...variables, TOKEN_SERVER: tokenServer });
    const page = await fetch(origin);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<onegini-otp-login/);
    const start = await fetch(`${origin}/otp-login`, { method: "POST", headers: { origin } });
    assert.equal(start.status, status);
    await until(() => line.test(output()), "the line in the log");
    const headers = { origin, "sec-fetch-site": "same-origin" };
    const loggedOut = await fetch(`${origin}/logout`, { method: "POST", headers, redirect: "manual" });
    assert.ok([302, 303].includes(loggedOut.status), `${loggedOut.status}`);
    assert.match(loggedOut.headers.getSetCookie().join(), /(^|,)onegini-otp-login=;/);
    await stop();
  }
}

/** Opens more status streams than one browser may have at a time, and leaves each. */
async function leaveStreams({ origin }: Server): Promise<void> {
  let cookie = "";
  for (let opened = 0; opened <= 20; opened++) {
    const start = await fetch(`${origin}/otp-login`, { method: "POST", headers: { origin, cookie } });
    cookie ||= start.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const { attempt } = (await start.json()) as { attempt: string };
    const leave = new AbortController();
    const stream = await fetch(`${origin}/otp-login/${attempt}`, {
      headers: { accept: "text/event-stream", cookie },
      signal: leave.signal,
    });
    assert.equal(stream.status, 200, `after ${opened} streams`);
    await stream.body?.getReader().read();
    leave.abort();
  }
}

/** Logs in behind a proxy that ends TLS. */
async function logInOnHttps(example: Example, variables: Record<string, string>): Promise<void> {
  let origin = "";
  const tokenServer = createTokenServer({
    types: [{ name: "qr-code", ttlSeconds: 600 }],
    clients: [{ id: "demo", secret: "demo-secret" }],
    // The proxy passes the callback on.
    fetch: (url, init) => fetch(new URL(new URL(new Request(url).url).pathname, origin), init),
  });
  const listening = await listen(tokenServer);
  const site = await startExample(example, {
    ...variables,
    TOKEN_SERVER: listening.url,
    TRUSTED_PROXIES: "1",
  });
  origin = site.origin;
  const person = new SiteBrowser(origin);
  const isLoggedIn = async (by: SiteBrowser): Promise<boolean> => {
    const [status, text] = await by.read("/account");
    return status === 200 && text.includes("alice");
  };

  assert.equal(await isLoggedIn(person), false);
  const phone = createPhone(tokenServer, "alice");
  await phone.enroll();
  phone.onConfirmation((confirmation) => confirmation.accept());
  const answer = await person.logIn((otp) => phone.handleMobileAuthWithOtp(otp));
  // With a ticket the session begins at the next address.
  const { redirect_to: to = "/account" } = (await answer.clone().json()) as { redirect_to?: string };
  const page = await person.fetch(to);
  const cookie = [answer, page]
    .flatMap(({ headers }) => headers.getSetCookie())
    .find((each) => each.startsWith("__Host-session="));
  for (const attribute of ["Path=/", "HttpOnly", "Secure", "SameSite=Lax"])
    assert.match(cookie ?? "", new RegExp(`; ${attribute}(;|$)`, "i"));
  assert.equal(await isLoggedIn(person), true);

  assert.equal(person.cookies.has("__Host-onegini-otp-login"), true);
  await person.refusesForeignLogOut();
  assert.equal(await isLoggedIn(person), true);
  const copied = person.copy();
  await person.fetch("/logout", { method: "POST" });
  assert.equal(await isLoggedIn(person), false);
  assert.equal(await isLoggedIn(copied), false);
  assert.equal(person.cookies.has("__Host-onegini-otp-login"), false);
  await Promise.all([site.stop(), listening.close()]);
}
