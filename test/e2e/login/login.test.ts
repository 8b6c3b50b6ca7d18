import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Browser, BrowserContext } from "playwright-core";
import { type Demo, demoInBrowser, type PhoneCalls, phoneCalls } from "../../support/demo/demo.js";
import { openLoginPage, reachPhase } from "../../support/login-page.js";
import { codeOn, codesOn } from "../../support/qr.js";

describe("A login, from the pixels of the code to the account", () => {
  let demo: Demo;
  let browser: Browser;
  let context: BrowserContext;
  let phone: PhoneCalls;

  demoInBrowser((given) => {
    ({ demo, browser, context } = given);
    phone = phoneCalls(demo.origin);
  });

  it("opens the account of the user who accepted, in this browser only", async () => {
    const page = await openLoginPage(context, demo.origin);

    await phone.accept(await codeOn(page));
    await page.waitForURL("**/account");

    assert.match(await page.locator("main").innerText(), /demo-user/);
    const stranger = await browser.newContext();
    const elsewhere = await stranger.newPage();
    const answer = await elsewhere.goto(`${demo.origin}/account`);
    assert.equal(answer?.status(), 401);
    assert.doesNotMatch(await elsewhere.content(), /demo-user/);
    await stranger.close();
  });

  it("shows one code, and one element in the document itself", async () => {
    const page = await openLoginPage(context, demo.origin);

    await codeOn(page);

    assert.equal((await codesOn(page)).length, 1);
    assert.equal(await page.evaluate(() => document.getElementsByTagName("onegini-otp-login").length), 1);
    assert.equal(await page.locator("onegini-otp-login").getAttribute("renewals"), null);
  });

  it("shows the site's message, the device and the location on the phone", async () => {
    const page = await openLoginPage(context, demo.origin);

    const { message } = await phone.scan(await codeOn(page));

    assert.match(
      message,
      /^Log in to Demo Bank on the web\. Device: Linux Chrome \d+\.\d+, Location: NL, Provincie Utrecht, Utrecht$/,
    );
  });

  it("shows when the phone declined, and logs in at the next try", async () => {
    const page = await openLoginPage(context, demo.origin);
    const first = await codeOn(page);

    await phone.deny(first);
    await reachPhase(page, "denied");
    assert.deepEqual(await codesOn(page), []);
    await page.getByRole("button", { name: "Try again" }).click();
    await phone.accept(await codeOn(page, first));

    await page.waitForURL("**/account");
  });

  it("has one attempt in each tab, independent of the other", async () => {
    // One after the other: of two starts in the same moment, the cookie of one takes the other's place.
    const one = await openLoginPage(context, demo.origin);
    const two = await openLoginPage(context, demo.origin);
    const codeOfOne = await codeOn(one);
    const codeOfTwo = await codeOn(two);
    assert.notEqual(codeOfOne, codeOfTwo);

    await phone.deny(codeOfOne);
    await reachPhase(one, "denied");
    await reachPhase(two, "pending");
    await phone.enroll("second-user");
    await phone.accept(codeOfTwo, "second-user");
    await two.waitForURL("**/account");

    assert.match(await two.locator("main").innerText(), /second-user/);
    await one.getByRole("button", { name: "Try again" }).click();
    await phone.accept(await codeOn(one, codeOfOne));
    await one.waitForURL("**/account");
    assert.match(await one.locator("main").innerText(), /demo-user/);
  });

  it("dispatches login once, as a cancelable LoginEvent that crosses shadow roots", async () => {
    const logins: unknown[] = [];
    await context.exposeFunction("noteLogin", (login: unknown) => logins.push(login));
    const page = await openLoginPage(context, demo.origin);
    await page.evaluate(() => {
      const note = (globalThis as unknown as { noteLogin: (login: unknown) => void }).noteLogin;
      document.addEventListener("login", (event) =>
        note({
          isCustomEvent: event instanceof CustomEvent,
          result: (event as Event & { result?: unknown }).result,
          cancelable: event.cancelable,
          composed: event.composed,
          redirectTo: (event as Event & { redirectTo?: string }).redirectTo,
          target: (event.target as Element).localName,
        }),
      );
    });

    await phone.accept(await codeOn(page));
    await page.waitForURL("**/account");

    assert.deepEqual(logins, [
      {
        isCustomEvent: false,
        result: {},
        cancelable: true,
        composed: true,
        redirectTo: `${demo.origin}/account`,
        target: "onegini-otp-login",
      },
    ]);
  });

  it("stays on the page when the login event is prevented, and is still logged in", async () => {
    const page = await openLoginPage(context, demo.origin);
    await page.evaluate(() => document.addEventListener("login", (event) => event.preventDefault()));

    await phone.accept(await codeOn(page));
    await reachPhase(page, "completed");

    assert.equal(new URL(page.url()).pathname, "/");
    const answer = await page.goto(`${demo.origin}/account`);
    assert.equal(answer?.status(), 200);
  });

  it("replaces the login page in the history by the account", async () => {
    const page = await context.newPage();
    await page.goto(`${demo.origin}/help`);
    await page.goto(demo.origin);

    await phone.accept(await codeOn(page));
    await page.waitForURL("**/account");
    await page.goBack();

    assert.equal(new URL(page.url()).pathname, "/help");
  });

  for (const method of ["GET", "POST"] as const) {
    it(`logs out by ${method}: the session and the browser's other attempts end`, async () => {
      const page = await openLoginPage(context, demo.origin);
      const waiting = await openLoginPage(context, demo.origin);
      const codeOfWaiting = await codeOn(waiting);
      await phone.accept(await codeOn(page));
      await page.waitForURL("**/account");
      const cookies = await context.cookies();

      if (method === "POST") await page.getByRole("button", { name: "Log out" }).click();
      else await page.goto(`${demo.origin}/logout`);
      await page.waitForURL(`${demo.origin}/`);

      const answer = await page.goto(`${demo.origin}/account`);
      assert.equal(answer?.status(), 401);
      // An old session cookie does not work either.
      const stolen = await fetch(`${demo.origin}/account`, {
        headers: { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; ") },
      });
      assert.equal(stolen.status, 401);
      await phone.accept(codeOfWaiting);
      const other = await codeOn(waiting, codeOfWaiting);
      assert.notEqual(other, codeOfWaiting);
      assert.equal((await context.request.get(`${demo.origin}/account`)).status(), 401);
    });
  }
});
