import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import type * as Contrast from "../../../demo/client/contrast.js";
import { launchBrowser } from "../../support/browser.js";
import { bundled } from "../../support/bundled.js";

type Pages = { colours: typeof Contrast };

describe("The contrast of two colours", () => {
  let browser: Browser;
  let page: Page;

  before(async () => {
    const script = await bundled("colours", 'export * from "./demo/client/contrast.js"');
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.goto("about:blank");
    await page.addScriptTag({ content: script });
  });
  after(() => browser.close());

  type Scheme = "light" | "dark";
  const computed = (value: string, scheme: Scheme = "light") =>
    page.evaluate((given) => (globalThis as unknown as Pages).colours.computedColour(...given), [
      value,
      scheme,
    ] as const);
  /** Of a colour on others, from the page to the nearest. */
  const contrast = (text: string, behind: string[], scheme: Scheme = "light") =>
    page.evaluate(
      ([values, where]) => {
        const { computedColour, contrast } = (globalThis as unknown as Pages).colours;
        const [first = "", ...others] = values.map((value) => computedColour(value, where) ?? "");
        return contrast(first, ...others);
      },
      [[text, ...behind], scheme] as const,
    );
  const rounded = async (text: string, ground: string, scheme?: Scheme) =>
    (await contrast(text, [ground], scheme)).toFixed(2);

  it("is that of WCAG 2, in either order", async () => {
    assert.equal(await rounded("#000", "white"), "21.00");
    assert.equal(await rounded("#fff", "#fff"), "1.00");
    // The grey that is just dark enough for text on white.
    assert.equal(await rounded("#767676", "#fff"), "4.54");
    assert.equal(await rounded("#fff", "rgb(118 118 118)"), "4.54");
  });

  it("reads what a browser reads: light-dark(), oklch(), color-mix(), wide colours", async () => {
    const accent = "light-dark(#0b6b57, #6cd2b7)";
    assert.equal(await rounded(accent, "#fff"), await rounded("#0b6b57", "#fff"));
    assert.equal(await rounded(accent, "#17191f", "dark"), await rounded("#6cd2b7", "#17191f"));
    assert.equal(await rounded("oklch(0 0 0)", "oklab(1 0 0)"), "21.00");
    assert.equal(await rounded("color-mix(in srgb, #fff 50%, #000)", "#fff"), "3.98");
    assert.equal(await rounded("color(display-p3 0 0 0)", "lab(100 0 0)"), "21.00");
    assert.equal(await rounded("hsl(0 0% 0%)", "hwb(0 100% 0%)"), "21.00");
  });

  it("counts a colour that no screen has as the nearest one", async () => {
    assert.equal(await rounded("color(rec2020 9 9 9)", "#000"), "21.00");
    assert.equal(await rounded("color(rec2020 9 9 9)", "#fff"), "1.00");
    assert.equal(await rounded("color(srgb -2 -2 -2)", "#fff"), "21.00");
  });

  it("counts what shows through", async () => {
    assert.equal(
      await rounded("color(srgb 0 0 0 / 0.5)", "#fff"),
      await rounded("color(srgb 0.5 0.5 0.5)", "#fff"),
    );
    assert.equal((await contrast("#fff", ["#000", "transparent"])).toFixed(2), "21.00");
    assert.equal((await contrast("#000", ["transparent", "rgb(255 255 255 / 0.5)"])).toFixed(2), "21.00");
    assert.equal(await rounded("transparent", "#fff"), "1.00");
  });

  it("is not known for what is no colour by itself", async () => {
    for (const none of [
      "",
      "no colour",
      "#12",
      "16px",
      "inherit",
      "currentColor",
      "var(--unknown)",
      '"red"',
      "red; color: blue",
      "red</style><script>alert(1)</script>",
    ])
      assert.equal(await computed(none), null, none);
    assert.equal(await page.evaluate(() => document.querySelectorAll("span").length), 0);
  });

  it("has its colours as #rrggbb too, for colour pickers", async () => {
    const hex = (value: string, scheme: "light" | "dark") =>
      page.evaluate((given) => (globalThis as unknown as Pages).colours.hexColour(...given), [
        value,
        scheme,
      ] as const);
    assert.equal(await hex("light-dark(red, oklch(0 0 0))", "light"), "#ff0000");
    assert.equal(await hex("light-dark(red, oklch(0 0 0))", "dark"), "#000000");
    assert.equal(await hex("#abc8", "light"), "#aabbcc");
    assert.match((await hex("color(display-p3 0 1 0)", "light")) ?? "", /^#[0-9a-f]{6}$/);
    assert.equal(await hex("nothing", "light"), null);
  });
});
