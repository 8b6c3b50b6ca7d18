import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { otp } from "../../element/support/models.js";
import { launchBrowser } from "../../support/browser.js";
import { codeOn, codesOn } from "../../support/qr.js";
import { started, startStrictSite, type Script, type StrictSite } from "../../support/sites/strict-site.js";

const phone = { viewport: { width: 375, height: 720 }, isMobile: true, hasTouch: true } as const;
const tablet = { viewport: { width: 1024, height: 768 }, isMobile: true, hasTouch: true } as const;
const link = `myapp://qrlogin?otp=${encodeURIComponent(otp)}`;

describe("The app link", () => {
  let browser: Browser;
  let site: StrictSite;

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await site.close();
  });

  async function open(device: BrowserContextOptions, script: Script = {}, attributes = ""): Promise<Page> {
    site = await startStrictSite(
      `<onegini-otp-login endpoint="/otp-login" app-link="myapp://qrlogin?otp={otp}" ${attributes}></onegini-otp-login>`,
    );
    site.script = { start: started(otp), ...script };
    const page = await (await browser.newContext(device)).newPage();
    await page.goto(site.origin);
    return page;
  }

  it("comes first on a phone and contains the newest code, and the QR code is shown on request", async () => {
    const page = await open(phone);
    await page.getByRole("heading", { name: "Log in with the app" }).waitFor();
    const app = page.getByRole("link", { name: "Continue", exact: true });
    assert.equal(await app.getAttribute("href"), link);
    assert.deepEqual(await codesOn(page), []);

    await page.getByRole("button", { name: "Use another phone", expanded: false }).click();
    assert.equal(await codeOn(page), otp);
    await page.getByRole("button", { name: "Use another phone", expanded: true }).click();
    assert.deepEqual(await codesOn(page), []);
  });

  it("cannot be pressed while there is no code", async () => {
    const page = await open(phone, { start: "never" });
    const app = page.getByRole("link", { name: "Getting a code…", disabled: true });
    await app.waitFor();
    assert.equal(await app.getAttribute("href"), null);
  });

  it("appears with the QR code after the button of a `manual` element", async () => {
    const page = await open(phone, {}, "manual");
    await page.getByRole("button", { name: "Show QR code" }).click();
    await page.getByRole("link", { name: "Continue", exact: true }).waitFor();
    assert.equal(await codeOn(page), otp);
  });

  it("is replaced by “Still there?” when the code has expired", async () => {
    const page = await open(phone, { start: started(otp, 1) }, 'renewals="0"');
    await page.getByRole("paragraph").getByText("Still there?", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("link", { name: "Continue", exact: true }).waitFor();
  });

  it("is beside the code on a large touch screen", async () => {
    const page = await open(tablet);
    await page.getByRole("heading", { name: "Log in with your phone" }).waitFor();
    assert.equal(await codeOn(page), otp);
    const app = page.getByRole("link", { name: "Open the app on this device" });
    assert.equal(await app.getAttribute("href"), link);
  });

  it("is absent without a touch screen, and with a scheme that runs in the page", async () => {
    const page = await open({});
    assert.equal(await codeOn(page), otp);
    assert.equal(await page.getByRole("link").count(), 0);
    await page.context().close();
    await site.close();

    const onPhone = await open(phone, {}, "");
    await onPhone
      .locator("onegini-otp-login")
      .evaluate((element) => element.setAttribute("app-link", " java\nscript:alert('{otp}')"));
    await onPhone.getByRole("heading", { name: "Log in with your phone" }).waitFor();
    assert.equal(await onPhone.getByRole("link").count(), 0);
  });
});
