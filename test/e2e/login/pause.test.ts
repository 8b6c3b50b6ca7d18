import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { reachPhase } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import { type KitSite, startKitSite } from "../../support/sites/kit-site.js";

/** Longer than the kit ever lets a page wait, in milliseconds. */
const waitMs = 41_000;

describe("A page whose site pauses its logins", () => {
  let browser: Browser;
  const sites: KitSite[] = [];
  before(async () => (browser = await launchBrowser()));
  after(async () => {
    await browser.close();
    for (const site of sites) site.close();
  });

  async function siteWith(codeSeconds: number): Promise<KitSite> {
    const site = await startKitSite({ codeSeconds });
    sites.push(site);
    site.show("/", `<onegini-otp-login></onegini-otp-login><form>Password</form>`);
    return site;
  }

  async function open({ origin }: KitSite): Promise<Page> {
    const page = await browser.newPage();
    await page.clock.install();
    await page.goto(origin);
    return page;
  }

  /** The page says so, and has nothing to press. */
  async function saysPaused(page: Page): Promise<void> {
    await page.getByText("Phone login is paused", { exact: true }).waitFor();
    assert.equal(await page.getByRole("button").count(), 0);
    assert.ok(await page.getByText("Password").isVisible());
  }

  it("says so, asks again when it was told to, and has a code by itself when logins go on", async () => {
    const site = await siteWith(60);
    await site.pause();
    const page = await open(site);
    await saysPaused(page);
    assert.equal(site.starts(), 1);
    await site.resume();
    await page.clock.fastForward(waitMs);
    await reachPhase(page, "pending");
    await codeOn(page);
    assert.equal(site.starts(), 2);
  });

  it("keeps the code that it has, which still logs in", async () => {
    const site = await siteWith(60);
    const page = await open(site);
    await reachPhase(page, "pending");
    await site.pause();
    await site.phone.accept(await codeOn(page));
    await reachPhase(page, "completed");
    assert.equal(site.signIns(), 1);
  });

  it("says so when its code is over, and has another one by itself when logins go on", async () => {
    const site = await siteWith(6);
    const page = await open(site);
    await reachPhase(page, "pending");
    await site.pause();
    await saysPaused(page);
    await site.resume();
    await page.clock.fastForward(waitMs);
    await reachPhase(page, "pending");
  });
});
