import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { watchForComplaints } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import {
  installExample,
  startEmulator,
  startExample,
  startLogin,
  type Example,
} from "../support/packed-package.js";

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
  assert.deepEqual(
    posts.map((path) => path.replace(/^(\/otp-login)\/[^/]+\//, "$1/…/")),
    ["/otp-login/…/login"],
    "The page starts no login by itself.",
  );
  assert.deepEqual([...printed, ...complaints.list], []);
  await context.close();
  await Promise.all([site.stop(), emulator.stop()]);
}

test("logs in once with the codes that the server rendered, after the page was left and opened again", () =>
  logIn("start"));
test("does so in development too", () => logIn("dev"));

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
