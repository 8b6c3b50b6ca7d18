import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { acceptOnPhone, installExample, startEmulator, startExample } from "../support/examples.js";

/** Each example of a server: a whole login through its own page. */

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

for (const name of ["express"])
  test(`${name} logs in`, async () => {
    const example = await installExample(name);
    const emulator = await startEmulator(example);
    const site = await startExample(example, { TOKEN_SERVER: emulator.origin });
    const page = await browser.newPage();
    await page.goto(site.origin);
    await acceptOnPhone(page, emulator);
    await page.waitForURL(`${site.origin}/account`);
    assert.equal((await page.textContent("body"))?.trim(), "Logged in as demo-user");
    await page.context().clearCookies();
    await page.goto(`${site.origin}/account`);
    assert.equal(page.url(), `${site.origin}/`);
    await page.close();
  });
