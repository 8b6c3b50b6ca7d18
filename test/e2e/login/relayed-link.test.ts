import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { startKitSite, type KitSite } from "../../support/sites/kit-site.js";
import { until } from "../../support/until.js";

/** The numbers of docs/security.md, "A relayed link": many rounds of what `same-phone.test.ts` does once. */
describe("A link into the app, with a number", () => {
  let browser: Browser;
  let site: KitSite;
  const phone = { viewport: { width: 375, height: 720 }, isMobile: true, hasTouch: true } as const;

  before(async () => {
    [browser, site] = await Promise.all([
      launchBrowser(),
      startKitSite({ asksForNumber: true, limits: { startsPerAddress: false, startsPerBrowser: false } }),
    ]);
    site.show(
      "/",
      '<onegini-otp-login app-link="/app#otp={otp}&browser={browser}" redirect="/account"></onegini-otp-login>',
    );
    site.show("/app", "<p>The app</p>", { loads: false });
    site.show("/account", "<p>Your account</p>", { loads: false });
  });
  after(async () => {
    await browser.close();
    site.close();
  });

  /** Accepts a code. Resolves to what the app puts into the address. */
  async function accept(code: string): Promise<string> {
    const { id, message } = await site.phone.scan(code);
    await site.phone.answer(id, true);
    return `#otp-return=${/\d{4}/.exec(message)?.[0]}`;
  }

  it("logs in nobody if it is relayed, with a return each, 500 times; and the victim's browser calls nothing", async () => {
    const victim = await (await browser.newContext(phone)).newPage();
    const requested: string[] = [];
    victim.on("request", (request) => requested.push(request.url()));
    for (let link = 0; link < 500; link++) {
      const headers = { origin: site.origin, "content-type": "application/json" };
      const started = await fetch(`${site.origin}/otp-login`, { method: "POST", headers, body: "{}" });
      const cookie = started.headers.getSetCookie()[0]?.split(";")[0] ?? "";
      const { attempt, otp } = (await started.json()) as { attempt: string; otp: string };
      const appReturn = await accept(otp);
      // A new page for every tenth, and else the one that is open.
      if (link % 10 === 0) await victim.goto(`${site.origin}/?${link}${appReturn}`);
      else await victim.evaluate((hash) => (location.hash = hash), appReturn);
      await until(() => !victim.url().includes("#"), "the address without the number");
      const login = await fetch(`${site.origin}/otp-login/${attempt}/login`, {
        method: "POST",
        headers: { ...headers, cookie },
        body: "{}",
      });
      assert.equal(login.status, 403);
    }
    assert.deepEqual(
      requested.filter((url) => url.includes("/otp-login/") || url.endsWith("/otp-login")),
      [],
    );
    assert.equal(site.signIns(), 0);
  });

  it("logs in once if two pages come back at once, 50 times", async () => {
    for (let round = 0; round < 50; round++) {
      const context = await browser.newContext(phone);
      const tab = await context.newPage();
      await tab.goto(site.origin);
      await tab.getByRole("link", { name: "Continue", exact: true }).tap();
      await tab.waitForURL("**/app#*");
      const appReturn = await accept(new URLSearchParams(new URL(tab.url()).hash.slice(1)).get("otp") ?? "");
      const before = site.signIns();
      const pages: Page[] = [tab, await context.newPage()];
      await Promise.all(pages.map((page) => page.goto(`${site.origin}/${appReturn}`)));
      await Promise.all(pages.map((page) => page.waitForURL("**/account", { timeout: 30_000 })));
      assert.equal(site.signIns(), before + 1);
      await context.close();
    }
  });
});
