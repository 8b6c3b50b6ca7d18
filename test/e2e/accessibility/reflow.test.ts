import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readCodes } from "../../support/qr.js";
import { directionOf, locales } from "../../element/support/locales.js";
import { otp } from "../../element/support/models.js";
import { problemsAtAnySetting, smallTargets, unreadable } from "./support/page-checks.js";
import { sceneNames, scenes, type Scene, type SceneName, stages } from "./support/scenes.js";

/** A window of 1280 × 1024 pixels at 400 %: WCAG 1.4.10. */
const zoomed = { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 };

/** The sizes of the window in which a scene stays what it is. The large code is only where it is larger than on the card. */
function sizesOf(name: SceneName): [width: number, height: number][] {
  const { device }: Scene = scenes[name];
  if (device === "phone") return [320, 390].map((width) => [width, 800]);
  if (device === "phone sideways") return [568, 844].map((width) => [width, 375]);
  if (device === "low window") return [667, 844].map((width) => [width, 420]);
  return (name === "pending, enlarged" ? [400, 800] : [320, 390, 800]).map((width) => [width, 800]);
}

/**
 * Words that are cut or overflow are looked for in all languages in `test/element/i18n/locale-look.test.ts`, but for the large
 * code's. What covers them, and the size of controls, needs languages with long words and one from right to left.
 */
const languagesOf = (name: SceneName, width: number): readonly string[] =>
  width === 800 ? ["de", "ar"] : /enlarged/.test(name) ? Object.keys(locales) : ["de", "fr", "ar"];

describe("Text", () => {
  const { open } = stages();

  for (const name of sceneNames)
    it(`can be read, and its controls pressed, at any size and spacing: ${name}`, async () => {
      const { page } = await open(name);
      const found: string[] = [];
      // A change of the size takes longer than all else.
      for (const [width, height] of sizesOf(name)) {
        await page.setViewportSize({ width, height });
        for (const lang of languagesOf(name, width)) {
          await page.evaluate((given) => void Object.assign(document.documentElement, given), {
            lang,
            dir: directionOf(lang),
          });
          const problems = await problemsAtAnySetting(page, 44);
          found.push(...problems.map((each) => `${lang}, ${width} px, ${each}`));
        }
      }
      assert.deepEqual(found, []);
    });
});

describe("A page at 400 %", () => {
  const { open } = stages();

  for (const name of sceneNames) {
    const { device = "computer" }: Scene = scenes[name];
    if (device === "computer" && name !== "pending, enlarged")
      it(`needs no scrolling sideways: ${name}`, async () => {
        const { page } = await open(name, zoomed);
        assert.deepEqual(await unreadable(page), []);
        assert.deepEqual(await smallTargets(page, 44), []);
      });
  }

  it("shows a readable code, and no Enlarge, because the large code would be smaller", async () => {
    const { page } = await open("pending", zoomed);
    await page.locator("onegini-otp-login canvas").scrollIntoViewIfNeeded();
    assert.deepEqual(await readCodes(await page.screenshot()), [otp]);
    assert.equal(await page.getByRole("button", { name: "Enlarge QR code" }).count(), 0);
  });
});
