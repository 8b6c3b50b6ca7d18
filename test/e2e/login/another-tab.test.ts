import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Browser, BrowserContext, CDPSession, Page } from "playwright-core";
import { launchBrowser, launchBrowserWithTabs, type BrowserWithTabs } from "../../support/browser.js";
import { phaseOf, reachPhase, settled } from "../../support/login-page.js";
import { startKitSite, type KitSite } from "../../support/sites/kit-site.js";
import { holds, until } from "../../support/until.js";

/** The scheme belongs to no app: the page stays, as it does when a phone opens the app beside the browser. */
const widget = '<onegini-otp-login app-link="myapp://qrlogin?otp={otp}" redirect="#in"></onegini-otp-login>';
const countLogins = '<script>logins = 0; addEventListener("login", () => logins++)</script>';
const phone = { viewport: { width: 375, height: 720 }, isMobile: true, hasTouch: true } as const;

const appLink = (page: Page) => page.getByRole("link", { name: /^(Continue|Go back to the app)$/ });

/** The code that the app gets by the app's button. */
const codeFor = async (page: Page): Promise<string> =>
  new URL(String(await appLink(page).getAttribute("href"))).searchParams.get("otp") ?? "";

/** Presses the app's button, and returns the code that the app gets. */
async function leaveForApp(page: Page): Promise<string> {
  const code = await codeFor(page);
  await appLink(page).click();
  return code;
}

/** For a hidden page: `reachPhase` waits for animation frames, and a hidden page has none. */
const reachHiddenPhase = (page: Page, phase: string) =>
  until(async () => (await phaseOf(page)) === phase, `${phase} in a hidden page`);

/** What the page did after its login. */
const ending = (page: Page) =>
  page.evaluate(() => ({
    logins: (globalThis as unknown as { logins: number }).logins,
    hash: location.hash,
    // How what is kept has ended.
    kept: Object.values({ ...localStorage }).map((text: string) => text.split(" ")[2]),
  }));
const finishedHere = { logins: 1, hash: "#in", kept: ["completed"] };
const finishedElsewhere = { logins: 0, hash: "", kept: ["completed"] };

describe("A person who left for the app and comes back", () => {
  let tabs: BrowserWithTabs;
  let site: KitSite;
  let signedIn: number;

  before(async () => {
    [tabs, site] = await Promise.all([launchBrowserWithTabs(), startKitSite()]);
    site.show("/", widget, { head: countLogins });
    site.show("/empty", "", { loads: false });
  });
  after(async () => {
    await tabs.close();
    site.close();
  });
  beforeEach(async () => {
    const page = await openTab("/empty");
    await page.evaluate(() => localStorage.clear());
    site.calls.length = 0;
    signedIn = site.signIns();
  });
  afterEach(async () => {
    // The first page stays: without any the browser would end.
    const [, ...others] = tabs.context.pages();
    await Promise.all(others.map((page) => page.close()));
  });

  const signIns = () => site.signIns() - signedIn;

  /** A new tab of a phone's size, in front. */
  async function openTab(path = "/", prepare?: (page: Page, devtools: CDPSession) => Promise<unknown>) {
    const page = await tabs.context.newPage();
    const devtools = await tabs.context.newCDPSession(page);
    await devtools.send("Emulation.setDeviceMetricsOverride", {
      width: 375,
      height: 720,
      deviceScaleFactor: 1,
      mobile: true,
    });
    await devtools.send("Emulation.setTouchEmulationEnabled", { enabled: true });
    await prepare?.(page, devtools);
    await page.goto(site.origin + path);
    await page.bringToFront();
    return page;
  }

  const isHidden = (page: Page) => page.evaluate(() => document.visibilityState === "hidden");

  it("in a new tab is logged in there; the old tab shows that, without an event and without going anywhere", async () => {
    const old = await openTab();
    const code = await leaveForApp(old);
    const returned = await openTab();
    await appLink(returned).waitFor();
    await until(() => isHidden(old), "the old tab to be hidden");

    await site.phone.accept(code);
    await reachPhase(returned, "completed");
    await old.bringToFront();
    await reachPhase(old, "completed");

    assert.deepEqual(await ending(returned), finishedHere);
    assert.deepEqual(await ending(old), finishedElsewhere);
    await old.getByRole("paragraph").getByText("You’re logged in", { exact: true }).waitFor();
    assert.equal(await old.getByText("Opening the next page…").count(), 0);
    assert.equal(site.starts(), 1);
    assert.equal(signIns(), 1);
  });

  it("in a new tab after the acceptance is logged in there", async () => {
    const old = await openTab();
    const code = await leaveForApp(old);
    await openTab("/empty");
    await site.phone.accept(code);
    await reachHiddenPhase(old, "approved");

    const returned = await openTab();
    await reachPhase(returned, "completed");

    assert.deepEqual(await ending(returned), finishedHere);
    assert.equal(site.starts(), 1);
    assert.equal(signIns(), 1);
  });

  it("in the old tab is logged in there; a new tab that was opened meanwhile shows that", async () => {
    const old = await openTab();
    const code = await leaveForApp(old);
    const other = await openTab();
    await appLink(other).waitFor();
    await old.bringToFront();
    await until(() => isHidden(other), "the new tab to be hidden");

    await site.phone.accept(code);
    await reachPhase(old, "completed");
    await other.bringToFront();
    await reachPhase(other, "completed");

    assert.deepEqual(await ending(old), finishedHere);
    assert.deepEqual(await ending(other), finishedElsewhere);
    assert.equal(signIns(), 1);
  });

  it("is logged in by the tab that is shown first, not by a hidden one", async () => {
    const old = await openTab();
    const code = await leaveForApp(old);
    await openTab("/empty");

    await site.phone.accept(code);
    await reachHiddenPhase(old, "approved");
    await settled(old);
    assert.equal(signIns(), 0);
    await old.bringToFront();
    await reachPhase(old, "completed");

    assert.deepEqual(await ending(old), finishedHere);
    assert.equal(signIns(), 1);
  });

  it("after the attempt's time finds a new attempt, and the old one is forgotten", async () => {
    await leaveForApp(await openTab());
    const returned = await openTab("/", (page) => page.clock.install({ time: Date.now() + 600_000 }));
    await appLink(returned).waitFor();

    assert.equal(site.starts(), 2);
    assert.deepEqual((await ending(returned)).kept, []);
  });

  it("is logged in by the hidden tab if the browser's storage is blocked, and a new tab starts an attempt", async () => {
    const block = (page: Page) =>
      page.addInitScript(() => {
        for (const storage of ["localStorage", "sessionStorage"])
          Object.defineProperty(globalThis, storage, {
            get() {
              throw new DOMException("Storage is blocked.", "SecurityError");
            },
          });
      });
    const old = await openTab("/", block);
    const code = await leaveForApp(old);
    const other = await openTab("/", block);
    await appLink(other).waitFor();
    await until(() => isHidden(old), "the old tab to be hidden");
    assert.equal(site.starts(), 2);

    await site.phone.accept(code);
    await reachHiddenPhase(old, "completed");
    assert.equal(await phaseOf(other), "pending");
    assert.equal(signIns(), 1);
  });

  it("finds the attempt although another one of the browser has ended", async () => {
    const bystander = await openTab();
    const ended = await appLink(bystander).getAttribute("href");
    const old = await openTab();
    await appLink(old).waitFor();
    assert.equal(site.starts(), 2, "Nobody had left for the app.");
    const code = await leaveForApp(old);
    await site.phone.deny(new URL(String(ended)).searchParams.get("otp") ?? "");
    await reachHiddenPhase(bystander, "denied");

    const returned = await openTab();
    await appLink(returned).waitFor();
    await site.phone.accept(code);
    await reachPhase(returned, "completed");
    assert.equal(site.starts(), 2);
  });
});

/** Playwright makes every page of these browsers visible, as windows beside each other are. */
describe("Two visible pages of an attempt that left for the app", () => {
  let browser: Browser;
  let site: KitSite;
  let context: BrowserContext;
  let signedIn: number;

  before(async () => {
    [browser, site] = await Promise.all([launchBrowser(), startKitSite()]);
    site.show("/", widget, { head: countLogins });
  });
  after(async () => {
    await browser.close();
    site.close();
  });
  beforeEach(async () => {
    context = await browser.newContext(phone);
    site.calls.length = 0;
    signedIn = site.signIns();
  });
  afterEach(() => context.close());

  const signIns = () => site.signIns() - signedIn;

  async function load(page: Page): Promise<Page> {
    await page.goto(site.origin);
    await appLink(page).waitFor();
    return page;
  }

  const open = async (): Promise<Page> => load(await context.newPage());

  async function openTwo(): Promise<{ pages: [Page, Page]; code: string }> {
    const left = await open();
    const code = await leaveForApp(left);
    return { pages: [left, await open()], code };
  }

  async function bothComplete(pages: Page[]): Promise<number[]> {
    await Promise.all(pages.map((page) => reachPhase(page, "completed")));
    const endings = await Promise.all(pages.map(ending));
    for (const { logins, hash, kept } of endings) {
      assert.equal(hash, logins === 1 ? "#in" : "");
      assert.deepEqual(kept, ["completed"]);
    }
    return endings.map(({ logins }) => logins).sort();
  }

  /** Two pages of a browser, again and again. */
  async function logInTogether(times: number): Promise<void> {
    const own = await browser.newContext(phone);
    const [left, right] = [await own.newPage(), await own.newPage()];
    for (let run = 1; run <= times; run++) {
      const code = await codeFor(await load(left));
      // After a real press, Chromium asks about the app in a box of its own, and the tab takes no second press.
      await appLink(left).dispatchEvent("click");
      await load(right);
      await site.phone.accept(code);
      assert.deepEqual(await bothComplete([left, right]), [0, 1], `run ${run}`);
    }
    await own.close();
  }

  it("log in once, 50 times", async () => {
    // Five browsers at a time, because most of a run is waiting.
    await Promise.all(Array.from({ length: 5 }, () => logInTogether(10)));
    assert.equal(site.starts(), 50);
    assert.equal(signIns(), 50);
  });

  it("log in once on a slow network", async () => {
    const { pages, code } = await openTwo();
    for (const page of pages) {
      const devtools = await context.newCDPSession(page);
      const throughput = { downloadThroughput: -1, uploadThroughput: -1 };
      await devtools.send("Network.enable");
      await devtools.send("Network.emulateNetworkConditions", {
        offline: false,
        latency: 2_000,
        ...throughput,
      });
    }
    await site.phone.accept(code);
    assert.deepEqual(await bothComplete(pages), [0, 1]);
    assert.equal(signIns(), 1);
  });

  /** Stops a page's scripts, by a request that they wait for. Resolves when they have stopped, to what continues them. */
  async function halt(page: Page): Promise<() => Promise<void>> {
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    await page.route("**/halt", async (route) => {
      await answered;
      await route.fulfill();
    });
    const asked = page.waitForRequest("**/halt");
    const halted = page.evaluate(() => {
      const request = new XMLHttpRequest();
      request.open("GET", "/halt", false);
      request.send();
    });
    await asked;
    return () => (answer(), halted);
  }

  /** Lets one page log in alone up to its login request, which `treat` gets. Resolves when it is there. */
  async function claimIn(page: Page, other: Page, code: string, treat: () => unknown): Promise<void> {
    const continueOther = await halt(other);
    const asked = page.waitForRequest("**/login");
    await page.route("**/login", async (route) => {
      treat();
      if (treat === forward) await route.fetch();
    });
    await site.phone.accept(code);
    await asked;
    if (treat === forward) await until(() => signIns() === 1, "signIn");
    await continueOther();
  }
  const forward = () => undefined;

  /** Ends a page's process, as a phone does. If the page were closed, its login request that is held here would be sent. */
  async function kill(page: Page): Promise<void> {
    const devtools = await context.newCDPSession(page);
    const crashed = page.waitForEvent("crash");
    // It has no answer.
    void devtools.send("Page.crash").catch(() => undefined);
    await crashed;
  }

  it("log in although the phone kills the page that was about to", async () => {
    const { pages, code } = await openTwo();
    const [killed, other] = pages;
    await claimIn(killed, other, code, () => undefined);
    await reachPhase(other, "approved");
    assert.equal(signIns(), 0);

    await kill(killed);
    await reachPhase(other, "completed");
    assert.deepEqual(await ending(other), finishedHere);
    assert.equal(signIns(), 1);
  });

  it("log in once if the phone kills the page that did before it got the answer", async () => {
    const { pages, code } = await openTwo();
    const [killed, other] = pages;
    await claimIn(killed, other, code, forward);
    await kill(killed);
    await reachPhase(other, "completed");
    assert.deepEqual(await ending(other), finishedElsewhere);
    assert.equal(signIns(), 1);
  });

  it("log in although the page that did lost the answer: loaded again it repeats its login", async () => {
    const left = await open();
    const code = await leaveForApp(left);
    let isFirst = true;
    await left.route("**/login", async (route) => {
      if (!isFirst) return route.continue();
      isFirst = false;
      await route.fetch();
    });
    await site.phone.accept(code);
    await until(() => signIns() === 1, "signIn");
    holds((await left.evaluate(() => localStorage.length)) === 1);

    await left.goto(site.origin);
    await reachPhase(left, "completed");
    assert.deepEqual(await ending(left), finishedHere);
    assert.equal(signIns(), 2);
    assert.equal(site.starts(), 1);
  });

  it("keep nothing but the attempt's id, its end, its mark and its page in the storage", async () => {
    const left = await open();
    await leaveForApp(left);
    const kept = await left.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
    assert.match(
      kept,
      /^\{"onegini-otp-login http:[^"]+":"[\w-]{22} \d{13} open( http:\/\/localhost:\d+\/[^ ]*)?"\}$/,
    );
  });
});
