import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it, type TestContext } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { Limits } from "onegini-otp-login/server";
import { Browser as Client } from "../../unit/server/support/browser.js";
import { site, type Site } from "../../unit/server/support/site.js";
import { until } from "../../support/until.js";
import { launchBrowser } from "../../support/browser.js";
import { openLoginPage, reachPhase } from "../../support/login-page.js";
import { codeOn } from "../../support/qr.js";
import { pluck } from "../../unit/server/support/events.js";

/** A page of a site whose limits are small. */
async function limitedSite(t: TestContext, limits: Partial<Limits>): Promise<Site> {
  const script = await readFile(new URL("../../../dist/onegini-otp-login.js", import.meta.url));
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Log in</title>
    <script type="module" src="/onegini-otp-login.js"></script><onegini-otp-login></onegini-otp-login></html>`;
  return site(t, {
    options: { limits },
    mount: (handler) => (req, res) => {
      if (req.url?.startsWith("/otp-login")) return handler(req, res);
      const isScript = req.url === "/onegini-otp-login.js";
      res.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
      res.end(isScript ? script : req.url === "/account" ? "Logged in." : page);
    },
  });
}

/** Waits until words can be read on the page. */
const read = (page: Page, words: string): Promise<void> => page.getByText(words).first().waitFor();

// Side by side: each test has its own site, and one waits until its limit is over.
describe("A limit that a person exceeds", { concurrency: true }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());

  async function open(where: Site, phase: string): Promise<Page> {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(where.origin);
    await reachPhase(page, phase);
    return page;
  }

  it("of starts from one address shows a message with the time to wait, after which the login works", async (t) => {
    const where = await limitedSite(t, { startsPerAddress: { count: 1, seconds: 15 } });
    await new Client(where).start();
    const page = await open(where, "failed");
    await read(page, "Too many tries");
    const button = page.getByRole("button", { name: "Try again" });
    await button.click();
    await reachPhase(page, "pending");
  });

  it("of starts of one browser shows a message", async (t) => {
    const where = await limitedSite(t, { startsPerBrowser: { count: 1, seconds: 60 } });
    const context = await browser.newContext();
    await openLoginPage(context, where.origin);
    await openLoginPage(context, where.origin);
    const page = await context.newPage();
    await page.goto(where.origin);
    await reachPhase(page, "failed");
    await read(page, "Too many tries");
  });

  it("of calls to the Token Server shows a message", async (t) => {
    const where = await limitedSite(t, { tokenServerCalls: { count: 1, seconds: 60 } });
    await new Client(where).start();
    const page = await open(where, "failed");
    // For a minute, so a button could not help.
    await read(page, "Phone login is paused");
  });

  for (const limit of ["streamsPerNode", "streamsPerBrowser"] as const) {
    it(`of ${limit} leaves the code in place, and the login completes`, async (t) => {
      const where = await limitedSite(t, { [limit]: 1 });
      const context = await browser.newContext();
      const first = await openLoginPage(context, where.origin);
      await until(
        () => where.events.filter(({ type }) => type === "attempt_started").length === 1,
        "the start",
        30_000,
      );
      const page = await openLoginPage(context, where.origin);
      const isRefused = () => where.events.some((event) => event.type === "limited" && event.limit === limit);
      await until(isRefused, "the stream to be rejected");
      const otp = await codeOn(page);
      await (await where.emulator.phone("anna")).handleMobileAuthWithOtp(otp);
      await page.getByText("Logged in.").waitFor();
      assert.deepEqual(pluck(where.logins, "userId"), ["anna"]);
      await first.close();
    });
  }
});
