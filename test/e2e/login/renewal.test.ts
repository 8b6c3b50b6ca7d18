import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { type Demo, phoneCalls, type PhoneCalls, startDemo } from "../../support/demo/demo.js";
import { openLoginPage, reachPhase } from "../../support/login-page.js";
import { codeOn, codesOn } from "../../support/qr.js";

describe("An old code", () => {
  let browser: Browser;
  let context: BrowserContext;

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  beforeEach(async () => {
    context = await browser.newContext();
  });
  afterEach(() => context.close());

  async function withCodesOf(seconds: number, test: (demo: Demo, phone: PhoneCalls) => Promise<void>) {
    const demo = await startDemo({ CODE_SECONDS: String(seconds) });
    try {
      await test(demo, phoneCalls(demo.origin));
    } finally {
      await demo.stop();
    }
  }

  /** Opens the login page with a clock that the test moves forward. */
  async function openWithClock(demo: Demo): Promise<Page> {
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(demo.origin);
    await reachPhase(page, "pending");
    return page;
  }

  it("still logs in when it is accepted after its renewal", () =>
    withCodesOf(60, async (demo, phone) => {
      const page = await openWithClock(demo);
      const old = await codeOn(page);

      await page.clock.runFor(46_000);
      await codeOn(page, old);
      await phone.accept(old);

      await page.waitForURL("**/account");
    }));

  it("comes at once after a scan if the person asks for it, and either code logs in", () =>
    withCodesOf(60, async (demo, phone) => {
      for (const accepted of ["old", "new"]) {
        const page = await context.newPage();
        await page.goto(demo.origin);
        const scanned = await codeOn(page);
        const { id: transaction } = await phone.scan(scanned);
        await page.request.post(`${demo.origin}/app/scanned`, {
          data: { transaction_id: transaction, user: "demo-user" },
        });
        await reachPhase(page, "scanned");
        await page.getByRole("button", { name: "Show a new code" }).click();
        const fresh = await codeOn(page, scanned);
        if (accepted === "old") await phone.answer(transaction, true);
        else await phone.accept(fresh);
        await page.waitForURL("**/account");
        await context.clearCookies();
      }
    }));

  it("is followed by a new code that logs in, even if the old one was scanned and not answered", () =>
    withCodesOf(60, async (demo, phone) => {
      const page = await openWithClock(demo);
      const old = await codeOn(page);
      await phone.scan(old);

      await page.clock.runFor(46_000);
      await phone.accept(await codeOn(page, old));

      await page.waitForURL("**/account");
    }));

  it("disappears when its time is over, and a button requests a new one", () =>
    withCodesOf(2, async (demo, phone) => {
      const page = await openLoginPage(context, demo.origin);

      await reachPhase(page, "expired");
      assert.deepEqual(await codesOn(page), []);
      await page.getByRole("button", { name: "Show a new code" }).click();
      await phone.accept(await codeOn(page));

      await page.waitForURL("**/account");
    }));
});
