import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { phoneOn } from "../../support/demo/demo-pages.js";
import { type Demo, demoInBrowser } from "../../support/demo/demo.js";
import { reachPhase } from "../../support/login-page.js";

const device = { viewport: { width: 375, height: 720 }, isMobile: true, hasTouch: true } as const;
const notice = "Continue in the browser where you began.";

for (const asksForNumber of [false, true])
  describe(`The demo on one phone, ${asksForNumber ? "with" : "without"} a number`, () => {
    let demo: Demo;
    let browser: Browser;
    let context: BrowserContext;

    demoInBrowser((given) => ({ demo, browser, context } = given), {
      device,
      variables: { PAIRING: asksForNumber ? "always" : "off" },
    });

    /** Presses Continue on the login page, as the browser that a link names, and gets the phone. */
    async function openApp({ hint = "{browser}", platform = "Android" } = {}) {
      const page = await context.newPage();
      await page.goto(demo.origin);
      await bePhoneWith(page, platform);
      await page.locator("onegini-otp-login").evaluate(
        (element, text) => {
          element.setAttribute("app-link", `/phone#otp={otp}${text}`);
        },
        hint && `&browser=${hint}`,
      );
      await page.getByRole("link", { name: "Continue", exact: true }).tap();
      const phone = phoneOn(page);
      await phone.sees("Is this you logging in?");
      return { page, phone };
    }
    const bePhoneWith = (page: Page, platform: string) =>
      page.evaluate((name) => sessionStorage.setItem("demo-phone-platform", name), platform.toLowerCase());
    const chooser = (page: Page) => page.locator(".chooser");
    const question = (page: Page) => page.getByText("Does the page ask for a number?", { exact: true });
    const number = (page: Page) => page.locator(".digits");
    const field = (page: Page) => page.getByRole("textbox", { name: /^Number from your phone/ });
    const isLoggedIn = (page: Page) => page.waitForURL("**/account");

    it("goes there and back: Continue and Accept, and nothing is typed", async () => {
      const page = await context.newPage();
      const spoken: string[] = [];
      await page.exposeFunction("noteSpoken", (text: string) => spoken.push(text));
      await page.addInitScript(`addEventListener("DOMContentLoaded", () => {
        const region = document.querySelector("#spoken");
        if (region) new MutationObserver(() => noteSpoken(region.textContent)).observe(region, { childList: true });
      })`);
      const asked: string[] = [];
      page.on("request", (request) => asked.push(`${request.method()} ${request.url()}`));
      await page.goto(demo.origin);

      await page.getByRole("link", { name: "Continue", exact: true }).tap();
      const phone = phoneOn(page);
      await phone.sees("Is this you logging in?");
      assert.equal(page.url(), `${demo.origin}/phone`);
      await phone.press("Accept");
      // With the number the app opens an address, and the demo has one browser for all.
      if (asksForNumber) await phone.press("Back to the page");

      await isLoggedIn(page);
      assert.match(await page.locator("main").innerText(), /demo-user/);
      assert.ok(spoken.includes("Going back to your browser…"), spoken.join("|"));
      assert.equal(asked.filter((each) => /^POST .*\/login$/.test(each)).length, 1);
      assert.ok(!asked.some((each) => /otp-return/.test(each)));
    });

    it("says which browser the link named, and opens the fixed address with what the page needs", async () => {
      const { page, phone } = await openApp({ hint: "safari", platform: "iOS" });
      await phone.press("Accept");
      await chooser(page).getByText("The link said: Safari.", { exact: true }).waitFor();
      await phone.press("Another browser");
      await phone.sees("Another browser");
      const address = (await page.locator(".address").innerText()).trim();
      assert.match(address, asksForNumber ? /\/#otp-return=\d{4}$/ : /\/#otp-return$/);
      assert.ok(address.startsWith(`${demo.origin}/#`));

      const elsewhere = await browser.newContext(device);
      const stranger = await elsewhere.newPage();
      await stranger.goto(address);
      await stranger.getByText(notice, { exact: true }).waitFor();
      assert.equal(stranger.url(), `${demo.origin}/`);
      await elsewhere.close();

      await phone.press("Back to the page");
      await isLoggedIn(page);
    });

    it("opens no other address, whatever the link says about its browser", async () => {
      for (const hint of [
        "https://evil.example/",
        "javascript:alert(1)",
        "constructor",
        "x".repeat(10_000),
      ]) {
        const { page, phone } = await openApp({ hint, platform: "iOS" });
        assert.equal(page.url(), `${demo.origin}/phone`);
        await phone.press("Accept");
        await chooser(page).getByText("The link said: other, so the default browser.").waitFor();
        await phone.press("Back to the page");
        await isLoggedIn(page);
        await context.clearCookies();
        await page.close();
      }
    });

    it("goes back to the same tab on iOS, where an address would open another browser", async () => {
      const { page, phone } = await openApp({ hint: "chrome", platform: "iOS" });
      await phone.press("Accept");
      if (asksForNumber) {
        // It is behind the question until the acceptance was delivered.
        await number(page).waitFor();
        const typed = await number(page).innerText();
        await phone.press("Back to Chrome");
        await field(page).waitFor();
        // The person has forgotten it: the link then has no code. The reloaded page names Debian's Chromium.
        await page.getByRole("link", { name: "Go back to the app" }).tap();
        await number(page).waitFor();
        assert.equal(await number(page).innerText(), typed);
        await phone.press("Back to the page");
        await field(page).fill(typed);
        await page.getByRole("button", { name: "Continue", exact: true }).tap();
      }
      await isLoggedIn(page);
    });

    it("points at the way back where the app can open nothing", async () => {
      const { page, phone } = await openApp({ hint: "edge", platform: "iOS" });
      await phone.press("Accept");
      await phone.screen.getByText("Tap “‹ Edge” at the top left.", { exact: true }).waitFor();
      assert.equal(await number(page).isVisible(), asksForNumber);
      await phone.press("‹ Edge");
      if (asksForNumber) await field(page).waitFor();
      else await isLoggedIn(page);
    });

    it("stays after the link of an older page, with the number large", async () => {
      const { page, phone } = await openApp({ hint: "" });
      assert.equal(await number(page).isVisible(), asksForNumber);
      await phone.press("Accept");
      await phone.sees("Accepted");
      assert.equal(await number(page).isVisible(), asksForNumber);
      await phone.press("Done");
      if (asksForNumber) await field(page).waitFor();
      else await isLoggedIn(page);
    });

    it("stays after Decline, and opens the bare address on a press", async () => {
      const { page, phone } = await openApp();
      await phone.press("Decline");
      await phone.sees("Declined");
      await phone.press("Back to the browser");
      await reachPhase(page, "denied");
      assert.equal(page.url(), `${demo.origin}/`);
    });

    it("stays if the answer was not delivered, and opens the bare address on a press", async () => {
      const { page, phone } = await openApp();
      await context.route("**/phone/transactions/**", (route) => route.abort());
      await phone.press("Accept");
      await phone.sees("The bank isn’t answering");
      await phone.press("Back to the browser");
      await page.waitForURL(`${demo.origin}/`);
    });

    it("finds somebody who is logged in already: the address answers by itself, and the number leaves it", async () => {
      const { page, phone } = await openApp({ platform: "iOS" });
      await phone.press("Accept");
      await phone.press("Back to the page");
      await isLoggedIn(page);
      const answer = await page.goto(`${demo.origin}/#otp-return=4713`);
      assert.deepEqual([answer?.status(), answer?.request().redirectedFrom()], [200, null]);
      await page.getByRole("heading", { name: "You’re logged in" }).waitFor();
      await page.waitForURL(`${demo.origin}/`);
    });

    it("is at its first screen again when the person comes back to it", async () => {
      const { page, phone } = await openApp({ platform: "iOS" });
      await phone.press("Accept");
      await phone.press("Back to the page");
      await isLoggedIn(page);
      await page.goBack();
      if (new URL(page.url()).pathname !== "/phone") await page.goBack();
      await phone.sees("Log in on your computer");
    });

    if (asksForNumber)
      it("has the number only behind a question, with the site's words", async () => {
        const { page, phone } = await openApp();
        const words = phone.screen.getByText(/It may ask for \d{4}: type it only there\./);
        await phone.screen.getByText("Log in to Demo Bank on the web.", { exact: true }).waitFor();
        for (const press of ["Accept", undefined]) {
          assert.deepEqual([await words.isVisible(), await number(page).isVisible()], [false, false]);
          await question(page).tap();
          assert.deepEqual([await words.isVisible(), await number(page).isVisible()], [true, true]);
          if (press) await phone.press(press);
          await (press ? chooser(page) : number(page)).waitFor();
        }
      });
    else
      it("says in the person's language that it goes back", async () => {
        for (const [lang, goingBack, accept, back] of [
          ["nl", "Terug naar je browser…", "Accepteer", "Terug naar de pagina"],
          ["fr", "Retour au navigateur…", "Accepter", "Revenir à la page"],
          ["de", "Zurück zum Browser…", "Bestätigen", "Zurück zur Seite"],
        ] as const) {
          const local = await browser.newContext({ ...device, locale: lang });
          const page = await local.newPage();
          await page.goto(demo.origin);
          await bePhoneWith(page, "iOS");
          await page.locator("onegini-otp-login a[part~=app-link]").tap();
          const phone = phoneOn(page);
          await phone.press(accept);
          await phone.screen.getByText(goingBack, { exact: true }).waitFor();
          await phone.press(back);
          await isLoggedIn(page);
          await local.close();
        }
      });
  });
