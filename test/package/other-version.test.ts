import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createPhone } from "onegini-otp-login/emulator";
import { en } from "../../src/locales/en.js";
import { launchBrowser } from "../support/browser.js";
import { reachPhase } from "../support/login-page.js";
import { codeOn } from "../support/qr.js";
import { builtSite } from "./support/built-site.js";

/** During a rolling upgrade a page may get its element from one version, and its language and `early.js` from the other. */

const before = "test/package/version-before";
const today = "dist";

const page = (scripts: readonly string[]): string => `<!doctype html><html lang="nl"><title>Login</title>
${scripts.join("\n")}
<onegini-otp-login endpoint="/otp-login" redirect="/account"></onegini-otp-login>`;
const early = '<script src="/early.js" data-endpoint="/otp-login"></script>';
const dutch = '<script type="module" src="/locales/nl.js"></script>';
const element = '<script type="module" src="/onegini-otp-login.js"></script>';

/** Keys whose words have changed since, and whose meaning has not. */
const reworded = new Set(["scannedHint", "deniedHint", "expiredHint", "loginFailedHint"]);

const placeholdersOf = (text: string): string[] => (text.match(/\{\w*\}|\*\*/g) ?? []).sort();

describe("The version before", () => {
  test("has messages whose keys mean the same today, with the same placeholders", async () => {
    const path = `../../${before}/locales/en.js`;
    const { en: old } = (await import(path)) as { en: Record<string, string> };
    const now: Readonly<Record<string, string | undefined>> = { ...en };
    for (const [key, text] of Object.entries(old)) {
      const words = now[key];
      // English takes its place.
      if (words === undefined) continue;
      assert.deepEqual(placeholdersOf(words), placeholdersOf(text), key);
      if (!reworded.has(key))
        assert.equal(words, text, `${key}: a text with another meaning needs another key; else add it here`);
    }
  });

  for (const [name, elements, others] of [
    ["today's element with the language and the early.js of the version before", today, before],
    ["the element of the version before with today's language and early.js", before, today],
  ] as const)
    test(`logs in: ${name}`, async (t) => {
      const { origin, tokenServer } = await builtSite(t, page([early, element, dutch]), (path) =>
        path === "/onegini-otp-login.js" ? elements : others,
      );
      const browser = await launchBrowser();
      t.after(() => browser.close());
      const tab = await browser.newPage();
      const errors: string[] = [];
      tab.on("pageerror", (error) => errors.push(String(error)));
      const starts: string[] = [];
      tab.on("request", (request) => {
        if (request.url() === `${origin}/otp-login`) starts.push(request.method());
      });
      await tab.goto(origin);
      await reachPhase(tab, "pending");
      await tab.getByRole("heading", { name: "Inloggen met je telefoon", exact: true }).waitFor();
      for (const step of ["Open de app op je telefoon", "Scan deze code in de app"])
        await tab.getByText(step, { exact: true }).waitFor();
      // The element has taken the early answer.
      assert.deepEqual(starts, ["POST"]);

      const phone = createPhone(tokenServer, "jane");
      await phone.enroll();
      phone.onConfirmation((confirmation) => void confirmation.accept());
      await phone.handleMobileAuthWithOtp(await codeOn(tab));
      await tab.waitForURL(`${origin}/account?jane`);
      assert.deepEqual(errors, []);
    });

  test("goes on with the login when an app of today comes back, and otherwise is the login page as ever", async (t) => {
    const link = '<onegini-otp-login app-link="/app#otp={otp}&browser={browser}" ';
    const { origin, tokenServer } = await builtSite(
      t,
      page([early, element]).replace("<onegini-otp-login ", link),
      () => before,
    );
    const browser = await launchBrowser();
    t.after(() => browser.close());
    const phone = createPhone(tokenServer, "jane");
    await phone.enroll();
    phone.onConfirmation((confirmation) => void confirmation.accept());
    const onPhone = () =>
      browser.newContext({ viewport: { width: 375, height: 720 }, isMobile: true, hasTouch: true });
    const appLink = { name: "Open the app", exact: true } as const;
    for (const appReturn of ["otp-return", "otp-return=4713"]) {
      const here = await onPhone();
      const tab = await here.newPage();
      await tab.goto(origin);
      await tab.getByRole("link", appLink).tap();
      await tab.waitForURL("**/app#*");
      const opened = new URLSearchParams(new URL(tab.url()).hash.slice(1));
      assert.equal(opened.get("browser"), "{browser}");
      await phone.handleMobileAuthWithOtp(opened.get("otp") ?? "");
      const back = await here.newPage();
      await back.goto(`${origin}/#${appReturn}`);
      await back.waitForURL(`${origin}/account?jane`);
      const elsewhere = await (await onPhone()).newPage();
      await elsewhere.goto(`${origin}/#${appReturn}`);
      await elsewhere.getByRole("link", appLink).waitFor();
      await here.close();
    }
  });

  test("has members of the early answer that are still there, of the same types", async (t) => {
    const browser = await launchBrowser();
    t.after(() => browser.close());
    const members = async (folder: string): Promise<Record<string, string>> => {
      const { origin } = await builtSite(t, page([early]), () => folder);
      const tab = await browser.newPage();
      await tab.goto(origin);
      await tab.waitForFunction(
        () =>
          (globalThis as { oneginiOtpLoginEarly?: { text?: string } }).oneginiOtpLoginEarly?.text !==
          undefined,
      );
      return tab.evaluate(() => {
        const { oneginiOtpLoginEarly: answer } = globalThis as unknown as { oneginiOtpLoginEarly: object };
        return Object.fromEntries(
          Object.entries(answer).map(([key, value]) => [
            key,
            value instanceof Promise ? "promise" : typeof value,
          ]),
        );
      });
    };
    const [old, now] = [await members(before), await members(today)];
    assert.ok(Object.keys(old).length > 0);
    assert.deepEqual({ ...now, ...old }, now);
  });
});
