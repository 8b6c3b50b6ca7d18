import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchBrowser, launchBrowserWithTabs, pressBack } from "../../support/browser.js";
import { openPhone } from "../../support/demo/demo-pages.js";
import { type Demo, phoneCalls, type PhoneCalls, startDemo } from "../../support/demo/demo.js";
import { openLoginPage, reachPhase } from "../../support/login-page.js";
import { codeOn, codesOn } from "../../support/qr.js";
import { until } from "../../support/until.js";

// Side by side, because two of the tests wait until a code is over.
describe("A login page that is interrupted", { concurrency: 3 }, () => {
  let demo: Demo;
  let phone: PhoneCalls;
  /** A demo whose codes live for 6 seconds, and its phone. */
  let brief: Demo;
  let briefPhone: PhoneCalls;
  let browser: Browser;

  before(async () => {
    [demo, brief, browser] = await Promise.all([
      startDemo(),
      startDemo({ CODE_SECONDS: "6" }),
      // Playwright disables the back-forward cache. People's browsers have it.
      launchBrowser([], { ignoreDefaultArgs: ["--disable-back-forward-cache"] }),
    ]);
    phone = phoneCalls(demo.origin);
    briefPhone = phoneCalls(brief.origin);
  });
  after(async () => {
    await Promise.all([browser.close(), demo.stop(), brief.stop()]);
  });

  async function newContext(t: TestContext): Promise<BrowserContext> {
    const context = await browser.newContext();
    t.after(() => context.close());
    return context;
  }

  /** A context whose pages can be frozen. */
  async function newContextThatSleeps(t: TestContext): Promise<BrowserContext> {
    const { context, close } = await launchBrowserWithTabs();
    t.after(close);
    return context;
  }

  /** Freezes the page behind another tab, as on a laptop that sleeps, while `task` runs. Then it is in front again. */
  async function sleep(page: Page, milliseconds: number, task?: () => Promise<unknown>): Promise<void> {
    const context = page.context();
    const devtools = await context.newCDPSession(page);
    // The ticks stop with the page's timers.
    const life = await page.evaluateHandle(() => {
      const seen = { ticks: 0, isFrozen: false };
      setInterval(() => seen.ticks++, 10);
      document.addEventListener("freeze", () => (seen.isFrozen = true));
      return seen;
    });

    const other = await context.newPage();
    await other.bringToFront();
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
    await until(async () => (await life.jsonValue()).isFrozen, "the freezing");
    const { ticks } = await life.jsonValue();
    await Promise.all([new Promise((resolve) => setTimeout(resolve, milliseconds)), task?.()]);
    assert.equal((await life.jsonValue()).ticks, ticks, "The page was not frozen.");
    await devtools.send("Page.setWebLifecycleState", { state: "active" });
    await page.bringToFront();
  }

  it("logs in after a reload", async (t) => {
    const context = await newContext(t);
    const page = await openLoginPage(context, demo.origin);
    const first = await codeOn(page);

    await page.reload();
    await phone.accept(await codeOn(page, first));

    await page.waitForURL("**/account");
  });

  it("logs in after the person went to another page and back, from the back-forward cache", async (t) => {
    const context = await newContext(t);
    const page = await openLoginPage(context, demo.origin);
    await page.evaluate(() => {
      window.addEventListener("pageshow", ({ persisted }) => {
        if (persisted) document.title = "restored";
      });
    });
    await codeOn(page);

    await page.getByRole("link", { name: "Help" }).click();
    await page.waitForURL("**/help");
    await pressBack(page);
    // A restored page loads nothing.
    await page.waitForURL(`${demo.origin}/`, { waitUntil: "commit" });
    await reachPhase(page, "pending");
    assert.equal(await page.title(), "restored");
    await codeOn(page);
    // The phone in another tab finds the page again.
    const beside = await openPhone(context, demo.origin);
    await beside.press("Scan QR code");
    await beside.press("Accept");

    await page.waitForURL("**/account");
  });

  it("logs in when the phone accepts while it is in the back-forward cache", async (t) => {
    const context = await newContext(t);
    const page = await openLoginPage(context, demo.origin);
    const code = await codeOn(page);

    await page.getByRole("link", { name: "Help" }).click();
    await page.waitForURL("**/help");
    await phone.accept(code);
    await pressBack(page);

    await page.waitForURL("**/account");
  });

  it("never shows the old code after a sleep that was longer than its lifetime, and logs in with a new one", async (t) => {
    const context = await newContextThatSleeps(t);
    const page = await openLoginPage(context, brief.origin);
    const stale = await codeOn(page);

    // A new code is there sooner than a picture is taken, so the page itself looks at the first frame that is shown again.
    const looks = await page.evaluateHandle(() => {
      const root = document.querySelector("onegini-otp-login")?.shadowRoot;
      const code = "canvas[part~=qr]";
      const seen = {
        before: root?.querySelector<HTMLCanvasElement>(code)?.toDataURL(),
        inFirstFrame: undefined as string | undefined,
      };
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible")
          requestAnimationFrame(() => {
            seen.inFirstFrame = root?.querySelector<HTMLCanvasElement>(code)?.toDataURL() ?? "no code";
          });
      });
      return seen;
    });

    await sleep(page, 7_500);
    const fresh = await codeOn(page, stale);
    const { before, inFirstFrame } = await looks.jsonValue();
    assert.ok(before !== undefined && inFirstFrame !== undefined, "The page did not look.");
    assert.ok(inFirstFrame !== before, "The old code was on the screen after the sleep.");

    await briefPhone.accept(fresh);
    await page.waitForURL("**/account");
  });

  it("logs in when the phone accepts during a sleep", async (t) => {
    const context = await newContextThatSleeps(t);
    const page = await openLoginPage(context, demo.origin);
    const code = await codeOn(page);

    await sleep(page, 500, () => phone.accept(code));

    await page.waitForURL("**/account");
  });

  it("logs in when the phone accepts while it is offline", async (t) => {
    const context = await newContext(t);
    const page = await openLoginPage(context, demo.origin);
    const code = await codeOn(page);

    await context.setOffline(true);
    await phone.accept(code);
    await context.setOffline(false);

    await page.waitForURL("**/account");
  });

  it("removes an expired code while it is offline", async (t) => {
    const context = await newContext(t);
    const page = await openLoginPage(context, brief.origin);
    const code = await codeOn(page);

    await context.setOffline(true);
    await page.waitForFunction(
      () =>
        document.querySelector("onegini-otp-login")?.shadowRoot?.querySelector("canvas[part~=qr]") == null,
      undefined,
      { timeout: 15_000 },
    );
    assert.deepEqual(await codesOn(page), []);
    await context.setOffline(false);

    await briefPhone.accept(await codeOn(page, code));
    await page.waitForURL("**/account");
  });
});
