import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { BrowserContext } from "playwright-core";
import { openPhone } from "../../support/demo/demo-pages.js";
import { type Demo, demoInBrowser, type PhoneCalls, phoneCalls } from "../../support/demo/demo.js";
import { openLoginPage } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";

describe("The demo phone in other states", () => {
  let demo: Demo;
  let calls: PhoneCalls;
  let context: BrowserContext;

  demoInBrowser((given) => {
    ({ demo, context } = given);
    calls = phoneCalls(demo.origin);
  });

  for (const [user, what] of [
    ["Zoë / ../ 100% 🏦", "a slash, per cent and an emoji"],
    ["<b>bold</b>", "markup"],
  ] as const) {
    it(`can belong to any user: a typed name with ${what} is enrolled first, and is logged in`, async () => {
      const login = await openLoginPage(context, demo.origin);
      const phone = await openPhone(context, demo.origin);
      await phone.page.getByLabel("User", { exact: false }).first().selectOption("");
      await phone.page.getByLabel("Name of the other user").fill(user);
      await phone.page.keyboard.press("Enter");
      assert.equal(await phone.page.getByRole("switch", { name: "Set up for QR login" }).isChecked(), false);

      await phone.press("Scan QR code");
      await phone.sees("This phone isn’t set up yet");
      assert.match(await phone.screen.innerText(), /Code 9021/);
      await phone.press("Turn on QR login");
      await phone.press("Accept");

      await login.waitForURL("**/account");
      assert.ok((await login.locator("main").innerText()).includes(user));
    });
  }

  it("shows a message when it was disenrolled", async () => {
    await openLoginPage(context, demo.origin);
    const phone = await openPhone(context, demo.origin);
    const enrolled = phone.page.getByRole("switch", { name: "Set up for QR login" });

    await enrolled.click();
    await phone.page.getByText("isn’t enrolled (9020)").waitFor();
    await phone.press("Scan QR code");
    await phone.sees("This phone isn’t set up yet");
    assert.match(await phone.screen.innerText(), /Code 9020/);
    await phone.press("Turn on QR login");

    await phone.sees("Is this you logging in?");
    assert.equal(await enrolled.isChecked(), true);
  });

  it("has the codes of iOS as an iOS phone, and ignores the event that comes again after a success", async () => {
    const login = await openLoginPage(context, demo.origin);
    const phone = await openPhone(context, demo.origin);
    const platform = phone.page.getByLabel("Platform");

    await platform.selectOption("iOS");
    await phone.page.getByText("the app has no user (8012)").waitFor();
    await phone.page.getByRole("switch", { name: "Unlocked" }).click();
    await phone.press("Scan QR code");
    await phone.sees("The app is locked");
    assert.match(await phone.screen.innerText(), /Code 8012/);
    assert.match(await phone.heard(), /rejected: 8012 /);
    await phone.press("Unlock");
    await phone.press("Accept");
    await phone.sees("Accepted");

    await login.waitForURL("**/account");
    assert.match(await phone.heard(), /”\s+startAuthentication again: ignored\s+accepted\s+handleMobileAuth/);
    await phone.page.reload();
    assert.equal(await platform.inputValue(), "ios");
  });

  it("says a problem in a system dialog as an iOS phone, and on a screen of the app as an Android phone", async () => {
    const phone = await openPhone(context, demo.origin);
    const dialog = phone.screen.getByRole("alertdialog");
    await phone.page.getByRole("switch", { name: "Unlocked" }).click();
    const openLink = () => phone.page.evaluate(() => (location.hash = "otp=x"));

    await openLink();
    await phone.sees("The app is locked");
    assert.match(await phone.screen.innerText(), /fingerprint[^]*Code 9010/);
    assert.equal(await dialog.count(), 0);

    await phone.page.getByLabel("Platform").selectOption("iOS");
    await openLink();
    await phone.screen.getByRole("alertdialog", { name: "The app is locked" }).waitFor();
    assert.match(await dialog.innerText(), /Face ID[^]*Code 8012/);
    await phone.press("Not now");
    await phone.sees("Log in on your computer");
    assert.equal(await dialog.count(), 0);
  });

  it("cancels its request when it becomes a phone of the other platform", async () => {
    await openLoginPage(context, demo.origin);
    const phone = await openPhone(context, demo.origin);

    await phone.press("Scan QR code");
    await phone.sees("Is this you logging in?");
    await phone.page.getByLabel("Platform").selectOption("iOS");

    await phone.sees("Log in on your computer");
    assert.match(await phone.heard(), /rejected: 9006/);
  });

  it("fits a window of any width and 800 pixels of height: its buttons are seen without scrolling", async () => {
    await openLoginPage(context, demo.origin);
    const phone = await openPhone(context, demo.origin);
    const isSeenAtEveryWidth = async (name: string) => {
      for (const width of [1280, 880, 800, 481, 400]) {
        await phone.page.setViewportSize({ width, height: 800 });
        const box = await phone.screen.getByRole("button", { name, exact: true }).boundingBox();
        assert.ok((box?.y ?? Infinity) + (box?.height ?? 0) <= 800, `${name}, ${width} pixels wide`);
        assert.equal(await phone.page.evaluate(() => scrollY), 0);
      }
    };

    await isSeenAtEveryWidth("Scan QR code");
    await phone.press("Scan QR code");
    await phone.sees("Is this you logging in?");
    await isSeenAtEveryWidth("Decline");
    await phone.press("Decline");

    await phone.page.getByLabel("Platform").selectOption("iOS");
    const login = await openLoginPage(context, demo.origin);
    const otp = encodeURIComponent(await codeOn(login));
    await phone.page.evaluate((hash) => (location.hash = hash), `otp=${otp}&browser=other`);
    await phone.press("Accept");
    await isSeenAtEveryWidth("Another browser");
  });

  it("shows what to do about a code that is used, unknown or invalid", async () => {
    const login = await openLoginPage(context, demo.origin);
    const used = await codeOn(login);
    await calls.scan(used);
    const unknown = btoa(
      JSON.stringify({ transaction_id: crypto.randomUUID(), otp: btoa("0123456789abcdef") }),
    );
    const phone = await openPhone(context, demo.origin);
    for (const [otp, heading, code] of [
      [used, "This code no longer works", 9029],
      [unknown, "This code no longer works", 10013],
      ["https://example.com/menu", "This isn’t a login code", 10015],
      ["", "This isn’t a login code", 10015],
      ["%", "This isn’t a login code", 10015],
    ] as const) {
      await phone.page.evaluate(
        (hash) => (location.hash = hash),
        `otp=${otp === "%" ? otp : encodeURIComponent(otp)}`,
      );
      await phone.screen.getByText(`Code ${code}`).waitFor();
      await phone.sees(heading);
      await phone.press("Close");
    }
  });

  it("shows a message when the bank does not answer", async () => {
    const login = await openLoginPage(context, demo.origin);
    const otp = await codeOn(login);
    const phone = await openPhone(context, demo.origin);
    await context.route("**/phone/**", (route) => route.abort());

    await phone.page.evaluate((code) => (location.hash = `otp=${encodeURIComponent(code)}`), otp);

    await phone.sees("The bank isn’t answering");
  });
});
