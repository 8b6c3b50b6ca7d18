import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { openPhone, openPlayground } from "../../support/demo/demo-pages.js";
import { type Demo, phoneCalls, startDemo } from "../../support/demo/demo.js";
import { openLoginPage, reachPhase } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import { listen } from "./support/assistive-technology.js";
import { loadAxe, runAxe, setText, settings, unreadableOnPage } from "./support/page-checks.js";

describe("The demo's pages", () => {
  let demo: Demo;
  let browser: Browser;

  before(async () => {
    // So long that no code ends during a check, however busy the machine is.
    [demo, browser] = await Promise.all([startDemo({ CODE_SECONDS: "600" }), launchBrowser()]);
  });
  after(async () => {
    await Promise.all([browser.close(), demo.stop()]);
  });

  /** The test with the name "light" looks at the same pages for all but colours. */
  const seenInLight = (name: string): boolean => name === "dark" || name === "forced colours";

  /** What axe finds on a page, a line each, with the page's address. */
  async function findings(page: Page, onlyColours: boolean): Promise<string[]> {
    await loadAxe(page);
    const { violations } = await runAxe(page, { onlyColours });
    return violations.map((line) => `${page.url()} ${line}`);
  }

  for (const [name, options] of [
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["forced colours", { forcedColors: "active" }],
    ["light, 375 px wide", { viewport: { width: 375, height: 720 }, isMobile: true, hasTouch: true }],
  ] as const satisfies readonly (readonly [string, BrowserContextOptions])[]) {
    it(`pass axe: ${name}`, async () => {
      const onlyColours = seenInLight(name);
      const context = await browser.newContext({ ...options, bypassCSP: true });
      const found: string[] = [];
      // While there is no login page, the phone goes on looking for one.
      const phone = await openPhone(context, demo.origin);
      found.push(...(await findings(phone.page, onlyColours)));
      await phone.press("Scan QR code");
      await phone.press("Photo");
      found.push(...(await findings(phone.page, onlyColours)));

      const login = await openLoginPage(context, demo.origin);
      found.push(...(await findings(login, onlyColours)));
      const otp = await otpOf(login, options);
      await phone.page.evaluate((code) => (location.hash = `otp=${encodeURIComponent(code)}`), otp);
      await phone.sees("Is this you logging in?");
      found.push(...(await findings(phone.page, onlyColours)));
      await phone.press("Accept");
      await phone.sees("Accepted");
      found.push(...(await findings(phone.page, onlyColours)));
      await phone.page.evaluate((code) => (location.hash = `otp=${encodeURIComponent(code)}`), otp);
      await phone.sees("This code no longer works");
      found.push(...(await findings(phone.page, onlyColours)));
      await phone.page.getByLabel("Platform").selectOption("iOS");
      await phone.page.evaluate((code) => (location.hash = `otp=${encodeURIComponent(code)}`), otp);
      await phone.sees("This code no longer works");
      found.push(...(await findings(phone.page, onlyColours)));

      await login.waitForURL("**/account");
      found.push(...(await findings(login, onlyColours)));
      for (const path of [
        "/",
        "/account?notice=ended",
        "/logout",
        "/account",
        "/help",
        "/cards",
        "/nowhere",
        "/?notice=password#password-login",
      ]) {
        await login.goto(demo.origin + path);
        found.push(...(await findings(login, onlyColours)));
      }

      await login.goto(demo.origin);
      await reachPhase(login, "pending");
      const another = encodeURIComponent(await otpOf(login, options));
      await phone.page.evaluate((hash) => (location.hash = hash), `otp=${another}&browser=safari`);
      await phone.press("Accept");
      await phone.screen.getByText("Going back to your browser…").waitFor();
      found.push(...(await findings(phone.page, onlyColours)));
      await phone.press("Another browser");
      await phone.sees("Another browser");
      found.push(...(await findings(phone.page, onlyColours)));
      await context.close();
      assert.deepEqual(found, []);
    });
  }

  for (const [name, options] of [
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["forced colours", { forcedColors: "active" }],
    [
      "dark, 375 px wide",
      { colorScheme: "dark", viewport: { width: 375, height: 720 }, isMobile: true, hasTouch: true },
    ],
  ] as const satisfies readonly (readonly [string, BrowserContextOptions])[]) {
    it(`pass axe in the playground: ${name}`, async () => {
      const onlyColours = seenInLight(name);
      // Without motion, because a message that fades in does not have its full contrast yet.
      const context = await browser.newContext({ ...options, reducedMotion: "reduce", bypassCSP: true });
      const { page, reaches, goTo, set } = await openPlayground(context, demo.origin);
      await reaches("pending");
      for (const tab of ["Look", "Attributes", "Network", "Code"]) {
        await page.getByRole("tab", { name: tab }).click();
        assert.deepEqual(await findings(page, onlyColours), [], tab);
      }
      await set("part-title", "font-size: 1rem");
      await set("property-accent", "no colour");
      assert.deepEqual(await findings(page, onlyColours), [], "with all parts, and a value that is invalid");
      for (const phase of ["pending", "wrong_number", "denied", "failed"]) {
        await goTo(phase);
        await page.locator(`#phases [aria-current][value=${phase}]`).waitFor();
        if (phase === "denied") await set("language", "ar");
        assert.deepEqual(await findings(page, onlyColours), [], phase);
      }
      await context.close();
    });
  }

  /** A phone shows the app's button first, and the code after another button. */
  async function otpOf(login: Page, options: BrowserContextOptions): Promise<string> {
    if (options.isMobile) await login.getByRole("button", { name: "Use another phone" }).click();
    return codeOn(login.locator("onegini-otp-login"));
  }

  const edgesOf = (page: Page, selector: string) =>
    page.locator(selector).evaluate((element) => {
      const { left, right } = element.getBoundingClientRect();
      return { left, right };
    });

  it("fit every width from 320 pixels without scrolling sideways", async () => {
    const context = await browser.newContext();
    const member = await openLoginPage(context, demo.origin);
    await phoneCalls(demo.origin).accept(await codeOn(member));
    await member.waitForURL("**/account");
    const visitor = await (await browser.newContext()).newPage();
    for (const lang of ["en", "nl", "fr", "de"]) {
      for (const [page, path] of [
        [visitor, "/"],
        [visitor, "/help"],
        [visitor, "/phone"],
        [member, "/"],
        [member, "/account"],
      ] as const) {
        await page.goto(`${demo.origin}${path}?lang=${lang}`);
        for (const width of [320, 375, 480, 600, 879, 880, 1280]) {
          await page.setViewportSize({ width, height: 800 });
          const overflow = await page.evaluate(async () => {
            // The canvas is resized a frame later than its place.
            for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
            return document.documentElement.scrollWidth - innerWidth;
          });
          assert.ok(overflow <= 0, `${path} in ${lang} at ${width} px: ${overflow} px too wide`);
        }
      }
    }
    await Promise.all([context.close(), visitor.context().close()]);
  });

  it("can be read at 320 and 390 pixels with text twice as large and spaced as in WCAG 1.4.12", async () => {
    const found: string[] = [];
    const [visitor, member] = await Promise.all([browser.newContext(), browser.newContext()]);
    const account = await openLoginPage(member, demo.origin);
    await phoneCalls(demo.origin).accept(await codeOn(account));
    await account.waitForURL("**/account");
    const login = await visitor.newPage();
    for (const lang of ["en", "nl", "fr", "de"]) {
      for (const [page, path] of [
        [login, "/?notice=logged-out"],
        [login, "/help"],
        [login, "/nowhere"],
        [login, "/phone"],
        [account, "/"],
        [account, "/account?notice=ended"],
      ] as const) {
        await page.goto(`${demo.origin}${path}${path.includes("?") ? "&" : "?"}lang=${lang}`);
        // The phone's first screen is in English only.
        if (path === "/phone" && lang !== "en") continue;
        for (const width of [320, 390]) {
          await page.setViewportSize({ width, height: 800 });
          for (const [setting, css] of Object.entries(settings)) {
            await setText(page, css);
            for (const problem of await unreadableOnPage(page))
              found.push(`${path} in ${lang}, ${width} px, ${setting}: ${problem}`);
          }
        }
      }
    }
    await Promise.all([visitor.close(), member.close()]);
    assert.deepEqual(found, []);
  });

  it("stand in one column as wide as the page below 880 pixels", async () => {
    const context = await browser.newContext();
    const page = await openLoginPage(context, demo.origin);
    for (const width of [390, 600, 820, 879]) {
      await page.setViewportSize({ width, height: 1000 });
      for (const part of ["onegini-otp-login", ".or", "#password-login", "#password-login form"]) {
        assert.deepEqual(
          await edgesOf(page, part),
          { left: 24, right: width - 24 },
          `${part} at ${width} px`,
        );
      }
    }
    await context.close();
  });

  it("have “or” in one line, in the middle of its rule, in every language", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    for (const lang of ["en", "nl", "fr", "de"]) {
      await page.goto(`${demo.origin}/?lang=${lang}`);
      for (const width of [390, 820, 880, 1280]) {
        await page.setViewportSize({ width, height: 1000 });
        const [word, rule] = [await edgesOf(page, ".or span"), await edgesOf(page, ".or")];
        const off = Math.abs(word.left + word.right - rule.left - rule.right) / 2;
        assert.ok(off < 1, `${off} px beside the middle in ${lang} at ${width} px`);
        const lines = await page.locator(".or span").evaluate((element) => {
          const words = document.createRange();
          words.selectNodeContents(element);
          return words.getClientRects().length;
        });
        assert.equal(lines, 1, `lines in ${lang} at ${width} px`);
      }
    }
    await context.close();
  });

  it("announce at most four messages in a login, with the scan", async () => {
    const context = await browser.newContext();
    const login = await openLoginPage(context, demo.origin);
    const otp = await codeOn(login);
    // The page stays, so that the last announcement is recorded.
    await login.evaluate(() =>
      document
        .querySelector("onegini-otp-login")!
        .addEventListener("login", (event) => event.preventDefault()),
    );
    const before = await login.locator("onegini-otp-login [part=status]").textContent();
    const ear = await listen(login);
    const phone = await openPhone(context, demo.origin, `/phone#otp=${encodeURIComponent(otp)}`);
    await phone.sees("Is this you logging in?");
    await phone.press("Accept");
    await reachPhase(login, "completed");

    const heard = [before, ...(await ear.heard())];
    const firstAndLast = [heard[0], heard.at(-1)];
    assert.deepEqual(firstAndLast, ["The QR code is ready. Scan it in the app.", "You’re logged in"]);
    assert.ok(heard.length <= 4, heard.join(" | "));
    await context.close();
  });

  it("warn of relayed codes without scrolling, in a window of 1280 × 800", async () => {
    for (const locale of ["en", "nl", "fr", "de"]) {
      const context = await browser.newContext({ locale, viewport: { width: 1280, height: 800 } });
      const page = await context.newPage();
      await page.goto(demo.origin);
      await codeOn(page);
      const { y, height } = (await page.locator("onegini-otp-login > [slot=footer]").boundingBox())!;
      assert.ok(y + height <= 800, `${locale}: ends at ${y + height} px`);
      assert.equal(
        await page.locator("onegini-otp-login > [slot=footer] a").getAttribute("href"),
        "/help#scanning",
      );
      await context.close();
    }
  });

  it("begin with a link that skips to their content", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    for (const path of ["/", "/account", "/help", "/phone", "/playground"]) {
      await page.goto(demo.origin + path);
      await page.keyboard.press("Tab");
      const link = page.getByRole("link", { name: "Skip to the content" });
      assert.equal(await link.evaluate((each) => each === document.activeElement), true, path);
      const { x, y, width, height } = (await link.boundingBox())!;
      const isOnTop = await link.evaluate(
        (each, [left, top]) => document.elementFromPoint(left, top) === each,
        [x + width / 2, y + height / 2] as const,
      );
      assert.equal(isOnTop, true, path);
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.activeElement?.id === "main");
    }
    await context.close();
  });

  const mobile = { hasTouch: true, isMobile: true };
  const phone = { screen: { width: 390, height: 844 }, ...mobile };
  // Each is higher than its screen, so that what stands below the card is seen.
  const height = 1400;
  for (const [where, options, path = "/"] of [
    ["a wide window", {}],
    ["a narrow window", { viewport: { width: 390, height } }],
    ["a very narrow window", { viewport: { width: 320, height } }],
    ["a narrow window of a touch screen", { viewport: { width: 375, height }, hasTouch: true }],
    ["a window in Dutch", { locale: "nl" }],
    ["a window of two columns in the card", { viewport: { width: 700, height } }],
    ["a tablet", { viewport: { width: 1024, height }, screen: { width: 1024, height: 768 }, ...mobile }],
    ["a phone", { viewport: { width: 390, height }, ...phone }],
    ["a phone in French", { viewport: { width: 390, height }, ...phone, locale: "fr" }],
    [
      "a phone, with the first code in the page",
      { viewport: { width: 390, height }, ...phone },
      "/?begin=server",
    ],
    [
      "a phone held sideways",
      { viewport: { width: 667, height }, ...mobile, screen: { width: 667, height: 375 } },
    ],
  ] as const)
    it(`do not shift while the widget's script loads, in ${where}`, async () => {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      await page.addInitScript(() => {
        // How many lines there are follows from the font. It is as wide as the ones that most people have.
        const font = new CSSStyleSheet();
        font.replaceSync(`body { font-family: "Liberation Sans", Arial !important }`);
        document.adoptedStyleSheets = [font];
        Object.assign(globalThis, { shift: 0 });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) {
            (globalThis as unknown as { shift: number }).shift += (
              entry as PerformanceEntry & { value: number }
            ).value;
          }
        }).observe({ type: "layout-shift", buffered: true });
      });
      await page.goto(demo.origin + path);
      await reachPhase(page, "pending");
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));

      assert.equal(await page.evaluate(() => (globalThis as unknown as { shift: number }).shift), 0);
      await context.close();
    });
});
