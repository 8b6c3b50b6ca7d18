import { mkdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { launchBrowser } from "../test/support/browser.js";

/** Takes pictures of every phase, to be held beside the design: `tsx scripts/gallery.ts --out <folder>`. */

const { values } = parseArgs({ options: { out: { type: "string", default: "gallery" } } });
await mkdir(values.out, { recursive: true });

const bundle = await build({
  entryPoints: ["test/element/fixtures/gallery.ts"],
  bundle: true,
  format: "iife",
  write: false,
  tsconfig: "tsconfig.base.json",
});
const page = (scheme: string) => `<!doctype html><html lang="en"><meta charset="utf-8"><style>
  :root { color-scheme: ${scheme}; font: 16px/1.5 Inter, system-ui, sans-serif }
  body { display: flex; flex-wrap: wrap; gap: 28px; align-items: start; width: 1524px; margin: 36px;
         background: light-dark(#eef1f5, #0d0f13) }
  figure { margin: 0 } figcaption { font-size: 13px; line-height: 20px; margin-bottom: 8px; color: light-dark(#444, #bbb) }
  .demo { --onegini-otp-login-accent: light-dark(#0b6b57, #6cd2b7); --onegini-otp-login-on-accent: light-dark(#fff, #0c1633) }
</style><body>`;

const browser = await launchBrowser();
const looks = [
  { name: "light", colorScheme: "light" },
  { name: "dark", colorScheme: "dark" },
  { name: "forced-light", colorScheme: "light", forcedColors: "active" },
  { name: "forced-dark", colorScheme: "dark", forcedColors: "active" },
] as const;
for (const { name, ...look } of looks) {
  const context = await browser.newContext({
    ...look,
    deviceScaleFactor: 1.5,
    viewport: { width: 1596, height: 900 },
  });
  const tab = await context.newPage();
  await tab.setContent(page(look.colorScheme));
  await tab.addScriptTag({ content: bundle.outputFiles[0]!.text });
  for (const sheet of ["phases", "widths", "languages", "phone", "enlarged"]) {
    await tab.evaluate(`document.body.className = "${sheet === "phone" ? "demo" : ""}"; show("${sheet}")`);
    await tab.waitForTimeout(300);
    await tab.screenshot({ path: `${values.out}/${sheet}-${name}.png`, fullPage: sheet !== "enlarged" });
  }
  await context.close();
}
await browser.close();
