/**
 * `npm run gallery`: photographs every phase in every look for docs/gallery.md. `--out` writes elsewhere; `--sheets` names
 * some of them; `--review` takes larger ones, of every language and width too, to be held beside the design.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { slug } from "github-slugger";
import type { Page } from "playwright-core";
import { launchBrowser } from "../../test/support/browser.js";
import { withPalette } from "./palette-png.js";

const { values } = parseArgs({
  options: {
    out: { type: "string", default: "docs/gallery" },
    sheets: { type: "string" },
    review: { type: "boolean", default: false },
  },
});
const { out, review } = values;
const published = ["phases", "phone", "phone-app", "right-to-left", "enlarged", "enlarged-low", "front"];
const every = review ? [...published, "widths", "languages", "enlarged-rtl"] : published;
const sheets = values.sheets?.split(",") ?? every;

/** Of these sheets each card is a picture of its own, in light and in dark: docs/gallery.md and the first page show them one by one. */
const byCard = ["phases", "front"];

/** What all the pictures in the docs may weigh. */
const maxBytes = 2_000_000;

const looks = [
  { name: "light", colorScheme: "light" },
  { name: "dark", colorScheme: "dark" },
  { name: "forced-light", colorScheme: "light", forcedColors: "active" },
  { name: "forced-dark", colorScheme: "dark", forcedColors: "active" },
] as const;

const html = (scheme: string) => `<!doctype html><html lang="en"><meta charset="utf-8"><style>
  :root { color-scheme: ${scheme}; font: 16px/1.5 Inter, system-ui, sans-serif }
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
for (const sheet of byCard) await mkdir(`${out}/${sheet}`, { recursive: true });
const browser = await launchBrowser();
let pictures = 0;
let bytes = 0;
try {
  for (const { name, ...look } of looks) {
    const context = await browser.newContext({
      ...look,
      // What is photographed stands still.
      reducedMotion: "reduce",
      deviceScaleFactor: review ? 1.5 : 1,
    });
    const page = await context.newPage();
    await page.setContent(html(look.colorScheme));
    await page.addScriptTag({ content: bundle.outputFiles[0]!.text });
    for (const sheet of sheets) {
      const isByCard = byCard.includes(sheet) && !review;
      if (isByCard && !name.startsWith("forced")) await photographCards(page, sheet, name);
      else if (sheet !== "front") await save(`${sheet}-${name}`, await photograph(page, sheet));
    }
    await context.close();
  }
} finally {
  await browser.close();
}
console.log(`${out}: ${pictures} pictures, ${Math.round(bytes / 1000)} kB`);
if (!review && bytes >= maxBytes) throw new Error(`They must stay under ${maxBytes / 1000} kB.`);

async function photograph(page: Page, sheet: string): Promise<Buffer> {
  const isEnlarged = sheet.startsWith("enlarged");
  const [width, height] = sheet === "enlarged-low" ? [844, 390] : isEnlarged ? [900, 780] : [1596, 900];
  await page.setViewportSize({ width, height });
  await page.evaluate(`show(${JSON.stringify(sheet)})`);
  return page.screenshot({ fullPage: !isEnlarged });
}

/** Photographs each card of the sheet with a margin. A picture has the name of its card: "pending, offline" is pending-offline. */
async function photographCards(page: Page, sheet: string, look: string): Promise<void> {
  await page.setViewportSize({ width: 1596, height: 900 });
  await page.evaluate(`show(${JSON.stringify(sheet)})`);
  for (const figure of await page.locator("figure").all()) {
    const name = slug((await figure.locator("figcaption").textContent()) ?? "");
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
    await save(`${sheet}/${name}-${look}`, await page.screenshot({ fullPage: true, clip, style }));
  }
}

async function save(name: string, picture: Buffer): Promise<void> {
  const file = await withPalette(picture);
  await writeFile(`${out}/${name}.png`, file);
  pictures++;
  bytes += file.length;
}
