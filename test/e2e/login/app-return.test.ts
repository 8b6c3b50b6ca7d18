import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { startKitSite, type KitSite } from "../../support/sites/kit-site.js";
import { codeOn, codesOn } from "../../support/qr.js";

/** A page that stands for the app. Going there discards the login page, as a phone does when it needs memory. */
const widget = '<onegini-otp-login app-link="/app#{otp}" redirect="#in"></onegini-otp-login>';
const phone = { viewport: { width: 375, height: 720 }, isMobile: true, hasTouch: true } as const;
const patienceMs = 30_000;

const reach = (page: Page, phase: string) =>
  page.locator(`onegini-otp-login:state(${phase})`).waitFor({ state: "attached", timeout: patienceMs });

describe("On the phone itself", () => {
  let browser: Browser;
  let site: KitSite;
  let page: Page;

  before(async () => {
    [browser, site] = await Promise.all([launchBrowser(), startKitSite({ codeSeconds: 60 })]);
    site.show("/app", "<p>The app</p>", { loads: false });
  });
  after(async () => {
    await browser.close();
    site.close();
  });
  beforeEach(async () => {
    site.show("/", widget);
    page = await (await browser.newContext(phone)).newPage();
    site.calls.length = 0;
  });
  afterEach(() => page.context().close());

  /** Presses the app's button, and returns the code that the app gets. */
  async function leaveForApp(): Promise<string> {
    await page.goto(site.origin);
    await page.getByRole("link", { name: "Continue", exact: true }).tap();
    await page.waitForURL("**/app#*");
    return decodeURIComponent(new URL(page.url()).hash.slice(1));
  }

  it("a discarded page finishes the login when it loads again", async () => {
    await site.phone.accept(await leaveForApp());
    await page.goto(site.origin);
    await reach(page, "completed");
    await page.waitForURL("**/#in");
    assert.equal(site.starts(), 1, "It starts no second attempt.");
    await page.goto(site.origin);
    await reach(page, "pending");
    assert.equal(site.starts(), 2, "What is over is not continued.");
  });

  it("a page that loads again before the acceptance waits, and logs in after it", async () => {
    const { id } = await site.phone.scan(await leaveForApp());
    await page.goto(site.origin);
    await page.getByRole("link", { name: "Go back to the app", exact: true }).waitFor();
    assert.equal(site.starts(), 1);
    await site.phone.answer(id, true);
    await reach(page, "completed");
  });

  it("a page that loads again after the person has declined shows that", async () => {
    await site.phone.deny(await leaveForApp());
    await page.goto(site.origin);
    await page.getByText("You declined on your phone", { exact: true }).waitFor();
    assert.equal(site.starts(), 1);
    await page.reload();
    await page.getByRole("link", { name: "Continue", exact: true }).waitFor();
    assert.equal(site.starts(), 2, "Once told, it is over.");
  });

  it("a page that was not discarded logs in when the person returns", async () => {
    site.show("/", widget.replace("/app#{otp}", "myapp://qrlogin?otp={otp}"));
    await page.goto(site.origin);
    const app = page.getByRole("link", { name: "Continue", exact: true });
    const link = await app.getAttribute("href");
    await app.tap();
    await site.phone.accept(new URL(link ?? "").searchParams.get("otp") ?? "");
    await reach(page, "completed");
  });

  it("another tab starts its own attempt if nobody left for the app", async () => {
    await page.goto(site.origin);
    await reach(page, "pending");
    const other = await page.context().newPage();
    await other.goto(site.origin);
    await reach(other, "pending");
    assert.equal(site.starts(), 2);
  });

  it("the code shows without an app link, with instructions for a second phone", async () => {
    site.show("/", "<onegini-otp-login></onegini-otp-login>");
    await page.goto(site.origin);
    await page.getByRole("heading", { name: "Log in with your phone" }).waitFor();
    await page.getByText("Scan this code in the app").waitFor();
    assert.equal(await page.getByRole("link").count(), 0);
    await site.phone.accept(await codeOn(page));
    await reach(page, "completed");
  });

  it("the code is hidden behind the app link until the person asks for it", async () => {
    await page.goto(site.origin);
    await page.getByRole("link", { name: "Continue", exact: true }).waitFor();
    assert.deepEqual(await codesOn(page), []);
    await page.getByRole("button", { name: "Use another phone" }).tap();
    await site.phone.accept(await codeOn(page));
    await reach(page, "completed");
  });
});
