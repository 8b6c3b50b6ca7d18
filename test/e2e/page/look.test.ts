import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { build } from "esbuild";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { readPng } from "../../support/png.js";
import { readCodes } from "../../support/qr.js";
import { otp } from "../../element/support/models.js";

const looks = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  "forced colours, light": { colorScheme: "light", forcedColors: "active" },
  "forced colours, dark": { colorScheme: "dark", forcedColors: "active" },
} as const satisfies Record<string, BrowserContextOptions>;

/** The page in which `scripts/pictures/gallery-sheets.ts` draws its sheets. */
interface Gallery {
  show: (sheet: string) => Promise<void>;
}

describe("The element's look", () => {
  let browser: Browser;
  let script: string;

  before(async () => {
    browser = await launchBrowser();
    const { outputFiles } = await build({
      entryPoints: ["scripts/pictures/gallery-sheets.ts"],
      bundle: true,
      format: "iife",
      write: false,
      tsconfig: "tsconfig.base.json",
    });
    script = outputFiles[0]!.text;
  });
  after(() => browser.close());
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

  async function gallery(options: BrowserContextOptions): Promise<Page> {
    const page = await (await browser.newContext(options)).newPage();
    await page.setContent(
      `<!doctype html><html lang="en"><title>Gallery</title><style>
        :root { color-scheme: ${options.colorScheme ?? "light"} } body { background: Canvas }
        figcaption { color: CanvasText }</style><body>`,
    );
    await page.addScriptTag({ content: script });
    return page;
  }

  it("has no grey for a person who asks for more contrast, and a thicker ring and step numbers", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await gallery({ colorScheme, contrast: "more" });
      await page.evaluate(() => (globalThis as unknown as Gallery).show("one"));
      const styles = await page
        .locator("section")
        .first()
        .evaluate((section) => {
          const { color, borderTopWidth, borderTopColor } = getComputedStyle(section);
          const time = getComputedStyle(section.querySelector(".time")!).color;
          const [track, left] = [...section.querySelectorAll(".ring path")].map((path) =>
            getComputedStyle(path),
          );
          return {
            width: borderTopWidth,
            colours: [color, borderTopColor, time, track!.stroke],
            ring: [track!.strokeWidth, left!.strokeWidth],
            number: getComputedStyle(section.querySelector(".number")!).borderTopWidth,
            stage: section.querySelector(".stage")!.clientWidth,
          };
        });
      assert.equal(styles.width, "2px");
      assert.equal(new Set(styles.colours).size, 1, styles.colours.join(" "));
      assert.deepEqual(styles.ring, ["1px", "3px"]);
      assert.equal(styles.number, "2px");
      assert.equal(styles.stage, 310, "the code is as large as with a thin edge");
    }
  });

  for (const [name, look] of Object.entries(looks)) {
    it(`keeps the code black on white: ${name}`, async () => {
      const page = await gallery(look);
      for (const sheet of ["one", "enlarged"]) {
        await page.evaluate((each) => (globalThis as unknown as Gallery).show(each), sheet);
        const canvas = page.locator("canvas").last();
        assert.deepEqual(await readCodes(await canvas.screenshot()), [otp], sheet);
        assert.deepEqual(await coloursOf(await canvas.screenshot()), ["0,0,0", "255,255,255"], sheet);
      }
    });
  }

  it("does not move when the person prefers reduced motion", async () => {
    for (const reducedMotion of ["reduce", "no-preference"] as const) {
      const page = await gallery({ reducedMotion, viewport: { width: 1600, height: 2000 } });
      await page.evaluate(() => (globalThis as unknown as Gallery).show("phases"));
      // One of no length only waits: the second line of an acceptance.
      const moving = await page.evaluate(
        () =>
          [...document.querySelectorAll("view-card")]
            .flatMap(({ shadowRoot }) => shadowRoot!.getAnimations())
            .filter(({ effect }) => Number(effect!.getComputedTiming().duration) > 0).length,
      );
      assert.equal(moving > 0, reducedMotion === "no-preference");
    }
  });
});

/** All colours in a picture, including those at the code's edges. */
async function coloursOf(png: Buffer): Promise<string[]> {
  const { data } = await readPng(png);
  const colours = new Set<string>();
  for (let i = 0; i < data.length; i += 4) colours.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
  return [...colours].sort();
}
