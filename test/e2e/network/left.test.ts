import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { describeLog, isHeldPoll, isOfLogin } from "../../support/fault-proxy.js";
import { until } from "../../support/until.js";
import { badGateway, withoutStreams } from "./support/answers.js";
import { visit, type Visitor } from "./support/visitor.js";

/** The next code would be asked for, and every repetition be due, in less. */
const quietMs = 7_000;

describe("An element that is removed", { concurrency: 5, timeout: 120_000 }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());

  /** @param reach brings the page to where it is removed */
  async function leavesNothing(t: TestContext, reach: (visitor: Visitor) => Promise<void>): Promise<void> {
    const visitor = await visit(t, { browser, codeSeconds: 8 });
    const { proxy, page } = visitor;
    await reach(visitor);
    await page.evaluate(() => document.querySelector("onegini-otp-login")?.remove());
    const removedAt = Date.now();
    const underWay = () => proxy.requests.filter((request) => isOfLogin(request) && !request.endedAt);
    await until(() => underWay().length === 0, "the end of what was under way", 1_000);
    const before = proxy.requests.length;
    await sleep(quietMs);
    assert.equal(proxy.requests.length, before, describeLog(proxy.requests, removedAt));
    // The proxy can do what it did to a page that still listens.
    proxy.interfere();
    proxy.treat({ kind: "pass" });
    proxy.reset();
    await sleep(500);
    assert.equal(proxy.requests.length, before, describeLog(proxy.requests, removedAt));
    assert.deepEqual(proxy.open(), [], "No connection is made again.");
  }

  it("from a live stream leaves no request and no connection behind", (t) =>
    leavesNothing(t, ({ proxy }) =>
      until(() => proxy.requests.some(({ liveAt }) => liveAt !== undefined), "the stream"),
    ));

  it("from polls that are held leaves nothing behind", (t) =>
    leavesNothing(t, async ({ proxy }) => {
      proxy.interfere(withoutStreams["404 with HTML"]);
      proxy.reset();
      await until(() => proxy.requests.some(isHeldPoll), "a poll", 10_000);
    }));

  it("from a network that stands still leaves nothing behind", (t) =>
    leavesNothing(t, async ({ proxy }) => {
      proxy.treat({ kind: "stall" });
      const isRenewed = () => proxy.requests.some(({ path }) => path.endsWith("/otp"));
      await until(isRenewed, "a renewal that hangs", 10_000);
    }));

  it("between two tries leaves nothing behind", (t) =>
    leavesNothing(t, async ({ proxy }) => {
      proxy.interfere(badGateway);
      proxy.reset();
      await until(() => proxy.requests.filter(isHeldPoll).length > 1, "polls that fail", 10_000);
    }));

  it("from a login that hangs leaves nothing behind", (t) =>
    leavesNothing(t, async ({ proxy, scan }) => {
      const accept = await scan();
      proxy.interfere(({ path }) => {
        if (path.endsWith("/login")) proxy.treat({ kind: "stall" });
        return undefined;
      });
      await accept();
      await until(() => proxy.requests.some(({ path }) => path.endsWith("/login")), "the login");
    }));
});
