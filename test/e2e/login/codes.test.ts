import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Page } from "playwright-core";
import { until } from "../../support/until.js";
import { type BrowserWithTabs, launchBare, launchBrowserWithTabs, pressBack } from "../../support/browser.js";
import { settled } from "../../support/login-page.js";
import { type KitSite, startKitSite } from "../../support/sites/kit-site.js";
import { codeOn } from "../../support/qr.js";

const tag = "<onegini-otp-login></onegini-otp-login>";
const patienceMs = 30_000;

const reach = (page: Page, phase: string) =>
  page
    .locator(`onegini-otp-login:state(${phase})`)
    .first()
    .waitFor({ state: "attached", timeout: patienceMs });

describe("A code that would not be visible", () => {
  let browser: BrowserWithTabs;
  let site: KitSite;
  const pages: Page[] = [];

  before(async () => {
    [browser, site] = await Promise.all([launchBrowserWithTabs(), startKitSite()]);
  });
  after(async () => {
    await browser.close();
    site.close();
  });
  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.close()));
    site.calls.length = 0;
  });

  async function newPage(): Promise<Page> {
    const page = await browser.context.newPage();
    pages.push(page);
    return page;
  }

  async function open(body: string): Promise<Page> {
    site.show("/", body);
    const page = await newPage();
    await page.goto(site.origin);
    await page.waitForFunction(() => customElements.get("onegini-otp-login") !== undefined);
    return page;
  }

  /** Asserts that no code is requested before a change of the page, and that a code is shown after it. */
  async function beginsOnlyBy(page: Page, change: () => unknown): Promise<void> {
    await settled(page);
    assert.deepEqual(site.calls, [], "Nobody sees it.");
    await change();
    await reach(page, "pending");
    await codeOn(page);
    assert.equal(site.starts(), 1);
  }

  for (const [name, markup, show] of [
    ["is not rendered", `<main hidden>${tag}</main>`, "main.hidden = false"],
    ["is skipped", `<main style="content-visibility: hidden">${tag}</main>`, "main.style = ''"],
    ["is in closed details", `<main><details>${tag}</details></main>`, "main.firstChild.open = true"],
    ["is in a closed popover", `<main popover>${tag}</main>`, "main.showPopover()"],
    ["is below the fold", `<main style="padding-top: 5000px">${tag}</main>`, "scrollTo(0, 5000)"],
    [
      "is clipped by a box that scrolls",
      `<main style="height: 600px; overflow: auto"><p style="height: 5000px"></p>${tag}</main>`,
      "main.scrollTo(0, 6000)",
    ],
    [
      "is in a tab panel that is not chosen",
      `<main style="display: none"><section>${tag}</section></main>`,
      "main.style.display = 'block'",
    ],
  ] as const)
    it(`is not requested while the element ${name}`, async () => {
      const page = await open(markup);
      await beginsOnlyBy(page, () =>
        page.evaluate(`{ const main = document.querySelector("main"); ${show}; }`),
      );
    });

  it("is not requested in a background tab until the tab is shown", async () => {
    site.show("/", tag);
    const front = await newPage();
    await front.goto("about:blank");
    const devtools = await browser.context.newCDPSession(front);
    const opened = browser.context.waitForEvent("page");
    await devtools.send("Target.createTarget", { url: site.origin, background: true });
    const behind = await opened;
    pages.push(behind);
    await front.bringToFront();
    await behind.waitForFunction(() => customElements.get("onegini-otp-login") !== undefined, undefined, {
      polling: 100,
    });
    assert.equal(await behind.evaluate(() => document.visibilityState), "hidden");
    await beginsOnlyBy(behind, () => behind.bringToFront());
  });

  it("is visible in an inert element, as behind a page's own dialog, and can be scanned", async () => {
    const page = await open(`<main inert>${tag}</main>`);
    await reach(page, "pending");
    await site.phone.accept(await codeOn(page));
    await reach(page, "completed");
  });
});

describe("A page that is prerendered", () => {
  it("requests no code until the person opens it", async (t) => {
    const site = await startKitSite();
    t.after(site.close);
    // A browser does not prerender a page with developer tools. So the pages report to the server, and continue by themselves.
    const rules = `{"prerender":[{"urls":["/next"],"eagerness":"immediate"}]}`;
    site.show(
      "/",
      `<script>
        const go = async () => {
          if ((await fetch("/go")).ok) location.href = "/next";
          else setTimeout(go, 100);
        };
        go();</script>`,
      { head: `<script type="speculationrules">${rules}</script>` },
    );
    site.show(
      "/next",
      `${tag}<script type="module">
        await customElements.whenDefined("onegini-otp-login");
        const element = document.querySelector("onegini-otp-login");
        await fetch("/seen?prerendering=" + document.prerendering + "&" + element.state);
        document.addEventListener("prerenderingchange", () => fetch("/seen?activated"));
        element.addEventListener("statechange", () => fetch("/seen?" + element.state));</script>`,
    );
    t.after(await launchBare(site.origin));
    await until(
      () => site.asked.includes("/seen?prerendering=true&idle"),
      "the prerendered page",
      patienceMs,
    );
    const asked = () => site.asked.filter((path) => path === "/go").length;
    const before = asked();
    await until(() => asked() > before + 2, "three more requests of the page in front");
    assert.deepEqual(site.calls, [], "Nobody sees it.");
    site.show("/go", "");
    await until(() => site.asked.includes("/seen?activated"), "the person");
    await until(() => site.asked.includes("/seen?pending"), "the code");
    assert.equal(site.starts(), 1);
    assert.equal(
      site.asked.filter((path) => path === "/next").length,
      1,
      "It is the page that was prerendered.",
    );
  });
});

describe("A page that comes back from the back-forward cache", () => {
  let browser: BrowserWithTabs;
  let site: KitSite;
  before(async () => {
    [browser, site] = await Promise.all([launchBrowserWithTabs(), startKitSite()]);
  });
  after(async () => {
    await browser.close();
    site.close();
  });

  it("shows a new code after a login", async () => {
    site.show(
      "/",
      `${tag}<script>
      document.addEventListener("login", (event) => event.preventDefault());
      addEventListener("pageshow", ({ persisted }) => { document.title = persisted ? "restored" : "loaded"; });</script>`,
    );
    site.show("/account", "<p>The account</p>", { loads: false });
    const page = await browser.context.newPage();
    await page.goto(site.origin);
    await reach(page, "pending");
    const code = await codeOn(page);
    await site.phone.accept(code);
    await reach(page, "completed");
    await page.evaluate(() => location.assign("/account"));
    await page.waitForURL("**/account");
    await pressBack(page);
    await page.waitForURL(`${site.origin}/`, { waitUntil: "commit" });
    await reach(page, "pending");
    assert.equal(await page.title(), "restored");
    await site.phone.accept(await codeOn(page, code));
    await reach(page, "completed");
    await until(() => site.starts() === 2, "two starts");
  });
});
