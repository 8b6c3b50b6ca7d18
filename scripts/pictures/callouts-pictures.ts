/**
 * Part of `npm run pictures:write`: the pictures of docs/theming.md, in which each part and property has its number or letter.
 * Light and dark, of the element's own view and styles. `--check` (`npm run pictures`) draws them too, and keeps none: it fails
 * if those of the page are older than what they show.
 */
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { launchBrowser } from "../../test/support/browser.js";
import { styles } from "../../src/element/styles/styles.js";
import { legendOf, stylingIn } from "../styling-tables.js";
import { pictures, type Picture } from "./callouts.js";
import { assertFresh, hashOf, markupOf, plainCss, remember } from "./drawn-from.js";
import { withPalette } from "./palette-png.js";

const { check } = parseArgs({ options: { check: { type: "boolean", default: false } } }).values;
const out = "docs/images/theming";

/** What all of them together may weigh: they are in the package. */
const maxBytes = 400_000;
const width = 476;

const html = (scheme: string) => `<!doctype html><html lang="en"><meta charset="utf-8"><style>
  :root { color-scheme: ${scheme}; font: 16px/1.5 Inter, Arial, sans-serif; background: light-dark(#eef1f5, #0d0f13) }
  body { margin: 0; padding: 20px 58px }
  /* Leaves room for the marks. */
  view-card::part(dialog) { max-inline-size: 340px }
  [popover] { position: absolute; inset: 0; margin: 0; border: 0; padding: 0; background: none; overflow: visible }
  [popover] path, [popover] .outline { fill: none; stroke: light-dark(#b0125b, #ff9cc8); stroke-width: 1.25px }
  [popover] .halo { stroke: light-dark(#fffc, #000c); stroke-width: 3.5px }
  [popover] .outline { stroke-width: 1px; stroke-dasharray: 3 3 }
  [popover] :is(.dot, rect:not(.outline)) { fill: light-dark(#b0125b, #ff9cc8); stroke: light-dark(#fff, #000) }
  [popover] text { fill: light-dark(#fff, #2b0016); font: 700 14px/1 Inter, Arial, sans-serif; text-anchor: middle; dominant-baseline: central }
</style><body>`;

const bundle = await build({
  entryPoints: ["scripts/pictures/callouts-sheet.ts"],
  bundle: true,
  format: "iife",
  write: false,
  tsconfig: "tsconfig.base.json",
});
const legend = Object.fromEntries(legendOf(stylingIn(await readFile("custom-elements.json", "utf8"))));
const browser = await launchBrowser();
const drawnFrom = new Map<string, string>();
let bytes = 0;
try {
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await browser.newPage({
      colorScheme,
      reducedMotion: "reduce",
      deviceScaleFactor: 1.5,
      viewport: { width, height: 460 },
    });
    await page.setContent(html(colorScheme));
    await page.addScriptTag({ content: bundle.outputFiles[0]!.text });
    for (const picture of Object.keys(pictures) as Picture[]) {
      const height = await page.evaluate<number>(`draw("${picture}", ${JSON.stringify(legend)})`);
      const path = `${out}/${picture}-${colorScheme}.png`;
      const marks = pictures[picture].map(({ name, ...callout }) => ({ ...callout, mark: legend[name] }));
      drawnFrom.set(
        path,
        hashOf(
          html(colorScheme),
          await markupOf(page.locator("body")),
          JSON.stringify(marks),
          plainCss(String(styles)),
        ),
      );
      if (check) continue;
      const clip = { x: 0, y: 0, width, height };
      const file = await withPalette(await page.screenshot({ fullPage: true, clip }));
      await writeFile(path, file);
      bytes += file.length;
    }
    await page.close();
  }
} finally {
  await browser.close();
}
if (check) assertFresh(drawnFrom);
else remember(drawnFrom);
console.log(`${out}: ${check ? "as drawn before" : `${Math.round(bytes / 1000)} kB`}`);
if (bytes >= maxBytes) throw new Error(`They must stay under ${maxBytes / 1000} kB.`);
