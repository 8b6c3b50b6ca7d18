import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { watchForComplaints } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import {
  acceptOnPhone,
  installExample,
  startEmulator,
  startExample,
  startLogin,
  type Example,
} from "../support/packed-package.js";
import { tryRedisOutage } from "../support/redis-example.js";

/** The example for Next.js: the server renders the code. */

let browser: Browser;
let example: Example;
before(async () => {
  [browser, example] = await Promise.all([launchBrowser(), installExample("next")]);
});
after(() => browser.close());

/**
 * Opens the login page, leaves it by the site's own navigation, comes back and logs in.
 *
 * @param script serves the site: `start`, from its build, or `dev`, from its sources and in React's strict mode
 */
async function logIn(script: string): Promise<void> {
  const emulator = await startEmulator(example);
  const site = await startExample(example, { TOKEN_SERVER: emulator.origin }, script);
  const context = await browser.newContext();
  const complaints = await watchForComplaints(context);
  const page = await context.newPage();
  const printed: string[] = [];
  page.on("console", (message) => {
    const isExpected =
      message.text().startsWith("Lit is in dev mode") || message.location().url.endsWith("/favicon.ico");
    if (["error", "warning"].includes(message.type()) && !isExpected) printed.push(message.text());
  });
  const posts: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST") posts.push(new URL(request.url()).pathname);
  });

  const answer = await page.goto(`${site.origin}/login`);
  assert.match((await answer?.text()) ?? "", /<svg/);
  await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }));
  const first = await codeOn(page);
  assert.equal(emulator.codes(), 1, "The page begins one login.");

  await page.getByText("Account", { exact: true }).click();
  await page.getByText("Nobody is logged in").waitFor();
  await page.getByText("Login", { exact: true }).click();
  const second = await codeOn(page, first);
  assert.equal(emulator.codes(), 2, "One more login begins when the person comes back.");

  await emulator.phone.accept(second);
  await page.getByText("Logged in as demo-user", { exact: true }).waitFor();
  assert.equal(await page.evaluate(() => "isSamePage" in globalThis), true, "The page was not loaded anew.");
  assert.equal(emulator.codes(), 2);
  const account = (await context.request.get(`${site.origin}/account`)).headers();
  assert.match(account["cache-control"] ?? "", /\bno-store\b/);
  assert.equal(account["content-security-policy"], "frame-ancestors 'none'");
  const calls = posts.map((path) => path.replace(/^(\/otp-login)\/[^/]+\//, "$1/…/"));
  assert.deepEqual(calls, ["/otp-login/…/login"], "The page starts no login by itself.");
  assert.deepEqual([...printed, ...complaints.list], []);
  await context.close();
  await Promise.all([site.stop(), emulator.stop()]);
}

test("logs in once with the codes that the server rendered, after the page was left and opened again", () =>
  logIn("start"));
test("does so in development too", () => logIn("dev"));

/** The cookies of a browser, by name. */
const cookiesOf = async (context: BrowserContext) =>
  new Map((await context.cookies()).map((cookie) => [cookie.name, cookie]));

test("keeps the session that signIn has set with cookies(), and ends it and the kit's cookie at log-out", async () => {
  const emulator = await startEmulator(example);
  const site = await startExample(example, { TOKEN_SERVER: emulator.origin });
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${site.origin}/login`);
  await acceptOnPhone(page, emulator);
  await page.getByText("Logged in as demo-user", { exact: true }).waitFor();

  const loggedIn = await cookiesOf(context);
  assert.deepEqual([...loggedIn.keys()].sort(), ["onegini-otp-login", "session"]);
  for (const { httpOnly, sameSite, path, expires } of loggedIn.values())
    assert.deepEqual(
      { httpOnly, sameSite, path, expires },
      { httpOnly: true, sameSite: "Lax", path: "/", expires: -1 },
    );

  await page.getByText("Log out", { exact: true }).click();
  await codeOn(page);
  const loggedOut = await cookiesOf(context);
  assert.deepEqual([...loggedOut.keys()], ["onegini-otp-login"]);
  assert.notEqual(loggedOut.get("onegini-otp-login")?.value, loggedIn.get("onegini-otp-login")?.value);
  assert.equal(emulator.codes(), 2, "The page after the log-out begins one login, by its element.");

  const again = await context.newPage();
  await again.goto(`${site.origin}/account`);
  await again.getByText("Nobody is logged in").waitFor();
  // A copy of the cookie from before is void.
  await context.addCookies([...loggedIn.values()]);
  await again.goto(`${site.origin}/account`);
  await again.getByText("Nobody is logged in").waitFor();
  await context.close();
  await Promise.all([site.stop(), emulator.stop()]);
});

test("leads to the page that was asked for, and to no other site", async () => {
  const emulator = await startEmulator(example);
  const site = await startExample(example, { TOKEN_SERVER: emulator.origin });
  for (const [next, path] of [
    ["%2Faccount%3Ffrom%3Dmail", "/account?from=mail"],
    ["%2F%2Fevil.example", "/account"],
  ] as const) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${site.origin}/login?next=${next}`);
    await acceptOnPhone(page, emulator);
    await page.waitForURL(`${site.origin}${path}`);
    await page.getByText("Logged in as demo-user", { exact: true }).waitFor();
    await context.close();
  }
  await Promise.all([site.stop(), emulator.stop()]);
});

test("answers every method of the login API by the kit, allowed or not", async () => {
  const site = await startExample(example);
  const call = async (method: string, path: string) => {
    const { status, headers } = await fetch(`${site.origin}${path}`, { method });
    return [method, status, headers.get("allow"), headers.get("cache-control")];
  };

  const wrong = ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"].map((method) => call(method, "/otp-login"));
  for (const answer of await Promise.all(wrong))
    assert.deepEqual(answer.slice(1), [405, "POST", "no-store"], String(answer));
  assert.deepEqual(await call("HEAD", "/otp-login/some-attempt"), ["HEAD", 404, null, "no-store"]);
  assert.deepEqual(await call("POST", "/otp-login"), ["POST", 403, null, "no-store"]);
  await site.stop();
});

test("begins no login for a page that nobody sees, and none that its browser could not finish", async () => {
  const emulator = await startEmulator(example);
  const site = await startExample(example, { TOKEN_SERVER: emulator.origin });
  const pageFor = async (init: RequestInit) => {
    const answer = await fetch(`${site.origin}/login`, init);
    // The cookie comes before the page has been rendered with its code.
    await answer.text();
    return answer.headers.getSetCookie();
  };

  assert.deepEqual(await pageFor({ method: "HEAD" }), []);
  assert.deepEqual(await pageFor({ headers: { "sec-purpose": "prefetch" } }), []);
  assert.equal(emulator.codes(), 0);
  assert.equal((await pageFor({})).length, 1);
  assert.equal(emulator.codes(), 1);
  await Promise.all([site.stop(), emulator.stop()]);
});

test("without a proxy ignores the addresses that clients send, and counts all starts together", async () => {
  const emulator = await startEmulator(example);
  const site = await startExample(example, { TOKEN_SERVER: emulator.origin });

  const starts = Array.from({ length: 301 }, (_, index) =>
    startLogin(site.origin, `198.51.${index >> 8}.${index & 255}`),
  );
  const statuses = (await Promise.all(starts)).map(({ status }) => status);

  assert.deepEqual(new Set(emulator.addresses()), new Set([undefined]));
  assert.deepEqual(statuses.toSorted().slice(-2), [201, 429]);
  await Promise.all([site.stop(), emulator.stop()]);
});

test("with TRUSTED_PROXIES=1 uses the address that the proxy has added", async () => {
  const emulator = await startEmulator(example);
  const site = await startExample(example, { TOKEN_SERVER: emulator.origin, TRUSTED_PROXIES: "1" });

  await startLogin(site.origin, "198.51.100.1, 203.0.113.1");

  assert.deepEqual(emulator.addresses(), ["203.0.113.1"]);
  await Promise.all([site.stop(), emulator.stop()]);
});

/** A file of the installed example, with other text. */
const rewrite = (file: string, change: (text: string) => string): void => {
  const path = join(example.folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, change(existsSync(path) ? readFileSync(path, "utf8") : ""));
};

test("with handOver redeems the ticket in a route handler, once and only in the browser that began the login", async () => {
  rewrite("login-kit.ts", (text) =>
    text
      .replace(/ {2}async signIn[^]*?\n {2}},\n/, '  handOver: { to: "/login/otp" },\n')
      .replace(/import.*sessions.*\n/, ""),
  );
  rewrite(
    "app/login/otp/route.ts",
    () => `
      import { redirect } from "next/navigation";
      import type { NextRequest } from "next/server";
      import { login } from "../../../login-kit";
      import { beginSession } from "../../../sessions";

      export async function GET(request: NextRequest) {
        const redeemed = await login.redeem(request.nextUrl.searchParams.get("ticket"));
        if (redeemed) await beginSession(redeemed.userId, redeemed.attempt);
        redirect("/account");
      }`,
  );
  // The widget loads the ticket's address, which is no page of Next's router.
  rewrite("app/login/login-widget.tsx", (text) => text.replace("event.preventDefault();", "return;"));
  await example.run("build");
  const emulator = await startEmulator(example);
  const site = await startExample(example, { TOKEN_SERVER: emulator.origin });
  const [own, other] = await Promise.all([browser.newContext(), browser.newContext()]);
  const [page, stranger] = await Promise.all([own.newPage(), other.newPage()]);
  await stranger.goto(`${site.origin}/login`);
  await page.goto(`${site.origin}/login`);

  // The ticket is stolen on its way: the stranger comes first.
  let ticketUrl = "";
  await page.route("**/login/otp?*", async (route) => {
    ticketUrl = route.request().url();
    await stranger.goto(ticketUrl);
    await stranger.getByText("Nobody is logged in").waitFor();
    await route.continue();
  });
  await acceptOnPhone(page, emulator);
  await page.getByText("Logged in as demo-user", { exact: true }).waitFor();

  await own.clearCookies({ name: "session" });
  await page.unroute("**/login/otp?*");
  await page.goto(ticketUrl);
  await page.getByText("Nobody is logged in").waitFor();
  await Promise.all([own.close(), other.close(), site.stop(), emulator.stop()]);
});

test("leaves the page as it is while Redis is down, from the start and later", async () => {
  await tryRedisOutage(example, "login-kit.ts", "/login");
});
