import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Page } from "playwright-core";
import { type BrowserWithTabs, launchBrowserWithTabs } from "../../support/browser.js";
import { type Demo, phoneCalls, type PhoneCalls, startDemo } from "../../support/demo/demo.js";
import { openLoginPage, phaseOf, reachPhase } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import { until } from "../../support/until.js";
import { Browser as Caller } from "../../unit/server/support/browser.js";

describe("A login in one tab", () => {
  let demo: Demo;
  let phone: PhoneCalls;
  let tabs: BrowserWithTabs;

  before(async () => {
    [demo, tabs] = await Promise.all([startDemo(), launchBrowserWithTabs()]);
    phone = phoneCalls(demo.origin);
  });
  after(async () => {
    await Promise.all([tabs.close(), demo.stop()]);
  });

  const saysLoggedIn = (page: Page) => page.getByRole("heading", { name: "You’re logged in" }).waitFor();

  it("shows in a tab with a code, and so does the logout", async () => {
    const waiting = await openLoginPage(tabs.context, demo.origin);
    const page = await openLoginPage(tabs.context, demo.origin);

    await phone.accept(await codeOn(page));
    await page.waitForURL("**/account");
    await saysLoggedIn(waiting);
    assert.equal(await waiting.getByRole("link", { name: "Continue" }).getAttribute("href"), "/account");

    await page.getByRole("button", { name: "Log out" }).click();
    await waiting.bringToFront();
    // The page loads itself again. A picture that is asked for meanwhile may never come.
    await reachPhase(waiting, "pending");
    await codeOn(waiting);
    for (const each of [page, waiting]) await each.close();
  });

  it("shows the logout in a tab whose script comes only after it", async () => {
    const waiting = await openLoginPage(tabs.context, demo.origin);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const isHeld = waiting.waitForRequest(/logged-in/);
    await waiting.route(/logged-in/, async (route) => {
      await released;
      await route.continue();
    });
    const page = await openLoginPage(tabs.context, demo.origin);
    await phone.accept(await codeOn(page));
    await page.waitForURL("**/account");
    await isHeld;

    await page.getByRole("button", { name: "Log out" }).click();
    await reachPhase(page, "pending");
    release();
    await waiting.bringToFront();
    await reachPhase(waiting, "pending");
    for (const each of [page, waiting]) await each.close();
  });

  it("leaves a tab alone that has something to say about its own login", async () => {
    const declined = await openLoginPage(tabs.context, demo.origin);
    await phone.deny(await codeOn(declined));
    await reachPhase(declined, "denied");
    const page = await openLoginPage(tabs.context, demo.origin);

    await phone.accept(await codeOn(page));
    await page.waitForURL("**/account");
    await declined.bringToFront();
    await page.bringToFront();

    assert.equal(await phaseOf(declined), "denied");
    await page.getByRole("button", { name: "Log out" }).click();
    for (const each of [page, declined]) await each.close();
  });

  it("shows in a tab that did not hear of it, once the tab is shown", async () => {
    const page = await openLoginPage(tabs.context, demo.origin);
    const other = await tabs.context.newPage();
    await other.bringToFront();
    const caller = new Caller({ url: `${demo.origin}/otp-login`, origin: demo.origin });
    const { attempt, otp } = await caller.start();
    await phone.accept(otp);
    await until(async () => (await caller.status(attempt)).status === "approved", "the approval");
    const [cookie = ""] = (await caller.logIn(attempt)).headers.getSetCookie();
    const [name = "", value = ""] = cookie.split(";", 1)[0]!.split("=");
    await tabs.context.addCookies([{ name, value, url: demo.origin }]);

    await page.bringToFront();

    await saysLoggedIn(page);
  });
});
