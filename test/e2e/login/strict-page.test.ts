import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import { otp } from "../../element/support/models.js";
import { launchBrowser } from "../../support/browser.js";
import { codeOn } from "../../support/qr.js";
import { started, startStrictSite, strictPhases, type StrictSite } from "../../support/sites/strict-site.js";

/** Opens a page and records its policy violations and other errors. */
async function open(browser: Browser, site: StrictSite): Promise<{ page: Page; wrong: string[] }> {
  const page = await (await browser.newContext()).newPage();
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => {
    if (/Content Security Policy|TrustedHTML|TrustedScript/.test(message.text())) wrong.push(message.text());
  });
  await page.goto(site.origin);
  return { page, wrong };
}

describe("The built file under a strict policy", () => {
  let browser: Browser;
  let site: StrictSite;

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await site.close();
  });

  for (const [name, { attributes = "", script = {}, phase }] of Object.entries(strictPhases))
    it(`shows ${name} without a violation`, async () => {
      site = await startStrictSite(
        `<onegini-otp-login endpoint="/otp-login" ${attributes}></onegini-otp-login>`,
      );
      site.script = { start: started(otp), ...script };
      const { page, wrong } = await open(browser, site);
      await page.locator(`onegini-otp-login:state(${phase})`).waitFor();
      if (phase === "pending" && !script.start) {
        assert.equal(await codeOn(page), otp);
        await page.getByRole("button", { name: "Enlarge QR code" }).click();
        await page.getByRole("dialog").waitFor();
        assert.equal(await codeOn(page.getByRole("dialog")), otp);
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "hidden" });
      }
      const styles = await page.evaluate(() => document.querySelectorAll("style, [style]").length);
      assert.equal(styles, 0);
      assert.deepEqual(wrong, []);
    });

  it("uses the language of a locale file beside it", async () => {
    site = await startStrictSite(
      `<onegini-otp-login endpoint="/otp-login" redirect="/never"></onegini-otp-login>`,
      "nl-BE",
    );
    site.script = { start: started(otp), statuses: ["approved"] };
    const page = await (await browser.newContext()).newPage();
    // A script in the page reads the text, because Playwright gets no answer from a page that is about to be left.
    await page.addInitScript(() =>
      document.addEventListener("login", ({ target }) =>
        setTimeout(() => console.log("seen:", (target as Element).shadowRoot?.textContent)),
      ),
    );
    const seen = page.waitForEvent("console", (message) => message.text().startsWith("seen:"));
    await page.goto(site.origin);
    const text = (await seen).text();
    for (const words of ["Inloggen met je telefoon", "Je bent ingelogd", "De volgende pagina opent…"])
      assert.ok(text.includes(words), text);
  });
});
