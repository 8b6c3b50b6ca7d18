import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { startKitSite, type KitSite } from "../../support/sites/kit-site.js";
import { holds, until } from "../../support/until.js";

/** The link leads to a page that stands for the app. Going there discards the login page, as a phone does when it needs memory. */
const widget =
  '<onegini-otp-login app-link="/app#otp={otp}&browser={browser}" redirect="/account"></onegini-otp-login>';
const phone = { viewport: { width: 375, height: 720 }, isMobile: true, hasTouch: true } as const;
const patienceMs = 30_000;
const login = "POST /otp-login/{attempt}/login";
const notice =
  "The login that you accepted did not begin here. If you began it, go back there. If you did not, somebody else did: " +
  "give nobody the number.";

const reach = (page: Page, phase: string) =>
  page.locator(`onegini-otp-login:state(${phase})`).waitFor({ state: "attached", timeout: patienceMs });
/** For a page whose link opened an app: `waitForURL` would fail when the browser gives up the navigation to the app. */
const reachPath = (page: Page, path: string) =>
  until(() => new URL(page.url()).pathname === path, `the page at ${path}`);
const field = (page: Page) => page.getByRole("textbox", { name: /^Number from your phone/ });
const other = (number: string, by = 1) => String((Number(number) + by) % 10_000).padStart(4, "0");

for (const asksForNumber of [true, false])
  describe(`There and back on one phone, ${asksForNumber ? "with" : "without"} a number`, () => {
    let browser: Browser;
    let site: KitSite;
    /** Each context is a browser of its own. */
    let here: BrowserContext;
    const opened: BrowserContext[] = [];

    before(async () => {
      [browser, site] = await Promise.all([launchBrowser(), startKitSite({ asksForNumber })]);
      site.show("/app", "<p>The app</p>", { loads: false });
      site.show("/account", "<p>Your account</p>", { loads: false });
      site.show("/orders", "<p>Your orders</p>", { loads: false });
    });
    after(async () => {
      await browser.close();
      site.close();
    });
    beforeEach(async () => {
      site.show("/", widget);
      site.show("/next", widget.replace("/account", "/orders"));
      here = await anotherBrowser();
      site.calls.length = 0;
    });
    afterEach(() => Promise.all(opened.splice(0).map((context) => context.close())));

    async function anotherBrowser(): Promise<BrowserContext> {
      const context = await browser.newContext(phone);
      opened.push(context);
      return context;
    }

    /** Presses the app's button in a new tab. Returns that tab, the code, and the hint of the browser. */
    async function leaveForApp(
      path = "/",
      before?: Page,
    ): Promise<{ tab: Page; code: string; hint: string | null }> {
      const tab = before ?? (await here.newPage());
      if (!before) await tab.goto(site.origin + path);
      await tab.getByRole("link", { name: "Continue", exact: true }).tap();
      await tab.waitForURL("**/app#*");
      const link = new URLSearchParams(new URL(tab.url()).hash.slice(1));
      return { tab, code: link.get("otp") ?? "", hint: link.get("browser") };
    }

    /** Presses a button that opens the app beside the page, which stays as it is. */
    async function openApp(): Promise<{ page: Page; code: string }> {
      site.show("/", widget.replace("/app#", "myapp://login?"));
      const page = await here.newPage();
      await page.goto(site.origin);
      const app = page.getByRole("link", { name: "Continue", exact: true });
      const link = new URL((await app.getAttribute("href")) ?? "");
      await app.tap();
      return { page, code: link.searchParams.get("otp") ?? "" };
    }

    /** The code in the link of a page. */
    async function codeOn(page: Page): Promise<string> {
      await page.goto(site.origin);
      const link = await page.getByRole("link", { name: "Continue", exact: true }).getAttribute("href");
      return new URLSearchParams(link?.split("#")[1]).get("otp") ?? "";
    }

    /** Accepts a code. Returns what the app puts into the address. */
    async function accept(code: string): Promise<string> {
      const { id, message } = await site.phone.scan(code);
      await site.phone.answer(id, true);
      return asksForNumber
        ? `otp-return=${/\d{4}/.exec(message)?.[0] ?? assert.fail(message)}`
        : "otp-return";
    }

    /** What an app does after Accept: opens the site's one address, in a new tab. */
    async function comeBack(appReturn: string, context = here, path = "/"): Promise<Page> {
      const tab = await context.newPage();
      await tab.goto(`${site.origin}${path}#${appReturn}`);
      return tab;
    }

    it("nothing is typed, and the page goes where the first one would have gone", async () => {
      const { code, hint } = await leaveForApp("/next");
      assert.equal(hint, "other", "Debian's Chromium is no browser of the set.");
      const before = site.signIns();
      const back = await comeBack(await accept(code));
      await back.waitForURL("**/orders");
      assert.equal(
        site.calls.filter((call) => call === login).length,
        1,
        "The number goes with the first call.",
      );
      assert.equal(site.starts(), 1);
      assert.equal(site.signIns(), before + 1);
    });

    it("the number leaves the address before anything else, and the rest stays", async () => {
      const page = await here.newPage();
      await page.goto(`${site.origin}/?next=1#/login?x=1&otp-return=0000`);
      await reach(page, "failed");
      assert.equal(page.url(), `${site.origin}/?next=1#/login?x=1`);
    });

    it("a browser in which no login began posts nothing, starts nothing, and says so", async () => {
      const { code } = await leaveForApp();
      const appReturn = await accept(code);
      site.calls.length = 0;
      const page = await (await anotherBrowser()).newPage();
      const errors: string[] = [];
      await page.exposeFunction("report", (code: string) => errors.push(code));
      await page.addInitScript(() => {
        const { report } = globalThis as unknown as { report: (code: string) => void };
        addEventListener("error", (event) => report((event as unknown as { code: string }).code), true);
      });
      await page.goto(`${site.origin}/#${appReturn}`);
      await page.getByText("Continue in the browser where you began.", { exact: true }).waitFor();
      await page.getByText(notice, { exact: true }).waitFor();
      assert.deepEqual(site.calls, []);
      assert.deepEqual(errors, ["other_browser"]);
      holds(!(await page.content()).includes(appReturn.slice("otp-return=".length) || "otp-return"));
      await page.getByRole("button", { name: "Log in here instead" }).tap();
      await page.getByRole("link", { name: "Continue", exact: true }).waitFor();
      assert.equal(site.starts(), 1);
    });

    it("the acceptance may reach the server after the person", async () => {
      const { code } = await leaveForApp();
      const { id, message } = await site.phone.scan(code);
      const back = await comeBack(asksForNumber ? `otp-return=${/\d{4}/.exec(message)?.[0]}` : "otp-return");
      await back.getByText("You’re back", { exact: true }).waitFor();
      holds(!site.calls.includes(login), "A number is not posted while the login is pending.");
      await site.phone.answer(id, true);
      await back.waitForURL("**/account");
      assert.equal(site.calls.filter((call) => call === login).length, 1);
    });

    it("the login that was accepted began in another tab: after 15 s the page says so, and no try is lost", async () => {
      const second = await here.newPage();
      await second.goto(site.origin);
      await second.getByRole("link", { name: "Continue", exact: true }).waitFor();
      const first = await leaveForApp();
      await leaveForApp("/", second);
      const back = await comeBack(await accept(first.code));
      await back.getByText("You’re back", { exact: true }).waitFor();
      await back
        .getByText("The login that you accepted began in another tab", { exact: true })
        .first()
        .waitFor({ timeout: patienceMs });
      holds(!site.calls.includes(login));
      await back.getByRole("button", { name: "Log in here" }).tap();
      await back.getByRole("link", { name: "Continue", exact: true }).waitFor();
    });

    it("a page that was not discarded gets it too", async () => {
      const { page, code } = await openApp();
      await here.setOffline(true);
      const appReturn = await accept(code);
      await page.evaluate((hash) => (location.hash = hash), appReturn);
      await here.setOffline(false);
      await reachPath(page, "/account");
    });

    it("the old tab was faster: the new one says that the person is logged in, and goes where it would have gone", async () => {
      const { tab, code } = await leaveForApp("/next");
      const appReturn = await accept(code);
      await tab.goto(`${site.origin}/next`);
      if (asksForNumber) {
        await field(tab).fill(appReturn.slice("otp-return=".length));
        await tab.getByRole("button", { name: "Continue", exact: true }).tap();
      }
      await tab.waitForURL("**/orders");
      const before = site.signIns();
      const back = await comeBack(appReturn);
      await back.waitForURL("**/orders");
      assert.equal(site.signIns(), before);
    });

    it("two pages that come back at once log in once", async () => {
      const { code } = await leaveForApp();
      const appReturn = await accept(code);
      const before = site.signIns();
      const pages = await Promise.all([1, 2].map(() => comeBack(appReturn)));
      await pages.at(-1)!.bringToFront();
      await until(() => site.signIns() > before, "a login");
      await Promise.all(pages.map((page) => page.waitForURL("**/account", { timeout: patienceMs })));
      assert.equal(site.signIns(), before + 1);
    });

    it("an attempt that the server has forgotten has expired", async () => {
      const { code } = await leaveForApp();
      const appReturn = await accept(code);
      await here.clearCookies();
      const back = await comeBack(appReturn);
      await reach(back, "expired");
      assert.equal(site.starts(), 1);
    });

    it("the same return once more is no second login", async () => {
      const { code } = await leaveForApp("/next");
      const appReturn = await accept(code);
      const back = await comeBack(appReturn);
      await back.waitForURL("**/orders");
      const before = site.signIns();
      await (await comeBack(appReturn)).waitForURL("**/orders");
      assert.equal(site.signIns(), before);
    });

    it("no page asks for a number that no login of this browser waits for", async () => {
      const { code } = await leaveForApp();
      const { message } = await site.phone.scan(code);
      const number = asksForNumber ? `=${/\d{4}/.exec(message)?.[0]}` : "";
      const stranger = await comeBack(`otp-return${number}`, await anotherBrowser());
      await reach(stranger, "failed");
      const back = await comeBack(`otp-return${number}`);
      await back.getByText("You’re back", { exact: true }).waitFor();
      for (const page of [stranger, back]) assert.equal(await page.getByRole("textbox").count(), 0);
    });

    it("a declined login is shown as one", async () => {
      const { code } = await leaveForApp();
      await site.phone.deny(code);
      await reach(await comeBack("otp-return"), "denied");
    });

    it("a malformed return is removed, and the page is as ever", async () => {
      const page = await comeBack("otp-return=12a");
      await page.getByRole("link", { name: "Continue", exact: true }).waitFor();
      assert.equal(page.url(), `${site.origin}/`);
      assert.equal(site.starts(), 1);
    });

    it("a page without a link into the app does not read it", async () => {
      site.show("/", "<onegini-otp-login></onegini-otp-login>");
      const page = await comeBack("otp-return=4713");
      await reach(page, "pending");
      assert.equal(page.url(), `${site.origin}/#otp-return=4713`);
    });

    it("a planted return does not end the attempt of a page that is open", async () => {
      const page = await here.newPage();
      await page.goto(site.origin);
      await page.getByRole("link", { name: "Continue", exact: true }).waitFor();
      await page.evaluate(() => (location.hash = "otp-return=0000"));
      await until(() => page.url() === `${site.origin}/`, "the address without it");
      await reach(page, "pending");
      assert.equal(site.starts(), 1);
      holds(!site.calls.includes(login));
    });

    it("early.js requests nothing, and removes it before the scripts of the page run", async () => {
      const seen = "<script>globalThis.seen = location.href</script>";
      site.show("/", widget, { head: `<script src="/early.js"></script>${seen}` });
      const { code } = await leaveForApp();
      site.calls.length = 0;
      const stranger = await comeBack("otp-return=4713", await anotherBrowser());
      await reach(stranger, "failed");
      assert.deepEqual(site.calls, []);
      assert.equal(await stranger.evaluate("seen"), `${site.origin}/`);
      const back = await comeBack(await accept(code));
      await back.waitForURL("**/account");
    });

    it("a page that loads unseen loses nothing, also with early.js", async () => {
      site.show("/", widget, { head: '<script src="/early.js"></script>' });
      const { code } = await leaveForApp();
      const appReturn = await accept(code);
      const unseen = {
        content: `let state = "hidden";
          Object.defineProperty(Document.prototype, "visibilityState", { get: () => state });
          globalThis.beSeen = () => { state = "visible"; document.dispatchEvent(new Event("visibilitychange", { bubbles: true })); };`,
      };
      site.calls.length = 0;
      const stranger = await (await anotherBrowser()).newPage();
      const back = await here.newPage();
      for (const page of [stranger, back]) {
        await page.addInitScript(unseen);
        await page.goto(`${site.origin}/#${appReturn}`);
        await page.evaluate("beSeen()");
      }
      await stranger.getByText(notice, { exact: true }).waitFor();
      await back.waitForURL("**/account");
      assert.equal(site.starts(), 0);
      assert.equal(site.calls.filter((call) => call === login).length, 1);
    });

    for (const end of ["completed", "ended"])
      it(`a planted return does not end the attempt of an open page where an earlier one has ${end}`, async () => {
        const page = await here.newPage();
        await page.goto(site.origin);
        await page.getByRole("link", { name: "Continue", exact: true }).waitFor();
        await page.evaluate(
          ([name, text]) => localStorage.setItem(name!, text!),
          [
            `onegini-otp-login ${site.origin}/otp-login`,
            `${"x".repeat(22)} ${Date.now() + 60_000} ${end} ${site.origin}/orders`,
          ],
        );
        await page.evaluate(() => (location.hash = "otp-return=0000"));
        await until(() => page.url() === `${site.origin}/`, "the address without it");
        await page.waitForTimeout(300);
        await reach(page, "pending");
        assert.equal(page.url(), `${site.origin}/`);
      });

    it("with blocked storage nothing is kept, and the open page goes on alone", async () => {
      await here.addInitScript({
        content:
          'Object.defineProperty(globalThis, "localStorage", { get() { throw new DOMException("blocked") } })',
      });
      const { page, code } = await openApp();
      const appReturn = await accept(code);
      // Without a number it is logged in before anybody could come back.
      if (!asksForNumber) return reachPath(page, "/account");
      await page.evaluate((hash) => (location.hash = hash), appReturn);
      return field(page).waitFor();
    });

    if (!asksForNumber)
      it("a link that was relayed logs in its sender, which the words on the victim's phone do not deny", async () => {
        const attacker = await (await anotherBrowser()).newPage();
        const relayed = await codeOn(attacker);
        const before = site.signIns();
        const appReturn = await accept(relayed);
        const victim = await comeBack(appReturn);
        await attacker.waitForURL("**/account");
        assert.equal(site.signIns(), before + 1);
        await victim.getByText(notice, { exact: true }).waitFor();
      });

    if (asksForNumber) {
      it("a page that is open beside it asks at once, and follows the one that comes back", async () => {
        const { page, code } = await openApp();
        const appReturn = await accept(code);
        await field(page).waitFor();
        const before = site.signIns();
        const back = await comeBack(appReturn);
        await back.waitForURL("**/account");
        await reach(page, "completed");
        assert.equal(site.signIns(), before + 1);
      });

      it("planted numbers cost one try of an attempt, however often they come", async () => {
        const { code } = await leaveForApp();
        const number = (await accept(code)).slice("otp-return=".length);
        const sent: string[] = [];
        here.on("request", (request) =>
          sent.push(/"number":"\d+"/.exec(request.postData() ?? "")?.[0] ?? ""),
        );
        const back = await comeBack(`otp-return=${other(number)}`);
        await back.getByText("2 tries left").first().waitFor();
        for (let by = 2; by < 22; by++) {
          await back.goto(`${site.origin}/?${by}#otp-return=${other(number, by)}`);
          await field(back).waitFor();
        }
        assert.deepEqual(sent.filter(Boolean), [`"number":"${other(number)}"`]);
        await field(back).fill(other(number, 30));
        await back.getByRole("button", { name: "Continue", exact: true }).tap();
        await back.getByText("1 try left").first().waitFor();
        await field(back).fill(number);
        await back.getByRole("button", { name: "Continue", exact: true }).tap();
        await back.waitForURL("**/account");
      });

      it("several pages with planted numbers send one", async () => {
        const { code } = await leaveForApp();
        const { id, message } = await site.phone.scan(code);
        const number = /\d{4}/.exec(message)?.[0] ?? "";
        const sent: string[] = [];
        here.on("request", (request) =>
          sent.push(/"number":"\d+"/.exec(request.postData() ?? "")?.[0] ?? ""),
        );
        const pages = await Promise.all([1, 2, 3].map((by) => comeBack(`otp-return=${other(number, by)}`)));
        for (const page of pages) await page.getByText("You’re back", { exact: true }).waitFor();
        await site.phone.answer(id, true);
        for (const page of pages) await field(page).waitFor();
        assert.equal(sent.filter(Boolean).length, 1);
      });

      it("a planted number leaves what is typed on a page that asks", async () => {
        const { code } = await leaveForApp();
        const number = (await accept(code)).slice("otp-return=".length);
        const back = await comeBack(`otp-return=${other(number)}`);
        await back.getByText("2 tries left").first().waitFor();
        await field(back).fill(number.slice(0, 2));
        const before = site.calls.length;
        for (const planted of [`=${other(number, 2)}`, ""]) {
          await back.evaluate((hash) => (location.hash = hash), `otp-return${planted}`);
          await until(() => !back.url().includes("#"), "the address without it");
        }
        await back.waitForTimeout(300);
        assert.equal(await field(back).inputValue(), number.slice(0, 2));
        assert.equal(site.calls.length, before);
      });

      it("a person who pressed here and then accepts somebody else's link sends no number, and loses no try", async () => {
        const attacker = await (await anotherBrowser()).newPage();
        const relayed = await codeOn(attacker);
        const { tab, code } = await leaveForApp();
        const planted = await accept(relayed);
        await reach(attacker, "approved");
        site.calls.length = 0;
        const back = await comeBack(planted);
        await back.getByText("You’re back", { exact: true }).waitFor();
        await back
          .getByText("The login that you accepted began in another tab", { exact: true })
          .first()
          .waitFor({ timeout: patienceMs });
        holds(!site.calls.includes(login));
        await back.close();
        const own = (await accept(code)).slice("otp-return=".length);
        await tab.goto(site.origin);
        await field(tab).fill(other(own));
        await tab.getByRole("button", { name: "Continue", exact: true }).tap();
        await tab.getByText("2 tries left").first().waitFor();
      });

      it("a stranger who accepts the code of this browser's own button can plant its number: possible", async () => {
        const { tab, code } = await leaveForApp();
        const planted = await accept(code);
        await tab.goto(`${site.origin}/#${planted}`);
        await tab.waitForURL("**/account");
      });

      it("a number is void in another browser, also with the attempt's id", async () => {
        const { code } = await leaveForApp();
        const number = (await accept(code)).slice("otp-return=".length);
        const [attempt] = String(await here.pages()[0]!.evaluate("Object.values(localStorage).join()")).split(
          " ",
        );
        const answer = await fetch(`${site.origin}/otp-login/${attempt}/login`, {
          method: "POST",
          headers: { "content-type": "application/json", origin: site.origin },
          body: JSON.stringify({ number }),
        });
        assert.equal(answer.status, 404);
      });
    }
  });

describe("In the browser of another app", () => {
  let browser: Browser;
  let site: KitSite;
  const agents = {
    "on an iPhone":
      "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 408.0.0.23",
    "on Android":
      "Mozilla/5.0 (Linux; Android 15; Pixel 9; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/143.0.0.0 Mobile Safari/537.36",
  };

  before(async () => {
    [browser, site] = await Promise.all([launchBrowser(), startKitSite()]);
    site.show("/", widget);
  });
  after(async () => {
    await browser.close();
    site.close();
  });

  async function openIn(userAgent: string, path = "/?next=1#/login"): Promise<Page> {
    const context = await browser.newContext({ ...phone, userAgent });
    const page = await context.newPage();
    await page.goto(site.origin + path);
    await page.getByRole("link", { name: "Continue", exact: true }).waitFor();
    return page;
  }

  for (const [where, userAgent] of Object.entries(agents))
    it(`the app's button stays, and the page's address can be copied from the card, ${where}`, async () => {
      const page = await openIn(userAgent);
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      assert.match(
        (await page.getByRole("link", { name: "Continue" }).getAttribute("href")) ?? "",
        /&browser=app$/,
      );
      await page.getByText("Does the app not open? Open this page in your browser.").waitFor();
      await page.getByText(`${site.origin}/?next=1#/login`, { exact: true }).waitFor();
      const copy = page.getByRole("button", { name: "Copy the address" });
      await copy.tap();
      const copied = page.getByRole("button", { name: "Address copied" });
      await copied.waitFor();
      holds(await copied.evaluate((button) => (button.getRootNode() as ShadowRoot).activeElement === button));
      assert.equal(await page.locator("onegini-otp-login [part=status]").textContent(), "Address copied");
      assert.equal(await page.evaluate("navigator.clipboard.readText()"), `${site.origin}/?next=1#/login`);
      await page.context().close();
    });

  it("an address that cannot be copied is selected, and nothing says that it was copied", async () => {
    const page = await openIn(agents["on Android"]);
    await page.evaluate("navigator.clipboard.writeText = () => Promise.reject(new Error('blocked'))");
    await page.getByRole("button", { name: "Copy the address" }).tap();
    await page.waitForFunction("getSelection().toString() === location.href");
    await page.getByRole("button", { name: "Copy the address" }).waitFor();
    await page.context().close();
  });

  it("a browser of its own and a page on the home screen have none of it", async () => {
    const page = await openIn(
      "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
    );
    assert.equal(await page.getByText("Does the app not open?").count(), 0);
    await page.context().close();
  });

  for (const width of [280, 320, 375])
    it(`at ${width} px the line covers nothing, and the card keeps its height in every phase`, async () => {
      const page = await openIn(agents["on an iPhone"]);
      await page.setViewportSize({ width, height: 720 });
      const height = () =>
        page.locator("onegini-otp-login").evaluate((element) => element.getBoundingClientRect().height);
      const before = await height();
      const boxes = await page.evaluate<
        { top: number; bottom: number }[]
      >(`[".main-line", ".row", ".in-app"].map((each) => {
        const { top, bottom } = document.querySelector("onegini-otp-login").shadowRoot.querySelector(each).getBoundingClientRect();
        return { top, bottom };
      })`);
      for (const [i, { top }] of boxes.entries()) if (i > 0) holds(top >= boxes[i - 1]!.bottom);
      await page.evaluate('document.querySelector("onegini-otp-login").cancel()');
      await reach(page, "idle");
      holds(Math.abs((await height()) - before) <= 0.5);
      await page.context().close();
    });
});
