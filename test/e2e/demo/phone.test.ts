import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { BrowserContext } from "playwright-core";
import { openPhone } from "../../support/demo/demo-pages.js";
import { type Demo, demoInBrowser } from "../../support/demo/demo.js";
import { openLoginPage, reachPhase } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";

describe("The demo phone", () => {
  let demo: Demo;
  let context: BrowserContext;

  demoInBrowser((given) => ({ demo, context } = given));

  it("scans the login page in another tab, shows the request, and accepts", async () => {
    const login = await openLoginPage(context, demo.origin);
    const phone = await openPhone(context, demo.origin);

    await phone.press("Scan QR code");
    await phone.sees("Is this you logging in?");
    const shown = await phone.screen.innerText();
    assert.match(shown, /^Log in to Demo Bank on the web\.$/m);
    assert.match(shown, /^Device\n\w+, Chrome$/m);
    assert.match(shown, /^Place\nUtrecht, Netherlands$/m);
    assert.match(
      await phone.heard(),
      /^handleMobileAuthWithOtp\(\S{16}…\)\s+“Log in to Demo Bank[^”]+”\s+waiting for an answer$/,
    );
    await phone.press("Accept");
    await phone.sees("Accepted");

    await login.waitForURL("**/account");
    assert.match(await login.locator("main").innerText(), /demo-user/);
    assert.match(await phone.heard(), /”\s+accepted$/);
    await phone.press("Done");
    await phone.sees("Log in on your computer");
  });

  it("makes the login page say “Check your phone” until the answer, unless it is switched off", async () => {
    const login = await openLoginPage(context, demo.origin);
    const phone = await openPhone(context, demo.origin);
    const scanned = login.locator("onegini-otp-login:state(scanned)");

    await phone.press("Scan QR code");
    await phone.sees("Is this you logging in?");
    await scanned.getByText("Check your phone", { exact: true }).waitFor();
    await phone.press("Decline");
    await phone.sees("Declined");
    await reachPhase(login, "denied");
    assert.equal(await scanned.count(), 0);

    await phone.page.getByLabel("Tells the page").uncheck();
    await login.reload();
    await phone.press("Done");
    const told: string[] = [];
    phone.page.on("request", (request) => told.push(new URL(request.url()).pathname));
    await phone.press("Scan QR code");
    await phone.sees("Is this you logging in?");
    assert.ok(!told.includes("/app/scanned"), told.join(" "));
  });

  for (const platform of ["Android", "iOS"])
    it(`has Accept and Decline side by side and alike, as an ${platform} phone`, async () => {
      const login = await openLoginPage(context, demo.origin);
      const phone = await openPhone(context, demo.origin);
      await phone.page.getByLabel("Platform").selectOption(platform);
      await phone.page.evaluate(
        (otp) => (location.hash = `otp=${encodeURIComponent(otp)}`),
        await codeOn(login),
      );
      await phone.sees("Is this you logging in?");
      const [accept, decline] = await phone.screen.locator(".answers button").evaluateAll((buttons) =>
        buttons.map((button) => {
          const { top, width, height } = button.getBoundingClientRect();
          const { color, backgroundColor, borderColor, fontWeight } = getComputedStyle(button);
          const hasIcon = button.querySelector(".icon") !== null;
          return { top, width, height, color, backgroundColor, borderColor, fontWeight, hasIcon };
        }),
      );
      assert.equal(accept?.height, 50);
      assert.equal(accept.hasIcon, true);
      assert.deepEqual(accept, decline);
    });

  it("handles a link that arrives while it is open, and cancels the request before", async () => {
    const [one, two] = [await openLoginPage(context, demo.origin), await openLoginPage(context, demo.origin)];
    const codes = [await codeOn(one), await codeOn(two)];
    const phone = await openPhone(context, demo.origin, `/phone#otp=${encodeURIComponent(codes[0] ?? "")}`);
    await phone.sees("Is this you logging in?");

    await phone.page.evaluate((otp) => (location.hash = `otp=${encodeURIComponent(otp ?? "")}`), codes[1]);
    await phone.page.getByText("rejected: 9006").waitFor();
    await phone.press("Accept");

    await two.waitForURL("**/account");
  });

  it("can be used by keyboard alone", async () => {
    const login = await openLoginPage(context, demo.origin);
    const phone = await openPhone(context, demo.origin);
    const { keyboard } = phone.page;

    await phone.screen.getByRole("button", { name: "Scan QR code" }).focus();
    await keyboard.press("Enter");
    await phone.sees("Is this you logging in?");
    await keyboard.press("Tab");
    await keyboard.press("Enter");

    await login.waitForURL("**/account");
    assert.equal(await phone.page.evaluate(() => document.activeElement?.textContent), "Accepted");
  });
});
