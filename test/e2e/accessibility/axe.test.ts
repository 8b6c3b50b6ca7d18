import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import { loadAxe, runAxe } from "./support/page-checks.js";
import { looks, stages, sceneNames } from "./support/scenes.js";

const directions = [
  { lang: "en", dir: "ltr" },
  { lang: "ar", dir: "rtl" },
];
/** Forced colours leave nothing for a page to change where more contrast is wanted. */
const devices = [
  ...Object.entries(looks).map(([look, media]) => [look, { ...media, contrast: "no-preference" }] as const),
  ["more contrast, light", { ...looks.light, contrast: "more" }],
  ["more contrast, dark", { ...looks.dark, contrast: "more" }],
] as const;
const alwaysRun = ["heading-order", "landmark-unique", "region", "target-size", "color-contrast"];

describe("A page with one card", () => {
  const { open } = stages();

  for (const name of sceneNames)
    it(`passes axe in every colour scheme, contrast and direction: ${name}`, async () => {
      const { page } = await open(name);
      // axe takes a while. The site's answers keep the scene as it is.
      await page.clock.resume();
      await loadAxe(page);
      const found: string[] = [];
      for (const direction of directions) {
        await page.evaluate((given) => void Object.assign(document.documentElement, given), direction);
        assert.deepEqual(await wordsOnMarks(page), []);
        for (const [index, [look, media]] of devices.entries()) {
          await page.emulateMedia(media);
          const onlyColours = index > 0;
          const { violations, undecided, rules } = await runAxe(page, { onlyColours });
          assert.deepEqual(
            (onlyColours ? ["color-contrast"] : alwaysRun).filter((rule) => !rules.includes(rule)),
            [],
            "rules that did not run",
          );
          found.push(...[...violations, ...undecided].map((line) => `${look}, ${direction.dir}: ${line}`));
        }
      }
      assert.deepEqual(found, []);
    });

  /**
   * What stands on the placeholder's finder marks, or on the ring around it. Nothing does; so both are taken away, because axe
   * cannot tell the contrast of words before any picture.
   */
  const wordsOnMarks = (page: Page): Promise<string[]> =>
    page.evaluate(() => {
      const root = document.querySelector("onegini-otp-login")!.shadowRoot!;
      const marks = [...root.querySelectorAll(".marks rect")].map((mark) => mark.getBoundingClientRect());
      const words = [...root.querySelectorAll(".stage :is(p, button)")].filter((each) => {
        const box = each.getBoundingClientRect();
        const ring = each.closest(".stage")!.getBoundingClientRect();
        if (box.left < ring.left + 2 || box.right > ring.right - 2) return true;
        return marks.some(
          ({ left, right, top, bottom }) =>
            left < box.right && right > box.left && top < box.bottom && bottom > box.top,
        );
      });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(".marks { visibility: hidden }");
      root.adoptedStyleSheets.push(sheet);
      return words.map((each) => each.outerHTML);
    });
});
