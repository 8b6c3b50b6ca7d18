/**
 * Part of `npm run docs`: photographs the states of the card for readers without scripts. `--out`
 * takes every phase in every look, into another folder; `--sheets` names some of them; `--review` takes larger ones, of every
 * language and width too, to be held beside the design.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { slug } from "github-slugger";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { launchBrowser } from "../../test/support/browser.js";
import type { GalleryPicture } from "./gallery-list.js";
import { withPalette } from "./palette-png.js";

const folder = "docs/gallery";
const { values } = parseArgs({
  options: {
    out: { type: "string", default: folder },
    sheets: { type: "string" },
    review: { type: "boolean", default: false },
  },
});
const { out, review } = values;
const isForSite = out === folder && !review;
const compared = ["phases", "phone", "phone-app", "right-to-left", "enlarged", "enlarged-low"];
const every = review ? [...compared, "widths", "languages", "enlarged-rtl"] : compared;
const sheets = values.sheets?.split(",") ?? (isForSite ? ["phases"] : every);

/** Of this sheet each card is a picture of its own, light and dark, in a comparison. */
const byCard = "phases";

const looks = [
  { name: "light", colorScheme: "light" },
  { name: "dark", colorScheme: "dark" },
  { name: "forced-light", colorScheme: "light", forcedColors: "active" },
  { name: "forced-dark", colorScheme: "dark", forcedColors: "active" },
] as const;

const html = (scheme: string) => `<!doctype html><html lang="en"><meta charset="utf-8"><style>
  :root { color-scheme: ${scheme}; font: 16px/1.5 Inter, Arial, sans-serif }
  body { display: flex; flex-wrap: wrap; gap: 28px; align-items: start; margin: 36px; background: light-dark(#eef1f5, #0d0f13) }
  figure { margin: 0 } figcaption { font-size: 13px; line-height: 20px; margin-bottom: 8px; color: light-dark(#444, #bbb) }
  @media (forced-colors: active) { body { background: Canvas } figcaption { color: CanvasText } }
</style><body>`;

const bundle = await build({
  entryPoints: ["scripts/pictures/gallery-sheets.ts"],
  bundle: true,
  format: "iife",
  write: false,
  tsconfig: "tsconfig.base.json",
});
// Pictures that were taken before may be of what is no more.
if (out === folder && values.sheets === undefined) await rm(out, { recursive: true, force: true });
await mkdir(`${out}/${byCard}`, { recursive: true });
const pictures: GalleryPicture[] = [];
const browser = await launchBrowser();
try {
  for (const { name: look, ...options } of isForSite ? looks.slice(0, 2) : looks) {
    const context = await browser.newContext({
      ...options,
      // What is photographed stands still.
      reducedMotion: "reduce",
      deviceScaleFactor: review ? 1.5 : 1,
    });
    const page = await context.newPage();
    await page.setContent(html(options.colorScheme));
    await page.addScriptTag({ content: bundle.outputFiles[0]!.text });
    for (const sheet of sheets) {
      if (sheet === byCard && !isForSite && !review && !look.startsWith("forced"))
        await photographCards(page, sheet, look);
      else await save({ sheet, look }, await photograph(page, sheet));
    }
    if (look === "light" && !review) {
      await page.evaluate(`show("card")`);
      await writeFile(`${out}/card.html`, await page.evaluate<string>("markup()"));
    }
    await context.close();
  }
} finally {
  await browser.close();
}
if (values.sheets === undefined)
  await writeFile(`${out}/pictures.json`, JSON.stringify(pictures, undefined, 2));
console.log(`${out}: ${pictures.length} pictures`);

async function photograph(page: Page, sheet: string): Promise<Buffer> {
  const isEnlarged = sheet.startsWith("enlarged");
  const [width, height] = sheet === "enlarged-low" ? [844, 390] : isEnlarged ? [900, 780] : [1596, 900];
  await page.setViewportSize({ width, height });
  await page.evaluate(`show(${JSON.stringify(sheet)})`);
  return page.screenshot({ fullPage: !isEnlarged });
}

/** Photographs each card of the sheet with a margin. */
async function photographCards(page: Page, sheet: string, look: string): Promise<void> {
  await page.setViewportSize({ width: 1596, height: 900 });
  await page.evaluate(`show(${JSON.stringify(sheet)})`);
  for (const figure of await page.locator("figure").all()) {
    const name = (await figure.locator("figcaption").textContent()) ?? "";
    const box = await figure.locator("view-card").boundingBox();
    if (!box) throw new Error(`The card "${name}" is not visible.`);
    const margin = 12;
    const clip = {
      x: box.x - margin,
      y: box.y - margin,
      width: box.width + 2 * margin,
      height: box.height + 2 * margin,
    };
    const style = "figcaption { visibility: hidden }";
    await save({ sheet, look, name }, await page.screenshot({ fullPage: true, clip, style }));
  }
}

/** A picture has the name of its card: "pending, offline" in light is pending-offline-light.png. */
async function save(of: Pick<GalleryPicture, "sheet" | "look" | "name">, picture: Buffer): Promise<void> {
  const { sheet, name, look } = of;
  const parts = [name && slug(name), look].filter((part) => part !== undefined).join("-");
  const isInFolder = sheet === byCard && name !== undefined;
  const file = `${sheet}${isInFolder ? "/" : "-"}${parts}.png`;
  const { width = 0, height = 0 } = await sharp(picture).metadata();
  await writeFile(`${out}/${file}`, await withPalette(picture));
  pictures.push({ ...of, file, width, height });
}
