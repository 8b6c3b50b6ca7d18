import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Page } from "playwright-core";
import { demoInBrowser, type DemoInBrowser } from "../../support/demo/demo.js";
import { settled } from "../../support/login-page.js";
import { firstPaintSite, type FirstPaintSite } from "../../support/sites/first-paint-site.js";

/** What the login needs and older browsers lack. Each function runs in a page before the page's own scripts. */
const removals = {
  "URL.canParse()": () => void delete (URL as Partial<typeof URL>).canParse,
  "checkVisibility()": () => void delete (Element.prototype as Partial<Element>).checkVisibility,
};

describe("A browser that lacks what the login needs", () => {
  let given: DemoInBrowser;
  let site: FirstPaintSite;
  let page: Page;
  const closing: (() => void)[] = [];
  // It fails a test whose page had an uncaught error.
  demoInBrowser((value) => (given = value));

  before(async () => {
    site = await firstPaintSite({ after: (close) => closing.push(close as () => void) });
  });
  after(async () => {
    await site.kit.close();
    for (const close of closing) close();
  });
  beforeEach(async () => {
    page = await given.context.newPage();
  });
  afterEach(() => assert.deepEqual(site.calls, [], "It requests no code."));

  for (const [feature, remove] of Object.entries(removals)) {
    for (const way of ["tag", "early"] as const)
      it(`shows the element's children: ${feature}, ${way}`, async () => {
        await page.addInitScript(remove);
        await page.goto(site.page(way));
        await settled(page);
        assert.ok(await page.getByText("Log in by post").isVisible());
        assert.equal(await page.locator("onegini-otp-login").evaluate(({ shadowRoot }) => shadowRoot), null);
      });

    it(`can import the classes: ${feature}`, async () => {
      await page.addInitScript(remove);
      await page.goto(site.page("tag"));
      const names = await page.evaluate(
        async (file) => Object.keys((await import(file)) as object),
        "/onegini-otp-login.js",
      );
      assert.ok(names.includes("OneginiOtpLogin"), names.join());
    });
  }

  it("reads on the demo's login page that it is too old", async () => {
    await page.addInitScript(removals["URL.canParse()"]);
    await page.goto(given.demo.origin);
    await page.getByText("To log in with your phone, use a newer browser").waitFor();
  });
});
