/** `npm run screenshots`: the README's picture, taken of the demo as it runs: `docs/images/login.png`. */
import { mkdir, stat } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../test/support/browser.js";
import { openPhone } from "../test/support/demo/demo-pages.js";
import { startDemo } from "../test/support/demo/demo.js";
import { openLoginPage } from "../test/support/login-page.js";
import { codeOn } from "../test/support/qr.js";

const file = "docs/images/login.png";
const maxBytes = 300_000;

/** One column of the login page: the widget, and as much of the page as makes it known for one. */
const viewport = { width: 440, height: 820 };
const deviceScaleFactor = 2;

const [demo, browser] = await Promise.all([startDemo(), launchBrowser()]);
try {
  const light = await photographLogin(browser, demo.origin, "light");
  const dark = await photographLogin(browser, demo.origin, "dark");
  const phone = await photographConfirmation(browser, demo.origin, light.otp);
  await mkdir("docs/images", { recursive: true });
  await lineUp(browser, [light.picture, dark.picture, phone]);
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
