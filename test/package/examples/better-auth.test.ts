import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { freePort } from "../../support/services/free-port.js";
import { acceptOnPhone, installExample, startEmulator, startExample } from "../support/packed-package.js";
import { assertAsksFor, assertStaysOnSite } from "../support/session-browser.js";

/** The example with Better Auth: a whole login, Better Auth's session on another page, and the logout. */

let browser: Browser;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());

test("better-auth logs in and out", async () => {
  const example = await installExample("better-auth");
  const emulator = await startEmulator(example);
  const variables = { PORT: String(await freePort()), TOKEN_SERVER: emulator.origin };
  const site = await startExample(example, variables);
  const page = await browser.newPage();
  const account = `${site.origin}/account`;
  await page.goto(`${account}?from=mail&of=2`);
  assertAsksFor(page, `${site.origin}/`, "/account?from=mail&of=2");
  await acceptOnPhone(page, emulator);
  await page.waitForURL(`${account}?from=mail&of=2`);
  assert.equal(await page.textContent("p"), "Logged in as demo-user");
  const response = await page.reload();
  assert.equal(await page.textContent("p"), "Logged in as demo-user");
  assert.equal(response?.headers()["cache-control"], "no-store");
  const names = (await page.context().cookies()).map(({ name }) => name).sort();
  assert.deepEqual(names, ["better-auth.session_token", "onegini-otp-login"]);

  const foreign = await fetch(`${site.origin}/logout`, {
    method: "POST",
    headers: { origin: "https://www.example.org", "content-type": "application/x-www-form-urlencoded" },
  });
  assert.equal(foreign.status, 403);
  assert.deepEqual(foreign.headers.getSetCookie(), []);

  await page.click("button");
  await page.waitForURL(`${site.origin}/`);
  // The login page has begun the next attempt, as a new browser.
  const left = (await page.context().cookies()).filter(({ name }) => name.startsWith("better-auth"));
  assert.deepEqual(left, []);
  await page.goto(account);
  assertAsksFor(page, `${site.origin}/`, "/account");
  await page.close();
  await assertStaysOnSite(`${site.origin}/`);
  await site.stop();
  await emulator.stop();
});
