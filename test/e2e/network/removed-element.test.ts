import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { describeLog, isHeldPoll, isOfLogin } from "../../support/fault-proxy/fault-proxy.js";
import { until } from "../../support/until.js";
import { badGateway, visit, type Visit, withoutStreams } from "./support/visit.js";

/** The documented second, and a margin for a busy machine. By itself a stream or a held poll would end later. */
const endMs = 10_000;

describe("An element that is removed", { concurrency: 5 }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());

  /** @param reach brings the page to the moment of the removal */
  async function sendsNothing(t: TestContext, reach: (visitor: Visit) => Promise<void>): Promise<void> {
    const newPage = async () => {
      const context = await browser.newContext();
      t.after(() => context.close());
      const page = await context.newPage();
      await page.clock.install();
      return page;
    };
    const visitor = await visit(t, { browser, newPage, codeSeconds: 8 });
    const { proxy, page } = visitor;
    await reach(visitor);
    await page.evaluate(() => document.querySelector("onegini-otp-login")?.remove());
    const removedAt = Date.now();
    const underWay = () => proxy.requests.filter((request) => isOfLogin(request) && !request.endedAt);
    await until(() => underWay().length === 0, "the end of the requests under way", endMs);
    const before = proxy.requests.filter(isOfLogin).length;
    proxy.interfere();
    proxy.treat({ kind: "pass" });
    proxy.reset();
    // Every timer that the element may have left behind fires. A request of the page comes after those of the element.
    await page.clock.runFor(120_000);
    await page.evaluate(() => fetch("/help"));
    assert.equal(proxy.requests.filter(isOfLogin).length, before, describeLog(proxy.requests, removedAt));
  }

  it("during held polls leaves no request, and sends no more", (t) =>
    sendsNothing(t, async ({ proxy }) => {
      proxy.interfere(withoutStreams["404 with HTML"]);
      proxy.reset();
      await until(() => proxy.requests.some(isHeldPoll), "a poll");
    }));

  it("while the network stalls leaves no request, and sends no more", (t) =>
    sendsNothing(t, async ({ proxy }) => {
      proxy.treat({ kind: "stall" });
      const isRenewed = () => proxy.requests.some(({ path }) => path.endsWith("/otp"));
      await until(isRenewed, "a renewal without an answer");
    }));

  it("between two tries to reconnect sends no request", (t) =>
    sendsNothing(t, async ({ proxy }) => {
      proxy.interfere(badGateway);
      proxy.reset();
      await until(() => proxy.requests.filter(isHeldPoll).length > 1, "polls that fail");
    }));

  it("during a login without an answer leaves no request, and sends no more", (t) =>
    sendsNothing(t, async ({ proxy, scan }) => {
      const accept = await scan();
      proxy.interfere(({ path }) => {
        if (path.endsWith("/login")) proxy.treat({ kind: "stall" });
        return undefined;
      });
      await accept();
      await until(() => proxy.requests.some(({ path }) => path.endsWith("/login")), "the login");
    }));
});
