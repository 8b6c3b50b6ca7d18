import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { closeContext, launchBrowser } from "../../support/browser.js";
import { openLoginPage, reachPhase, watchForComplaints, type Complaints } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import { startKitSite, type KitSite } from "../../support/sites/kit-site.js";
import { until } from "../../support/until.js";

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'none'; " +
  "require-trusted-types-for 'script'; trusted-types lit-html";

/** Another number of as many digits. */
const wrong = (number: string, by = 1): string =>
  String((Number(number) + by) % 10 ** number.length).padStart(number.length, "0");

const field = (page: Page) => page.getByRole("textbox", { name: "Number from your phone, 4 digits" });
const go = (page: Page) => page.getByRole("button", { name: "Continue", exact: true });
const announced = (page: Page) => page.locator("onegini-otp-login [role=status]").innerText();
/** What has the focus, within the element too. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const { activeElement } = document;
    return (activeElement?.shadowRoot?.activeElement ?? activeElement)?.localName;
  });

describe("A login whose site asks for the number on the phone", () => {
  let site: KitSite;
  let browser: Browser;
  let context: BrowserContext;
  let complaints: Complaints;

  before(async () => {
    [browser, site] = await Promise.all([launchBrowser(), startKitSite({ asksForNumber: true })]);
    const widget = '<onegini-otp-login redirect="#in"></onegini-otp-login>';
    site.show("/", widget, { headers: { "content-security-policy": policy } });
    site.show("/beside", `<input aria-label="Name" autofocus>${widget}`);
  });
  after(async () => {
    await browser.close();
    site.close();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    complaints = await watchForComplaints(context);
  });
  afterEach(async () => {
    await closeContext(context);
    assert.deepEqual(complaints.list, []);
  });

  /** Accepts the code of a page. Resolves to the number on the phone, once the page asks for it. */
  async function accept(page: Page): Promise<string> {
    const { id, message } = await site.phone.scan(await codeOn(page));
    await site.phone.answer(id, true);
    await reachPhase(page, "number");
    await field(page).waitFor();
    return /\d{4}/.exec(message)?.[0] ?? assert.fail(message);
  }

  it("is done with the number, which Enter sends", async () => {
    const page = await openLoginPage(context, site.origin);
    const signIns = site.signIns();
    const number = await accept(page);
    assert.equal(await page.evaluate(() => document.querySelector("onegini-otp-login")?.state), "approved");
    assert.equal(await announced(page), "Type the number from your phone. Your phone shows 4 digits.");
    assert.equal(await focused(page), "input");

    await page.keyboard.type(number);
    assert.equal(site.signIns(), signIns, "nothing is sent at the last digit");
    await page.keyboard.press("Enter");

    await reachPhase(page, "completed");
    assert.equal(site.signIns(), signIns + 1);
  });

  it("takes a number that is pasted with spaces, or typed in another script's digits", async () => {
    for (const form of [
      (number: string) => ` ${number.slice(0, 2)} ${number.slice(2)}\u2009`,
      (number: string) => number.replace(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit))),
      (number: string) => number.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    ]) {
      const page = await openLoginPage(context, site.origin);
      const number = await accept(page);
      await page.evaluate((text) => {
        const input = document.querySelector("onegini-otp-login")?.shadowRoot?.querySelector("input");
        if (input) input.value = text;
      }, form(number));
      await go(page).click();
      await reachPhase(page, "completed");
      await page.close();
    }
  });

  it("does not send a number that lacks digits", async () => {
    const page = await openLoginPage(context, site.origin);
    const number = await accept(page);
    const calls = site.calls.length;
    for (const text of ["", number.slice(1), `${number}5`, "Your number"]) {
      await field(page).fill(text);
      await go(page).click();
      assert.equal(await focused(page), "input", text);
    }
    await field(page).fill(number);
    await go(page).click();
    await reachPhase(page, "completed");
    assert.equal(site.calls.length, calls + 1);
  });

  it("says how many tries are left, keeps the digits selected, and ends after the third", async () => {
    const page = await openLoginPage(context, site.origin);
    const number = await accept(page);
    await field(page).fill(wrong(number));
    await go(page).click();

    await page.getByText("That is not the number. 2 tries left.").first().waitFor();
    assert.equal(await field(page).getAttribute("aria-invalid"), "true");
    assert.equal(await announced(page), "That is not the number. 2 tries left.");
    assert.equal(await focused(page), "input");
    const selected = await field(page).evaluate((input: HTMLInputElement) =>
      input.value.slice(input.selectionStart ?? 0, input.selectionEnd ?? 0),
    );
    assert.equal(selected, wrong(number));
    const described = await field(page).evaluate(
      (input) =>
        (input.getRootNode() as ShadowRoot).getElementById(input.getAttribute("aria-describedby") ?? "")
          ?.textContent,
    );
    assert.match(described ?? "", /2 tries left/);

    await page.keyboard.type(wrong(number, 2));
    await page.keyboard.press("Enter");
    await page.getByText("That is not the number. 1 try left.").first().waitFor();
    await page.keyboard.type(wrong(number, 3));
    await page.keyboard.press("Enter");
    await reachPhase(page, "failed");
    assert.match(await announced(page), /^The number was wrong three times/);
    await page.getByRole("button", { name: "Try again" }).click();
    await reachPhase(page, "pending");
  });

  it("is begun anew by the person", async () => {
    const page = await openLoginPage(context, site.origin);
    await accept(page);
    const starts = site.starts();
    await page.getByRole("button", { name: "Start over" }).click();
    await reachPhase(page, "pending");
    assert.equal(site.starts(), starts + 1);
    assert.equal(
      await page.evaluate(() => document.querySelector("onegini-otp-login")?.matches(":state(number)")),
      false,
    );
  });

  it("leaves the focus where the person types something else", async () => {
    const page = await openLoginPage(context, `${site.origin}/beside`);
    await page.getByLabel("Name").focus();
    const number = await accept(page);
    assert.equal(await page.evaluate(() => document.activeElement?.ariaLabel), "Name");
    await page.keyboard.type("Al");
    assert.equal(await page.getByLabel("Name").inputValue(), "Al");
    await field(page).fill(wrong(number));
    await page.getByLabel("Name").focus();
    await go(page).evaluate((button: HTMLButtonElement) => button.click());
    await page.getByText("That is not the number. 2 tries left.").first().waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.ariaLabel), "Name");
  });

  it("keeps the number of a person who is offline, and sends it when the network is back", async () => {
    const page = await openLoginPage(context, site.origin);
    const number = await accept(page);
    await context.setOffline(true);
    await field(page).fill(number);
    await go(page).click();
    await page.getByText("You’re offline. We’ll keep trying.").first().waitFor();
    assert.equal(await field(page).inputValue(), number);
    await context.setOffline(false);
    await reachPhase(page, "completed");
  });

  it("is asked for again, the same, after the answer to the right number was lost", async () => {
    const page = await openLoginPage(context, site.origin);
    const number = await accept(page);
    let isLost = false;
    await page.route("**/login", async (route) => {
      if (isLost) return route.continue();
      isLost = true;
      await route.fetch();
      await route.abort();
    });
    await field(page).fill(number);
    await go(page).click();
    await reachPhase(page, "completed");
    assert.ok(isLost);
    await until(() => site.signIns() > 0, "the login");
  });
});
