import type { Browser, Page } from "playwright-core";
import { bundled } from "./bundled.js";
import type * as InPage from "./theme-contrasts-in-page.js";

/** Media in which a theme is looked at. */
export const looks = {
  light: { colorScheme: "light", forcedColors: "none" },
  dark: { colorScheme: "dark", forcedColors: "none" },
  "forced colours, light": { colorScheme: "light", forcedColors: "active" },
  "forced colours, dark": { colorScheme: "dark", forcedColors: "active" },
} as const;

let bundling: Promise<string> | undefined;
const bundle = (): Promise<string> =>
  (bundling ??= bundled("themes", 'export * from "./test/support/theme-contrasts-in-page.js"'));

/** A page with a card in each state, which has these style sheets. The theme is the last one. */
export async function openThemed(browser: Browser, ...sheets: readonly string[]): Promise<Page> {
  const page = await browser.newPage();
  await page.setContent(`<!doctype html><style>:root { color-scheme: light dark }</style><body></body>`);
  // The cards here have a tag of their own.
  for (const sheet of sheets)
    await page.addStyleTag({ content: sheet.replaceAll(/(?<!-)onegini-otp-login(?!-)/g, "view-card") });
  await page.addScriptTag({ content: await bundle() });
  await page.evaluate("themes.showEverything()");
  return page;
}

/** What has too little contrast in the page, each as a line. */
export const tooLow = (page: Page, least: InPage.Least): Promise<string[]> =>
  page.evaluate((given) => (globalThis as unknown as { themes: typeof InPage }).themes.tooLow(given), least);

/** What WCAG 2.2 AA asks of text, and of the edges and focus of controls. */
export const levelAA: InPage.Least = { text: 4.5, edges: 3 };
