import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { closeContext, launchBrowser } from "../../support/browser.js";
import { openLoginPage, reachPhase, watchForComplaints, type Complaints } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import { firstPaintSite } from "../../support/sites/first-paint-site.js";
import { startKitSite, type KitSite } from "../../support/sites/kit-site.js";
import { until } from "../../support/until.js";
import { numberIn } from "../../unit/server/support/number-on-phone.js";

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; form-action 'none'; " +
  "require-trusted-types-for 'script'; trusted-types lit-html";

/** Another number of as many digits. */
const wrong = (number: string, by = 1): string =>
  String((Number(number) + by) % 10 ** number.length).padStart(number.length, "0");

const field = (page: Page) => page.getByRole("textbox", { name: "Number from your phone, 4 digits" });
const go = (page: Page) => page.getByRole("button", { name: "Continue", exact: true });
const announced = (page: Page) => page.locator("onegini-otp-login [part=status]").innerText();
/** What has the focus, within the element too. */
const focused = (page: Page) =>
  page.evaluate(() => {
    const { activeElement } = document;
    return (activeElement?.shadowRoot?.activeElement ?? activeElement)?.localName;
  });

/** Collects what the console says of answers that are 4xx. */
function watchForRefusals(context: BrowserContext): string[] {
  const refusals: string[] = [];
  context.on("console", (message) => {
    if (/status of 4\d\d/.test(message.text())) refusals.push(message.text());
  });
  return refusals;
}

/** The numbers that pages have sent with their login calls, `undefined` for none. */
function watchForNumbers(context: BrowserContext): unknown[] {
  const numbers: unknown[] = [];
  context.on("request", (request) => {
    if (request.url().endsWith("/login") && request.method() === "POST")
      numbers.push((request.postDataJSON() as { number?: unknown }).number);
  });
  return numbers;
}

describe("A login whose site asks for the number on the phone", () => {
  let site: KitSite;
  let browser: Browser;
  let context: BrowserContext;
  let complaints: Complaints;
  /** What Chromium shows in red of answers that are 4xx. */
  let refusals: string[];
  let expectedRefusals: number[];

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
    refusals = watchForRefusals(context);
    expectedRefusals = [];
  });
  afterEach(async () => {
    await closeContext(context);
    assert.deepEqual(complaints.list, []);
    assert.deepEqual(
      refusals.map((text) => Number(/status of (\d+)/.exec(text)?.[1])),
      expectedRefusals,
    );
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
    const numbers = watchForNumbers(context);
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
    assert.deepEqual(numbers, [null, number]);
  });

  it("is asked for without an error after the page was loaded again, on its way back from the app", async () => {
    const numbers = watchForNumbers(context);
    const [page, started] = await Promise.all([
      openLoginPage(context, site.origin),
      context.waitForEvent("response", (response) => response.url().endsWith("/otp-login")),
    ]);
    const code = await codeOn(page);
    const { attempt } = (await started.json()) as { attempt: string };
    await page.evaluate((id) => {
      // As the app link stores it.
      const key = `onegini-otp-login ${location.origin}/otp-login`;
      localStorage.setItem(key, `${id} ${Date.now() + 60_000}`);
    }, attempt);
    const { id, message } = await site.phone.scan(code);
    await page.goto("about:blank");
    await site.phone.answer(id, true);
    await page.goto(site.origin);
    await reachPhase(page, "number");
    const number = /\d{4}/.exec(message)?.[0] ?? assert.fail(message);
    await field(page).fill(number);
    await go(page).click();
    await reachPhase(page, "completed");
    assert.deepEqual(numbers, [null, number]);
  });

  // The servers of a roll: which of them says `digits` at the start, and what the one that logs in answers to `null`.
  for (const [where, saysDigits, toNull, sent, shown] of [
    ["the server that began it is older", false, 200, [undefined], [403]],
    ["the server that logs in is older", true, 403, [null], [403]],
    ["the server that logs in does not take null", true, 400, [null, undefined], [400, 403]],
  ] as const)
    it(`is done where ${where}`, async () => {
      expectedRefusals = [...shown];
      const numbers = watchForNumbers(context);
      await context.route("**/otp-login", async (route) => {
        const response = await route.fetch();
        const { digits, ...answer } = (await response.json()) as Record<string, unknown>;
        assert.equal(digits, 4);
        return saysDigits ? route.fulfill({ response }) : route.fulfill({ response, json: answer });
      });
      await context.route("**/login", async (route) => {
        const { number } = route.request().postDataJSON() as { number?: unknown };
        if (number !== null || toNull === 200) return route.continue();
        if (toNull === 403) return route.continue({ postData: "{}" });
        const error = {
          error: "invalid_request",
          error_description: '"number" must be a string of 4 digits.',
        };
        return route.fulfill({ status: 400, json: error });
      });
      const page = await openLoginPage(context, site.origin);
      const number = await accept(page);
      await field(page).fill(number);
      await go(page).click();
      await reachPhase(page, "completed");
      assert.deepEqual(numbers, [...sent, number]);
    });

  it("takes a number that is pasted with spaces or with more, or typed in another script's digits", async () => {
    for (const form of [
      (number: string) => ` ${number.slice(0, 2)} ${number.slice(2)}\u2009`,
      // What is too much is cut.
      (number: string) => `${number}5`,
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
    for (const text of ["", number.slice(1), "Your number"]) {
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
    expectedRefusals = [403, 403, 403];
    const page = await openLoginPage(context, site.origin);
    const number = await accept(page);
    await field(page).fill(wrong(number));
    await go(page).click();

    await page.getByText("That number doesn’t match. 2 tries left.").first().waitFor();
    assert.equal(await field(page).getAttribute("aria-invalid"), "true");
    assert.equal(await announced(page), "That number doesn’t match. 2 tries left.");
    assert.equal(await focused(page), "input");
    const selected = await field(page).evaluate((input: HTMLInputElement) =>
      input.value.slice(input.selectionStart ?? 0, input.selectionEnd ?? 0),
    );
    assert.equal(selected, wrong(number));
    const described = await field(page).evaluate((input) =>
      input
        .getAttribute("aria-describedby")
        ?.split(" ")
        .map((id) => (input.getRootNode() as ShadowRoot).getElementById(id)?.textContent)
        .join(" "),
    );
    assert.match(described ?? "", /2 tries left/);

    await page.keyboard.type(wrong(number, 2));
    await page.keyboard.press("Enter");
    await page.getByText("That number doesn’t match. 1 try left.").first().waitFor();
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
    expectedRefusals = [403];
    const page = await openLoginPage(context, `${site.origin}/beside`);
    await page.getByLabel("Name").focus();
    const number = await accept(page);
    assert.equal(await page.evaluate(() => document.activeElement?.ariaLabel), "Name");
    await page.keyboard.type("Al");
    assert.equal(await page.getByLabel("Name").inputValue(), "Al");
    await field(page).fill(wrong(number));
    await page.getByLabel("Name").focus();
    await go(page).evaluate((button: HTMLButtonElement) => button.click());
    await page.getByText("That number doesn’t match. 2 tries left.").first().waitFor();
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

describe("A page that begins before its element", () => {
  for (const way of ["begin", "early"] as const)
    it(`is asked for the number without an error (${way}), and its card stays as high`, async (t) => {
      const site = await firstPaintSite(t, {
        options: {
          message: "Log in to the test site. It may ask for {number}: type it only there.",
          pairing: { keys: ["a key of the tests, of 32 characters"] },
          resultPolling: 1,
        },
      });
      const browser = await launchBrowser();
      t.after(() => browser.close());
      const context = await browser.newContext();
      const refusals = watchForRefusals(context);
      const numbers = watchForNumbers(context);
      const page = await context.newPage();
      await page.goto(site.page(way));
      await reachPhase(page, "pending");
      const height = () =>
        page.locator("onegini-otp-login").evaluate((each) => each.getBoundingClientRect().height);
      const before = await height();
      await (await site.emulator.phone()).handleMobileAuthWithOtp(await codeOn(page));
      await reachPhase(page, "number");
      await field(page).waitFor();
      assert.equal(await height(), before);
      await field(page).fill(numberIn(site.emulator.starts.at(-1)?.get("message") ?? null));
      await go(page).click();
      await until(() => site.logins.length === 1, "the login");
      assert.deepEqual([numbers.length, numbers[0], refusals], [2, null, []]);
    });
});
