/**
 * Part of `npm run pictures:write`: the pictures of the demo as it runs, of the README and of docs/mobile-app.md. `--check` (`npm
 * run pictures`) fails if they are older than what they show.
 */
import { stat, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { Browser, Locator, Page } from "playwright-core";
import { launchBrowser } from "../../test/support/browser.js";
import { openPhone } from "../../test/support/demo/demo-pages.js";
import { startDemo } from "../../test/support/demo/demo.js";
import { openLoginPage } from "../../test/support/login-page.js";
import { codeOn } from "../../test/support/qr.js";
import { styles } from "../../src/element/styles/styles.js";
import { assertFresh, hashOf, markupOf, plainCss, remember, stylesOf } from "./drawn-from.js";
import { withPalette } from "./palette-png.js";

const { check } = parseArgs({ options: { check: { type: "boolean", default: false } } }).values;

const loginFile = "docs/images/login.png";
const phoneFile = "docs/images/phone.png";
const maxBytes = 150_000;

/** One column of the login page: the widget, and as much of the page as makes it known for one. */
const viewport = { width: 440, height: 880 };
const deviceScaleFactor = 2;
/** The phone shows the page's device: the same one on every machine. */
const userAgent =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

const [demo, numberedDemo, browser] = await Promise.all([
  startDemo(),
  startDemo({ PAIRING: "always" }),
  launchBrowser(),
]);
try {
  const login = await photographLogin(browser, demo.origin);
  const [phone] = await photographPhone(browser, demo.origin, login.otp);
  const account = await photographAccount(login.page);
  const { otp } = await photographLogin(browser, numberedDemo.origin);
  const numbered = await photographPhone(browser, numberedDemo.origin, otp);
  const drawnFrom = new Map([
    [loginFile, hashOf(login.drawnFrom, phone.drawnFrom, account.drawnFrom, plainCss(String(styles)))],
    [phoneFile, hashOf(...numbered.map((each) => each.drawnFrom))],
  ]);
  if (check) assertFresh(drawnFrom);
  else {
    await lineUp(browser, loginFile, [login, phone, account]);
    await lineUp(browser, phoneFile, numbered);
    remember(drawnFrom);
  }
} finally {
  await Promise.all([browser.close(), demo.stop(), numberedDemo.stop()]);
}

for (const file of [loginFile, phoneFile]) {
  const { size } = await stat(file);
  console.log(`${file}: ${Math.round(size / 1000)} kB`);
  if (size >= maxBytes) throw new Error(`${file} must stay under ${maxBytes / 1000} kB.`);
}

interface Photograph {
  of: "page" | "phone";
  picture: Buffer;
  drawnFrom: string;
}

/** The login page with its code up, and the code, read from the page's pixels as a phone does. */
async function photographLogin(
  browser: Browser,
  origin: string,
): Promise<Photograph & { otp: string; page: Page }> {
  const context = await browser.newContext({ viewport, deviceScaleFactor, colorScheme: "light", userAgent });
  const page = await openLoginPage(context, origin);
  const otp = await codeOn(page);
  await page.locator("onegini-otp-login:state(pending)").waitFor();
  const drawnFrom = await drawnFromOf(page, page.locator("body"));
  return { of: "page", picture: await page.screenshot(), otp, page, drawnFrom };
}

/** Where the login page goes after the phone has accepted. */
async function photographAccount(page: Page): Promise<Photograph> {
  await page.waitForURL("**/account");
  // Without the time and the address of the login below.
  const drawnFrom = await drawnFromOf(page, page.locator("main dl"));
  return { of: "page", picture: await page.screenshot(), drawnFrom };
}

/** The phone before Accept, and after it. */
async function photographPhone(
  browser: Browser,
  origin: string,
  otp: string,
): Promise<[Photograph, Photograph]> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, deviceScaleFactor });
  const phone = await openPhone(context, origin, `/phone#otp=${encodeURIComponent(otp)}`);
  const photograph = async (heading: string): Promise<Photograph> => {
    await phone.sees(heading);
    const picture = await phone.screen.screenshot({ animations: "disabled" });
    return { of: "phone", picture, drawnFrom: await drawnFromOf(phone.page, phone.screen) };
  };
  const before = await photograph("Is this you logging in?");
  await phone.press("Accept");
  return [before, await photograph("Accepted")];
}

async function drawnFromOf(page: Page, part: Locator): Promise<string> {
  return `${await markupOf(part)}\n${await stylesOf(page)}`;
}

/** Puts the pictures side by side, on nothing: the page that shows them may be light or dark. */
async function lineUp(browser: Browser, file: string, pictures: readonly Photograph[]): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: 1340, height: viewport.height },
    deviceScaleFactor: 1.4,
  });
  const page = await context.newPage();
  const images = pictures.map(
    ({ of, picture }) => `<img class="${of}" src="data:image/png;base64,${picture.toString("base64")}">`,
  );
  await page.setContent(`<!doctype html><style>
    body { margin: 0; display: flex; gap: 24px; align-items: center; inline-size: fit-content; background: none }
    img { height: ${viewport.height}px; border-radius: 14px; outline: 1px solid #8884; outline-offset: -1px }
    .phone { height: 760px; border-radius: 57px; outline: none }
  </style><body>${images.join("")}`);
  await writeFile(file, await withPalette(await page.locator("body").screenshot({ omitBackground: true })));
}
