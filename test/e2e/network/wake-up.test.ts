import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, launchBrowserWithTabs, pressBack } from "../../support/browser.js";
import {
  describeLog,
  type FaultProxy,
  isHeldPoll,
  isOfLogin,
  isPoll,
  isStream,
} from "../../support/fault-proxy/fault-proxy.js";
import { until } from "../../support/until.js";
import { keepsTo, neverPolledBesideAStream, visit, type Visit } from "./support/visit.js";

/** Longer than any bound. A login that takes this long counts as lost. */
const lostMs = 60_000;

describe("A phone accepts while the page", { concurrency: 4 }, () => {
  let browser: Browser;
  before(async () => {
    // Playwright disables the back-forward cache. People's browsers have it.
    browser = await launchBrowser([], { ignoreDefaultArgs: ["--disable-back-forward-cache"] });
  });
  after(() => browser.close());

  interface Tabs extends Visit {
    accept: () => Promise<number>;
    hide: () => Promise<void>;
    /** Gives the instant. */
    show: () => Promise<number>;
    setFrozen: (isFrozen: boolean) => Promise<void>;
  }

  /** The login page in a tab that can be hidden. */
  async function inTabs(t: TestContext): Promise<Tabs> {
    const { context, close } = await launchBrowserWithTabs();
    t.after(close);
    const other = await context.newPage();
    const newPage = async () => {
      const page = await context.newPage();
      await page.clock.install();
      return page;
    };
    const visitor = await visit(t, { browser, newPage });
    const accept = await visitor.scan();
    await live(visitor.proxy);
    const { page } = visitor;
    const devtools = await context.newCDPSession(page);
    return {
      ...visitor,
      accept,
      async hide() {
        await other.bringToFront();
        await seen(page, "hidden");
      },
      async show() {
        const at = Date.now();
        await page.bringToFront();
        return at;
      },
      async setFrozen(isFrozen) {
        await devtools.send("Page.setWebLifecycleState", { state: isFrozen ? "frozen" : "active" });
      },
    };
  }

  it("is hidden for long: it closes its stream, sends no requests, and gets the status when it is visible again", async (t) => {
    const { proxy, page, accept, hide, show, loggedInAfter } = await inTabs(t);
    const stream = proxy.requests.find(isStream);
    const hiddenAt = Date.now();
    await hide();
    await page.clock.runFor(25_000);
    await page.evaluate(() => fetch("/help"));
    assert.equal(stream?.endedAt, undefined, "The stream was closed too early.");
    await page.clock.runFor(8_000);
    await until(() => stream?.endedAt !== undefined, "the stream's end");
    await accept();
    const asked = () => proxy.requests.filter(isOfLogin).length;
    const before = asked();
    await page.clock.runFor(10_000);
    await page.evaluate(() => fetch("/help"));
    assert.equal(asked(), before, `It asked:\n${describeLog(proxy.requests, hiddenAt)}`);

    const seenAt = await show();
    keepsTo(t, "Hidden for long", await loggedInAfter(seenAt, lostMs));
    const since = proxy.requests.filter(({ at }) => at >= seenAt).filter(isOfLogin);
    assert.ok(since.filter(isStream).length <= 1, describeLog(since, seenAt));
    assert.ok(since.filter(isPoll).length <= 1, describeLog(since, seenAt));
    neverPolledBesideAStream(proxy.requests);
  });

  it("is hidden for a moment: it logs in while hidden", async (t) => {
    const { accept, hide, loggedInAfter } = await inTabs(t);
    await hide();
    keepsTo(t, "Hidden for a moment", await loggedInAfter(await accept(), lostMs));
  });

  it("is frozen in the background, and its connections are reset", async (t) => {
    const { proxy, accept, hide, show, setFrozen, loggedInAfter } = await inTabs(t);
    await hide();
    await setFrozen(true);
    proxy.reset();
    await accept();
    await setFrozen(false);
    keepsTo(t, "Frozen, connections reset", await loggedInAfter(await show(), lostMs));
  });

  it("is frozen in the background, and its connections are dropped silently", async (t) => {
    const { proxy, accept, hide, show, setFrozen, loggedInAfter } = await inTabs(t);
    await hide();
    await setFrozen(true);
    proxy.treat({ kind: "stall" }, { connections: "open" });
    await accept();
    await setFrozen(false);
    keepsTo(t, "Frozen, connections dropped silently", await loggedInAfter(await show(), lostMs));
  });

  it("is offline, and its connections end", async (t) => {
    const visitor = await visit(t, { browser });
    const { proxy, context, loggedInAfter } = visitor;
    const accept = await visitor.scan();
    await live(proxy);
    await context.setOffline(true);
    proxy.treat({ kind: "stall" });
    await until(() => proxy.requests.filter(isStream).every(({ endedAt }) => endedAt), "the stream's end");
    await accept();
    proxy.reset();
    proxy.treat({ kind: "pass" });
    const onlineAt = Date.now();
    await context.setOffline(false);
    keepsTo(t, "Offline and back", await loggedInAfter(onlineAt, lostMs));
    const asked = proxy.requests.filter(({ at }) => at >= onlineAt);
    assert.equal(asked.filter(isHeldPoll).length, 0, describeLog(asked, onlineAt));
  });

  it("is in the back-forward cache", async (t) => {
    const visitor = await visit(t, { browser });
    const { proxy, page, loggedInAfter } = visitor;
    const accept = await visitor.scan();
    await live(proxy);
    await page.getByRole("link", { name: "Help" }).click();
    await page.waitForURL("**/help");
    await until(() => proxy.requests.filter(isStream).every(({ endedAt }) => endedAt), "the stream's end");
    await accept();
    const backAt = Date.now();
    await pressBack(page);
    keepsTo(t, "Restored from the back-forward cache", await loggedInAfter(backAt, lostMs));
  });
});

const live = (proxy: FaultProxy): Promise<void> =>
  until(() => proxy.requests.some(({ liveAt }) => liveAt !== undefined), "the stream");

const seen = async (page: Page, state: DocumentVisibilityState): Promise<void> => {
  await page.waitForFunction((wanted) => document.visibilityState === wanted, state, { polling: 100 });
};
