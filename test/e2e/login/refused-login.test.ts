import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { test, type TestContext } from "node:test";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { admin } from "better-auth/plugins";
import { oneginiOtpLogin } from "onegini-otp-login/better-auth";
import type { LoginKitEvent } from "onegini-otp-login/server";
import type { Page } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { openLoginPage, reachPhase } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import { emulator, listen, type Emulator } from "../../unit/server/support/site.js";

/** A user whom Better Auth's plugin "admin" has banned accepts on the phone. */

interface Site {
  origin: string;
  emulator: Emulator;
  events: LoginKitEvent[];
}

const created = { createdAt: new Date(), updatedAt: new Date() };

/** A site with Better Auth on which alice is banned. `script` is of its login page. */
async function siteWithBan(t: TestContext, script = ""): Promise<Site> {
  let answerAuth: RequestListener = (_req, res) => res.writeHead(503).end();
  const page = `<!doctype html><html lang="en"><title>Log in</title><link rel="icon" href="data:,">
    <script type="module" src="/onegini-otp-login.js"></script>
    <onegini-otp-login endpoint="/api/auth/otp-login"></onegini-otp-login><script>${script}</script></html>`;
  const origin = await listen(
    t,
    createServer((req, res) => {
      if (req.url?.startsWith("/api/auth/")) return answerAuth(req, res);
      if (req.url !== "/onegini-otp-login.js")
        return void res.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
      void readFile("dist/onegini-otp-login.js").then((file) =>
        res.writeHead(200, { "content-type": "text/javascript" }).end(file),
      );
    }),
  );
  const tokenServer = await emulator(t);
  const events: LoginKitEvent[] = [];
  const otpLogin = oneginiOtpLogin({
    tokenServer: { url: tokenServer.url, clientId: "site", clientSecret: "site-secret", type: "qr-code" },
    message: "Log in to the test site",
    onEvent: (event) => void events.push(event),
  });
  const user = { id: "1", name: "Alice", email: "alice@example.com", emailVerified: true, banned: true };
  const account = { id: "1", userId: "1", providerId: "onegini", accountId: "alice", ...created };
  const auth = betterAuth({
    baseURL: origin,
    secret: "a secret of these tests alone, of more than 32 characters",
    database: memoryAdapter({
      user: [{ ...user, ...created }],
      account: [account],
      session: [],
      verification: [],
    }),
    logger: { disabled: true },
    plugins: [admin(), otpLogin],
  });
  const handle = toNodeHandler(auth);
  answerAuth = (req, res) => void handle(req, res);
  t.after(async () => (await otpLogin.kit).close());
  return { origin, emulator: tokenServer, events };
}

/** Opens the login page and accepts its code on alice's phone. */
async function accept(t: TestContext, { origin, emulator }: Site): Promise<Page> {
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const page = await openLoginPage(await browser.newContext(), origin);
  await (await emulator.phone("alice")).handleMobileAuthWithOtp(await codeOn(page));
  await reachPhase(page, "failed");
  return page;
}

const textOf = (page: Page, part: string) => page.locator(`onegini-otp-login [part=${part}]`).innerText();

test("a banned user of Better Auth reads that the account cannot log in, and is not told to try again", async (t) => {
  const site = await siteWithBan(t);
  const page = await accept(t, site);
  assert.equal(await textOf(page, "message"), "This account can’t log in here");
  assert.equal(await textOf(page, "hint"), "Please log in another way, or ask for help.");
  assert.equal(await page.getByRole("button").count(), 0);
  assert.equal(
    await textOf(page, "status"),
    "This account can’t log in here. Please log in another way, or ask for help.",
  );
  const refusals = site.events.filter((event) => event.type === "sign_in_failed");
  const logged = refusals.map(({ level, userId, status, code }) => [level, userId, status, code]);
  assert.deepEqual(logged, [["warn", "alice", 403, "BANNED_USER"]]);
});

test("the page of a banned user hears Better Auth's code, reads its answer once more, and sets its own words", async (t) => {
  const site = await siteWithBan(
    t,
    `const widget = document.querySelector("onegini-otp-login");
     widget.addEventListener("error", ({ code, answer, cause }) => {
       window.heard = [code, answer, cause.cause];
       if (answer?.code === "BANNED_USER")
         widget.messages = { loginRefused: "You are blocked", loginRefusedHint: "Call 0800 1234." };
     });`,
  );
  const page = await accept(t, site);
  assert.equal(await textOf(page, "message"), "You are blocked");
  assert.equal(await textOf(page, "hint"), "Call 0800 1234.");
  const [code, answer, status, again] = await page.evaluate(async () => {
    const { heard } = globalThis as unknown as {
      heard: [string, { code: string; message: string }, Response];
    };
    const [code, answer, response] = heard;
    return [code, answer, response.status, (await response.json()) as unknown] as const;
  });
  assert.deepEqual([code, answer.code, status], ["login_refused", "BANNED_USER", 403]);
  assert.deepEqual(again, answer);
  const shown = await page
    .locator("onegini-otp-login")
    .evaluate((card) => card.shadowRoot?.textContent ?? "");
  assert.ok(answer.message !== "" && !shown.includes(answer.message));
});
