import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { type Demo, phoneCalls, type PhoneCalls, startDemo } from "../../support/demo/demo.js";
import { openLoginPage, reachPhase } from "../../support/login-page.js";
import { codeOn, codesOn } from "../../support/qr.js";

describe("An old code", () => {
  let demo: Demo;
  let phone: PhoneCalls;
  let browser: Browser;
  let context: BrowserContext;

  before(async () => {
    [demo, browser] = await Promise.all([startDemo(), launchBrowser()]);
    phone = phoneCalls(demo.origin);
  });
  after(() => Promise.all([browser.close(), demo.stop()]));
  beforeEach(async () => {
    context = await browser.newContext();
  });
  afterEach(() => context.close());

  /** Opens the login page with a clock that the test moves forward. */
  async function openWithClock(): Promise<Page> {
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(demo.origin);
    await reachPhase(page, "pending");
    return page;
  }

  it("still logs in when it is accepted after its renewal", async () => {
    const page = await openWithClock();
    const old = await codeOn(page);

    await page.clock.runFor(46_000);
    await codeOn(page, old);
    await phone.accept(old);

    await page.waitForURL("**/account");
  });

  it("comes at once after a scan if the person asks for it, and either code logs in", async () => {
    for (const accepted of ["old", "new"]) {
      const page = await context.newPage();
      await page.goto(demo.origin);
      const scanned = await codeOn(page);
      const { id: transaction } = await phone.scan(scanned);
      await page.request.post(`${demo.origin}/app/scanned`, {
        data: { transaction_id: transaction, user: "demo-user" },
      });
      await reachPhase(page, "scanned");
      await page.getByRole("button", { name: "Scan again" }).click();
      const fresh = await codeOn(page, scanned);
      if (accepted === "old") await phone.answer(transaction, true);
      else await phone.accept(fresh);
      await page.waitForURL("**/account");
      await context.clearCookies();
    }
  });

  it("is followed by a new code that logs in, even if the old one was scanned and not answered", async () => {
    const page = await openWithClock();
    const old = await codeOn(page);
    await phone.scan(old);

    await page.clock.runFor(46_000);
    await phone.accept(await codeOn(page, old));

    await page.waitForURL("**/account");
  });

  it("disappears when its time is over, and a button requests a new one", async (t) => {
    const short = await startDemo({ CODE_SECONDS: "2" });
    t.after(() => short.stop());
    const page = await openLoginPage(context, short.origin);
    // Otherwise it is extended five times first.
    await page.locator("onegini-otp-login").evaluate((element) => element.setAttribute("renewals", "0"));

    await reachPhase(page, "expired");
    assert.deepEqual(await codesOn(page), []);
    await page.getByRole("button", { name: "Show a new code" }).click();
    await phoneCalls(short.origin).accept(await codeOn(page));

    await page.waitForURL("**/account");
  });
});
