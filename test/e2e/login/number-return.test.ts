import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Page } from "playwright-core";
import { launchBrowserWithTabs, type BrowserWithTabs } from "../../support/browser.js";
import { phaseOf, reachPhase } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import { startKitSite, type KitSite } from "../../support/sites/kit-site.js";
import { until } from "../../support/until.js";

const widget = '<onegini-otp-login app-link="myapp://qrlogin?otp={otp}" redirect="#in"></onegini-otp-login>';
const field = (page: Page) => page.getByRole("textbox", { name: /^Number from your phone/ });
const go = (page: Page) => page.getByRole("button", { name: "Continue", exact: true });
const appLink = (page: Page) => page.getByRole("link", { name: /^(Continue|Go back to the app)$/ });

describe("A person who is asked for the number and comes back to the page", () => {
  let tabs: BrowserWithTabs;
  let site: KitSite;

  before(async () => {
    [tabs, site] = await Promise.all([
      launchBrowserWithTabs(),
      startKitSite({ asksForNumber: true, codeSeconds: 60 }),
    ]);
    site.show("/", widget);
    site.show("/discarded", widget.replace("myapp://qrlogin?otp={otp}", "/elsewhere#{otp}"));
    site.show("/elsewhere", "", { loads: false });
  });
  after(async () => {
    await tabs.close();
    site.close();
  });
  afterEach(async () => {
    // The first page stays: without any the browser would end.
    const [, ...others] = tabs.context.pages();
    await Promise.all(others.map((page) => page.close()));
    await tabs.context.clearCookies();
    site.calls.length = 0;
  });

  /** A new tab in front, of a phone or of a desk's screen. */
  async function openTab(isPhone: boolean, path = "/"): Promise<Page> {
    const page = await tabs.context.newPage();
    if (isPhone) {
      const devtools = await tabs.context.newCDPSession(page);
      const size = { width: 375, height: 720, deviceScaleFactor: 1, mobile: true };
      await devtools.send("Emulation.setDeviceMetricsOverride", size);
      await devtools.send("Emulation.setTouchEmulationEnabled", { enabled: true });
    }
    await page.goto(site.origin + path);
    await page.bringToFront();
    return page;
  }

  /** Accepts a code. Returns the number that the phone shows. */
  async function accept(code: string): Promise<string> {
    const { id, message } = await site.phone.scan(code);
    await site.phone.answer(id, true);
    return /\d{4}/.exec(message)?.[0] ?? assert.fail(message);
  }

  it("is asked again on a phone that had thrown the page away, and once more after a reload", async () => {
    const page = await openTab(true, "/discarded");
    await appLink(page).click();
    await page.waitForURL("**/elsewhere#*");
    const number = await accept(decodeURIComponent(new URL(page.url()).hash.slice(1)));
    await page.goto(`${site.origin}/discarded`);
    await field(page).waitFor();
    await page.reload();
    await field(page).fill(number);
    await go(page).click();
    await reachPhase(page, "completed");
    assert.equal(site.starts(), 1);
  });

  it("is asked in the tab in front; the other one shows the login, without an event and without going anywhere", async () => {
    const old = await openTab(true);
    const link = new URL(String(await appLink(old).getAttribute("href")));
    await appLink(old).click();
    const returned = await openTab(true);
    await appLink(returned).waitFor();
    const number = await accept(link.searchParams.get("otp") ?? "");
    await field(returned).fill(number);
    assert.equal(await old.locator("onegini-otp-login:state(number)").count(), 0);
    await go(returned).click();
    await reachPhase(returned, "completed");
    await old.bringToFront();
    await reachPhase(old, "completed");
    assert.equal(new URL(old.url()).hash, "");
    assert.equal(site.starts(), 1);
  });

  it("finds in the other tab that the number was wrong three times in the first", async () => {
    const old = await openTab(true);
    const link = new URL(String(await appLink(old).getAttribute("href")));
    await appLink(old).click();
    const returned = await openTab(true);
    await appLink(returned).waitFor();
    const number = Number(await accept(link.searchParams.get("otp") ?? ""));
    for (const by of [1, 2, 3]) {
      await field(returned).fill(String((number + by) % 10_000).padStart(4, "0"));
      await go(returned).click();
      if (by < 3)
        await returned
          .getByText(`${3 - by} tr`)
          .first()
          .waitFor();
    }
    await reachPhase(returned, "failed");
    await old.bringToFront();
    await until(async () => (await phaseOf(old)) === "failed", "the other tab's failure");
  });

  for (const [way, comeBack] of [
    ["loads the page again", (page: Page) => page.reload()],
    [
      "goes on and back",
      async (page: Page) => {
        await page.goto(`${site.origin}/elsewhere`);
        await page.goBack({ waitUntil: "commit" });
      },
    ],
  ] as const)
    it(`begins anew at a desk who ${way}`, async () => {
      const page = await openTab(false);
      await accept(await codeOn(page));
      await field(page).waitFor();
      await comeBack(page);
      await reachPhase(page, "pending");
      assert.equal(site.starts(), 2);
      assert.equal(await field(page).count(), 0);
    });

  it("sees a card of one height, also where this browser is asked for the first time", async () => {
    const page = await openTab(false);
    const height = () =>
      page.evaluate(() => document.querySelector("onegini-otp-login")!.getBoundingClientRect().height);
    await page.evaluate(() => localStorage.clear());
    await page.reload();
    await reachPhase(page, "pending");
    const first = await height();
    await accept(await codeOn(page));
    await field(page).waitFor();
    assert.equal(await height(), first);
    await page.reload();
    await reachPhase(page, "pending");
    assert.equal(await height(), first);
    await accept(await codeOn(page));
    await field(page).waitFor();
    assert.equal(await height(), first);
  });
});
