import assert from "node:assert/strict";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import {
  acceptOnPhone,
  installExample,
  startEmulator,
  startExample,
  type Example,
} from "../support/packed-package.js";

/** The example without a bundler. */

let browser: Browser;
let example: Example;
before(async () => {
  [browser, example] = await Promise.all([launchBrowser(), installExample("html")]);
});
after(() => browser.close());

const isDefined = (page: Page): Promise<boolean> =>
  page.evaluate(() => customElements.get("onegini-otp-login") !== undefined);

test("the page logs in, and with the hash it refuses a file that has changed", async () => {
  const emulator = await startEmulator(example);
  const page = await browser.newPage();

  await example.run("integrity");
  const file = join(example.folder, "node_modules/onegini-otp-login/dist/onegini-otp-login.js");
  const original = await readFile(file);
  await appendFile(file, "// changed");
  const changed = await startExample(example, { TOKEN_SERVER: emulator.origin });
  const refusal = page.waitForEvent("console", (message) => message.text().includes("'integrity'"));
  await page.goto(changed.origin);
  await refusal;
  assert.equal(await isDefined(page), false);
  await changed.stop();

  await writeFile(file, original);
  const site = await startExample(example, { TOKEN_SERVER: emulator.origin });
  await page.goto(site.origin);
  await acceptOnPhone(page, emulator);
  await page.getByText("Logged in as demo-user", { exact: true }).waitFor();
  assert.equal(emulator.codes(), 1);
  const cookies = await page.context().cookies();
  assert.ok(cookies.some(({ name }) => name === "session"));
});
