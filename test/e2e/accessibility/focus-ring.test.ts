import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import { reachPhase } from "../../support/login-page.js";
import { pixelsThatDiffer } from "./support/page-checks.js";
import { focused } from "./support/assistive-technology.js";
import { looks, type Stage, stages, type SceneName } from "./support/scenes.js";

/** Every kind of control by the name of one, and a scene that has it. */
const controls: Record<string, SceneName> = {
  "Show QR code": "idle",
  "Enlarge QR code": "pending",
  Close: "pending, enlarged",
  "Try again": "denied",
  "Try again in 0:24": "failed, must wait",
  "Number from your phone, 4 digits": "approved, number",
  "Open the app on this device": "tablet, pending",
  Continue: "phone, pending",
  "Go back to the app": "phone, approved, number",
  "Use another phone": "phone, pending",
};

describe("The focus", () => {
  const { open } = stages();

  for (const [control, scene] of Object.entries(controls))
    it(`is visible in every colour scheme: ${control}`, async () => {
      const { page } = await open(scene);
      // At least one key press, because after a mouse click browsers show no ring.
      for (let count = 0; count === 0 || (await focused(page)) !== control; count++) {
        assert.ok(count < 12, `the Tab key does not come to ${control}`);
        await page.keyboard.press("Tab");
      }
      await isPlain(page, control);
    });

  it("is visible on the heading", async () => {
    const { page, site }: Stage = await open("denied");
    site.answers.start = "never";
    while ((await focused(page)) !== "Try again") await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await reachPhase(page, "requesting");
    await isPlain(page, "Log in with your phone");
  });

  /**
   * As WCAG 2.4.13 measures it, which is AAA: what changes with the focus is as large as a line of two pixels around the
   * control, and changes by 3 : 1.
   */
  async function isPlain(page: Page, control: string): Promise<void> {
    const { width, height, radius, ...place } = await page.evaluate(() => {
      const root = document.querySelector("onegini-otp-login")!.shadowRoot!;
      // Of the number's field, which is not seen, the cell with the caret.
      const active = root.querySelector(".cell.current") ?? root.activeElement!;
      active.scrollIntoView({ block: "center", behavior: "instant" });
      const words = document.createRange();
      words.selectNodeContents(active);
      // What can be pressed of a line of words is more than what is seen of it.
      const { x, y, width, height } = (active.matches(".back") ? words : active).getBoundingClientRect();
      const radius = parseFloat(getComputedStyle(active).borderTopLeftRadius);
      return { x: x - 8, y: y - 8, width, height, radius };
    });
    // Playwright's coordinates begin at the top of the page.
    const scrolled = await page.evaluate(() => scrollY);
    const clip = { ...place, y: place.y + scrolled, width: width + 16, height: height + 16 };
    for (const [look, media] of Object.entries(looks)) {
      await page.emulateMedia(media);
      const picture = () => page.screenshot({ clip, scale: "css", caret: "initial" });
      const after = await picture();
      await setFocus(page, false);
      const before = await picture();
      await setFocus(page, true);
      assert.equal(await focused(page), control);
      const changed = await pixelsThatDiffer(before, after, 3);
      const perimeter = 2 * (width + height) - (8 - 2 * Math.PI) * radius;
      const wanted = 2 * perimeter;
      assert.ok(changed >= wanted, `${look}: ${changed} pixels of ${Math.round(wanted)}`);
    }
  }

  /** Moves the focus away and back by the keyboard. */
  const setFocus = (page: Page, isOn: boolean): Promise<void> =>
    page.evaluate((isOn) => {
      const kept = globalThis as unknown as { kept?: HTMLElement };
      kept.kept ??= document.querySelector("onegini-otp-login")!.shadowRoot!.activeElement as HTMLElement;
      if (isOn) kept.kept.focus({ focusVisible: true });
      else kept.kept.blur();
    }, isOn);
});
