import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { levelAA, looks, openThemed, tooLow } from "../../support/theme-contrasts.js";

const folder = "src/public/themes";
/** What a theme promises beyond level AA. */
const promised: Record<string, typeof levelAA> = { "public-sector": { text: 7, edges: 4.5, lines: 4.5 } };

describe("The card in a theme of the package", () => {
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());

  // Those that take another page's variables keep the card's own colours here.
  for (const name of readdirSync(folder).map((file) => file.replace(".css", "")))
    it(`has enough contrast in every state, scheme and in forced colours: ${name}`, async () => {
      const page = await openThemed(browser, readFileSync(`${folder}/${name}.css`, "utf8"));
      for (const [look, media] of Object.entries(looks)) {
        await page.emulateMedia(media);
        const least = media.forcedColors === "none" ? (promised[name] ?? levelAA) : levelAA;
        assert.deepEqual(await tooLow(page, least), [], look);
      }
      await page.close();
    });

  it("makes any accent colour of a system readable: from-page", async () => {
    const sheet = readFileSync(`${folder}/from-page.css`, "utf8");
    for (const accent of ["#fff", "#ffe600", "#39ff14", "#00ffff", "#ff2fd0", "#d4145a", "#1a1aff", "#000"]) {
      const page = await openThemed(browser, sheet.replaceAll("AccentColor", accent));
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await tooLow(page, levelAA), [], `${accent}, ${colorScheme}`);
      }
      await page.close();
    }
  });
});
