/**
 * `npm run screenshots`: pictures of the demo as it runs: the README's, `docs/images/login.png`, and the demo's screens for
 * docs/gallery.md.
 */
import { mkdir, stat, writeFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../../test/support/browser.js";
import { openPhone } from "../../test/support/demo/demo-pages.js";
import { startDemo } from "../../test/support/demo/demo.js";
import { openLoginPage } from "../../test/support/login-page.js";
import { codeOn } from "../../test/support/qr.js";
import { withPalette } from "./palette-png.js";

const file = "docs/images/login.png";
const maxBytes = 300_000;

/** One column of the login page: the widget, and as much of the page as makes it known for one. */
const viewport = { width: 440, height: 880 };
const deviceScaleFactor = 2;

const [demo, browser] = await Promise.all([startDemo(), launchBrowser()]);
try {
  const light = await photographLogin(browser, demo.origin, "light");
  const dark = await photographLogin(browser, demo.origin, "dark");
  const phone = await photographConfirmation(browser, demo.origin, light.otp);
  await mkdir("docs/images", { recursive: true });
  await lineUp(browser, [light.picture, dark.picture, phone]);
  await photographDemo(browser, demo.origin);
} finally {
  await Promise.all([browser.close(), demo.stop()]);
}

const { size } = await stat(file);
console.log(`${file}: ${Math.round(size / 1000)} kB`);
if (size >= maxBytes) throw new Error(`${file} must stay under ${maxBytes / 1000} kB.`);

/** The login page with its code up, and the code, read from the page's pixels as a phone does. */
async function photographLogin(
  browser: Browser,
  origin: string,
  colorScheme: "light" | "dark",
): Promise<{ picture: Buffer; otp: string }> {
  const context = await browser.newContext({ viewport, deviceScaleFactor, colorScheme });
  const page = await openLoginPage(context, origin);
  const otp = await codeOn(page);
  return { picture: await page.screenshot(), otp };
}

/** The phone after the scan: what the user sees before accepting. */
async function photographConfirmation(browser: Browser, origin: string, otp: string): Promise<Buffer> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, deviceScaleFactor });
  const phone = await openPhone(context, origin, `/phone#otp=${encodeURIComponent(otp)}`);
  await phone.sees("Is this you logging in?");
  return phone.screen.screenshot({ animations: "disabled" });
}

/** Puts the pictures side by side, on nothing: the page that shows them may be light or dark. */
async function lineUp(browser: Browser, pictures: readonly Buffer[]): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: 1340, height: viewport.height },
    deviceScaleFactor: 1.4,
  });
  const page = await context.newPage();
  const images = pictures.map((picture) => `<img src="data:image/png;base64,${picture.toString("base64")}">`);
  await page.setContent(`<!doctype html><style>
    body { margin: 0; display: flex; gap: 24px; align-items: center; justify-content: space-between; background: none }
    img { height: ${viewport.height}px; border-radius: 14px; outline: 1px solid #8884; outline-offset: -1px }
    img:last-child { height: 760px; border-radius: 56px; outline: none }
  </style><body>${images.join("")}`);
  await page.locator("body").screenshot({ path: file, omitBackground: true });
}

/** The demo's screens, in light and dark, on a desktop and at 320 px. */
async function photographDemo(browser: Browser, origin: string): Promise<void> {
  const context = await browser.newContext({ reducedMotion: "reduce", locale: "en" });
  const login = await openLoginPage(context, origin);
  const otp = await codeOn(login);
  const phone = await openPhone(context, origin, `/phone#otp=${encodeURIComponent(otp)}`);
  await phone.sees("Is this you logging in?");
  await login.getByText("Check your phone", { exact: true }).waitFor();
  await photographSheet(login, "demo-scanned");
  await photographSheet(phone.page, "demo-phone-android");
  await phone.press("Accept");
  await login.waitForURL("**/account");
  await photographSheet(login, "demo-account");
  await phone.press("Done");
  await phone.page.getByLabel("Platform").selectOption("ios");
  await phone.page.getByLabel("Unlocked").uncheck();
  await phone.page.goto(`${origin}/phone#otp=${encodeURIComponent(otp)}`);
  await photographSheet(phone.page, "demo-phone-ios");
  await context.close();
}

async function photographSheet(page: Page, name: string): Promise<void> {
  const pictures: string[] = [];
  for (const [width, height] of [
    [1280, 800],
    [320, 800],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => scrollTo(0, 0));
      const picture = await page.screenshot({ animations: "disabled" });
      pictures.push(`<img src="data:image/png;base64,${picture.toString("base64")}">`);
    }
  }
  const sheet = await page
    .context()
    .browser()!
    .newPage({ viewport: { width: 1760, height: 450 } });
  await sheet.setContent(`<!doctype html><style>
    body { margin: 12px; display: flex; gap: 12px; background: #888 }
    img { height: 426px }
  </style><body>${pictures.join("")}`);
  await writeFile(`docs/gallery/${name}.png`, await withPalette(await sheet.screenshot({ fullPage: true })));
  await sheet.close();
}
