import { describe, it, before, after, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { isPoll, isStream } from "../../support/fault-proxy/fault-proxy.js";
import { until } from "../../support/until.js";
import { badGateway, visit, type Visit, keepsTo, neverPolledBesideAStream } from "./support/visit.js";
import type { KitSiteOptions } from "../../support/sites/kit-site.js";

/** Longer than any bound. A login that takes this long counts as lost. */
const lostMs = 80_000;

describe("A phone accepts while the connection", { concurrency: 5 }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());

  /** @param fault causes the fault, and returns the instant from which the page's time counts */
  async function bears(
    t: TestContext,
    row: string,
    fault: (visitor: Visit, accept: () => Promise<number>) => Promise<number>,
    options: KitSiteOptions = {},
  ): Promise<void> {
    const visitor = await visit(t, { browser, ...options });
    const accept = await visitor.scan();
    await until(() => visitor.proxy.requests.some(({ liveAt }) => liveAt !== undefined), "the stream");
    const since = await fault(visitor, accept);
    keepsTo(t, row, await visitor.loggedInAfter(since, lostMs));
    neverPolledBesideAStream(visitor.proxy.requests);
  }

  it("is dropped silently", (t) =>
    bears(
      t,
      "Dropped silently",
      async ({ proxy }, accept) => {
        await until(() => proxy.open().length === 1, "the end of the connections that carry nothing");
        proxy.treat({ kind: "stall" }, { connections: "open" });
        return accept();
      },
      { keepAliveSeconds: 1 },
    ));

  it("is dropped silently, and the idle connections with it", (t) =>
    bears(t, "Dropped silently, idle connections too", async ({ proxy }, accept) => {
      proxy.treat({ kind: "stall" }, { connections: "open" });
      return accept();
    }));

  it("is accepted by a server that does not answer", (t) =>
    bears(t, "Accepted, but never answered", async ({ proxy }, accept) => {
      proxy.treat({ kind: "stall" }, { connections: "new" });
      proxy.reset();
      await until(() => proxy.requests.filter(isPoll).length > 0, "a poll that nobody answers");
      await accept();
      // Connections that hang stay that way.
      proxy.treat({ kind: "pass" }, { connections: "new" });
      return Date.now();
    }));

  it("is cut", (t) =>
    bears(t, "Cut", async ({ proxy }, accept) => {
      proxy.cut();
      return accept();
    }));

  it("is reset", (t) =>
    bears(t, "Reset", async ({ proxy }, accept) => {
      proxy.reset();
      return accept();
    }));

  it("is reset in the middle of the event", (t) =>
    bears(t, "Reset in the middle of the event", async ({ proxy, context, page }, accept) => {
      proxy.treat({ kind: "halve", pauseMs: Infinity }, { connections: "open" });
      const devtools = await context.newCDPSession(page);
      await devtools.send("Network.enable");
      let hasFirstHalf = false;
      devtools.once("Network.dataReceived", () => (hasFirstHalf = true));
      await accept();
      await until(() => hasFirstHalf, "the first half");
      proxy.reset();
      return Date.now();
    }));

  it("is reset repeatedly", (t) =>
    bears(t, "Reset again and again", async ({ proxy }, accept) => {
      const again = setInterval(() => proxy.reset(), 400);
      try {
        await sleep(6_000);
        const at = await accept();
        await sleep(4_000);
        return at;
      } finally {
        clearInterval(again);
      }
    }));

  it("is refused for a while", (t) =>
    bears(t, "Refused for a while", async ({ proxy }, accept) => {
      await proxy.refuse();
      proxy.reset();
      await accept();
      await sleep(8_000);
      await proxy.accept();
      return Date.now();
    }));

  it("ends at a proxy that answers 502", (t) =>
    bears(t, "502 for a while", async ({ proxy, site }, accept) => {
      proxy.interfere(badGateway);
      await site.endStreams();
      await until(() => proxy.requests.filter(isStream).length > 1, "a stream that is answered 502");
      await accept();
      await sleep(5_000);
      proxy.interfere();
      return Date.now();
    }));

  it("stalls for a while", (t) =>
    bears(t, "Stalled for a while", async ({ proxy }, accept) => {
      proxy.treat({ kind: "stall" });
      await accept();
      await sleep(10_000);
      proxy.treat({ kind: "pass" });
      return Date.now();
    }));

  it("loses the answer to the login", (t) =>
    bears(t, "The login's answer is lost", async ({ proxy, page }, accept) => {
      proxy.interfere(({ path }) => {
        // The page gets the headers and half of the body. Without headers, Chromium itself would send the request again.
        if (path.endsWith("/login")) {
          proxy.treat({ kind: "trickle", bytes: 600, everyMs: lostMs, direction: "to the browser" });
        }
        return undefined;
      });
      const headers = page.waitForResponse(/\/login$/);
      await accept();
      await headers;
      proxy.interfere();
      proxy.treat({ kind: "pass" }, { connections: "new" });
      proxy.reset();
      return Date.now();
    }));
});
