import type { Browser, Page } from "playwright-core";
import { openPhone } from "../../test/support/demo/demo-pages.js";
import { openLoginPage } from "../../test/support/login-page.js";
import { codeOn } from "../../test/support/qr.js";

type Save = (name: string, picture: Buffer) => Promise<void>;

/** The demo's screens, in light and dark, on a desktop and at 320 px. */
export async function photographDemo(browser: Browser, origin: string, save: Save): Promise<void> {
  const context = await browser.newContext({ reducedMotion: "reduce", locale: "en" });
  const login = await openLoginPage(context, origin);
  const otp = await codeOn(login);
  const phone = await openPhone(context, origin, `/phone#otp=${encodeURIComponent(otp)}`);
  await phone.sees("Is this you logging in?");
  await login.getByText("Check your phone", { exact: true }).waitFor();
  await save("scanned", await sheetOf(login));
  await save("phone-android", await sheetOf(phone.page));
  await phone.press("Accept");
  await login.waitForURL("**/account");
  await save("account", await sheetOf(login));
  await phone.press("Done");
  await phone.page.getByLabel("Platform").selectOption("ios");
  await phone.page.getByLabel("Unlocked").uncheck();
  await phone.page.goto(`${origin}/phone#otp=${encodeURIComponent(otp)}`);
  await save("phone-ios", await sheetOf(phone.page));
  await context.close();
}

/** The four pictures of a page side by side. */
async function sheetOf(page: Page): Promise<Buffer> {
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
  const picture = await sheet.screenshot({ fullPage: true });
  await sheet.close();
  return picture;
}
