import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Page } from "playwright-core";
import { reachPhase } from "../../support/login-page.js";
import { focused } from "./support/assistive-technology.js";
import { code, type Answer } from "./support/login-site.js";
import { watched, type Stage, stages } from "./support/scenes.js";

describe("The time limit", () => {
  const { open } = stages();

  it("is extended five times automatically, and then by one press each time, without a limit (WCAG 2.2.1)", async () => {
    const stage = await open("idle");
    const { page, pass, reads } = stage;
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), "Show QR code");
    // Ten times, as the criterion requires.
    for (let press = 0; press < 10; press++) {
      await page.keyboard.press("Enter");
      await watched(stage);
      for (let codes = 0; codes < 5; codes++) {
        await reads("New code in 0:45");
        await pass(45);
      }
      await reads("Code works for 1:00");
      await pass(60);
      await reachPhase(page, "expired");
      // The heading had the focus since the button disappeared. The new button takes it.
      assert.equal(await focused(page), "Show a new code");
    }
  });
});

describe("Motion", () => {
  const { open } = stages();

  /** Notes every animation and transition of the card that begins from now on. */
  const watchMotion = (page: Page): Promise<void> =>
    page.evaluate(() => {
      const moved: string[] = [];
      Object.assign(globalThis, { moved });
      const root = document.querySelector("onegini-otp-login")!.shadowRoot!;
      for (const type of ["animationstart", "transitionrun"])
        root.addEventListener(type, ({ target }) => {
          const { animationDuration } = getComputedStyle(target as Element);
          // What comes at once, but later, does not move.
          if (type === "animationstart" && animationDuration === "0s") return;
          moved.push((target as Element).getAttribute("class") ?? (target as Element).localName);
        });
      // A script's animation has no event that says that it begins.
      const animate = Reflect.get(Element.prototype, "animate") as (...given: unknown[]) => Animation;
      Element.prototype.animate = function (...given) {
        moved.push(`${this.getAttribute("class")} travels`);
        return animate.apply(this, given);
      };
    });
  const moved = (page: Page): Promise<string[]> =>
    page.evaluate(() => (globalThis as unknown as { moved: string[] }).moved);

  /** A login from the button to the end, with a new code on the way. */
  async function logIn(stage: Stage): Promise<void> {
    const { page, site, pass, reads } = stage;
    site.answers.start = "never";
    await page.getByRole("button", { name: "Show QR code" }).click();
    await reachPhase(page, "requesting");
    await page.locator("onegini-otp-login .waiting").waitFor();
    // The finder marks begin to pulse after 0.4 s, and animations start in frames.
    await nextFrames(page);
    site.answers.start = code(60);
    await page.evaluate(() => document.querySelector("onegini-otp-login")!.start());
    await watched(stage);
    await pass(20);
    await nextFrames(page);
    await pass(25);
    await reads("New code in 0:45");
    await nextFrames(page);
    let ask: (answer: Answer) => void = () => undefined;
    site.answers.login = new Promise((resolve) => (ask = resolve));
    site.say("pending", { scanned: true });
    await reads("Check your phone");
    site.say("approved");
    await reachPhase(page, "approved");
    // The second line comes 400 ms later, by the browser's own clock.
    await page
      .locator("onegini-otp-login .later")
      .evaluate((line) => Promise.all(line.getAnimations().map(({ finished }) => finished)));
    ask({
      status: 403,
      body: { error: "pairing_required", error_description: "…", digits: 4, tries_left: 3, expires_in: 300 },
    });
    await reachPhase(page, "number");
    await nextFrames(page);
  }

  /** Takes a picture, which waits for a frame, so that animations have begun. */
  const nextFrames = async (page: Page): Promise<void> => {
    for (let count = 0; count < 2; count++) await page.screenshot({ animations: "allow" });
  };

  it("does not occur in a whole login when the person prefers reduced motion", async () => {
    const stage = await open("idle", { reducedMotion: "reduce" });
    await watchMotion(stage.page);
    await logIn(stage);
    assert.deepEqual(await moved(stage.page), []);
  });

  it("occurs otherwise: words appear, the ring refills, an arc turns, disc and words travel", async () => {
    const stage = await open("idle", { reducedMotion: "no-preference" });
    await watchMotion(stage.page);
    await logIn(stage);
    const parts = new Set(await moved(stage.page));
    for (const part of ["left", "later", "arc", "disc quiet travels", "words travels"])
      assert.ok(parts.has(part), [...parts].join());
    assert.ok(!parts.has("canvas"), "the code never moves");
  });
});
