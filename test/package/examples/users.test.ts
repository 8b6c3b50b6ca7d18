import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { codeOn } from "../../support/qr.js";
import { freePort } from "../../support/services/free-port.js";
import { installExample, startEmulator, startExample } from "../support/packed-package.js";

/** Unknown and blocked users of the examples that have accounts, and a phone that somebody adds who is logged in. */

let browser: Browser;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());

const reads = (page: Page, text: string) => page.getByText(text, { exact: true }).first().waitFor();

for (const { name, blockedUser } of [
  { name: "express", blockedUser: "blocked-user" },
  // Nobody can ban a user there without an administrator: test/e2e/login/refused-login.test.ts has one.
  { name: "better-auth", blockedUser: undefined },
])
  test(`${name} sends an unknown user on, and adds a phone to the account of somebody who is logged in`, async () => {
    const example = await installExample(name);
    const emulator = await startEmulator(example);
    const variables = { PORT: String(await freePort()), TOKEN_SERVER: emulator.origin };
    const site = await startExample(example, variables);
    const { phone } = emulator;
    for (const user of ["second-phone", "third-phone", "blocked-user"]) await phone.enroll(user);

    /** A new browser in which this user has accepted the login page's code. */
    const accepted = async (user: string): Promise<Page> => {
      const page = await (await browser.newContext()).newPage();
      await page.goto(site.origin);
      await phone.accept(await codeOn(page), user);
      return page;
    };
    const loggedIn = async (user: string): Promise<Page> => {
      const page = await accepted(user);
      await page.waitForURL(`${site.origin}/account`);
      await reads(page, "Logged in as demo-user");
      return page;
    };
    /** Accepts the account page's code. */
    const addPhone = async (page: Page, user: string): Promise<void> => {
      await reads(page, "Add a phone");
      await page.getByRole("button", { name: "Show QR code" }).click();
      const { id, message } = await phone.scan(await codeOn(page), user);
      assert.match(message, /^Add this phone to your account /);
      await phone.answer(id, true);
    };

    /** Where the account page sends somebody who is not logged in. */
    const loginPage = `${site.origin}/?next=%2Faccount`;
    const stranger = await accepted("second-phone");
    await stranger.waitForURL(`${site.origin}/register`);
    await stranger.goto(`${site.origin}/account`);
    assert.equal(stranger.url(), loginPage);

    if (blockedUser !== undefined) {
      const blocked = await accepted(blockedUser);
      await reads(blocked, "This account is blocked");
      await reads(blocked, "Call us at 0800 1234.");
      await blocked.goto(`${site.origin}/account`);
      assert.equal(blocked.url(), loginPage);
    }

    const owner = await loggedIn("demo-user");
    const again = owner.waitForEvent("framenavigated");
    await addPhone(owner, "second-phone");
    await again;
    assert.equal(owner.url(), `${site.origin}/account`);
    await loggedIn("second-phone");

    if (blockedUser !== undefined) {
      await addPhone(owner, blockedUser);
      await reads(owner, "This phone can’t be added");
    }

    // The session ends while the code is shown.
    await owner.reload();
    await reads(owner, "Add a phone");
    await owner.context().clearCookies({ name: /session/ });
    await addPhone(owner, "third-phone");
    await reads(owner, "This phone can’t be added");
    await (await accepted("third-phone")).waitForURL(`${site.origin}/register`);

    await site.stop();
    await emulator.stop();
  });
