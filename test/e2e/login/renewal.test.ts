import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Browser, BrowserContext } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { startDemo, type Demo } from "../../support/demo.js";
import { openLoginPage, reachPhase } from "../../support/login-page.js";
import { phoneCalls, type PhoneCalls } from "../../support/phone-calls.js";
import { codeOn, codesOn } from "../../support/qr.js";

describe("A code that ages", { timeout: 90_000 }, () => {
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

  it("still logs in when it is accepted right after its renewal", () =>
    withCodesOf(8, async (demo, phone) => {
      const page = await openLoginPage(context, demo.origin);
      const old = await codeOn(page);

      await codeOn(page, old);
      await phone.accept(old);

      await page.waitForURL("**/account");
    }));

  it("logs in with the new code as well, though the old one was scanned and left unanswered", () =>
    withCodesOf(8, async (demo, phone) => {
      const page = await openLoginPage(context, demo.origin);
      const old = await codeOn(page);
      await phone.scan(old);

      await phone.accept(await codeOn(page, old));

      await page.waitForURL("**/account");
    }));

  it("is off the screen when its time is over, the person is asked, and one press brings a new one", () =>
    withCodesOf(2, async (demo, phone) => {
      const page = await openLoginPage(context, demo.origin);

      await reachPhase(page, "expired");
      assert.deepEqual(await codesOn(page), []);
      await page.getByRole("button", { name: "Show a new code" }).click();
      await phone.accept(await codeOn(page));

      await page.waitForURL("**/account");
    }));
});
