import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { reachPhase } from "../../support/login-page.js";
import { focused, walk } from "./support/assistive-technology.js";
import { code, refusal } from "./support/login-site.js";
import { type SceneName, watched, stages } from "./support/scenes.js";

const enlarge = "Enlarge QR code";
const here = "Open the app on this device";
const app = ["Continue", "Use another phone"];
const back = "Go back to the app";
const number = ["Number from your phone, 4 digits", "Continue"];

/** The Tab stops in the card, in order. */
const stops = {
  idle: ["Show QR code"],
  requesting: [],
  pending: [enlarge],
  "pending, a code of an hour": [enlarge],
  "pending, last code": [enlarge],
  "pending, new code late": [enlarge],
  "pending, reconnecting": [enlarge],
  "pending, offline": [enlarge],
  "pending, offline, code over": [],
  "pending, scanned": ["Scan again"],
  approved: [],
  "approved, number": [...number, "Start over"],
  "approved, wrong number": [...number, "Start over"],
  completed: [],
  "completed, leaving": [],
  denied: ["Try again"],
  expired: ["Show a new code"],
  "failed, service not answering": ["Try again"],
  "failed, no network": ["Try again"],
  "failed, too many tries": ["Try again"],
  "failed, must wait": ["Try again in 0:24"],
  "failed, cookies blocked": ["Try again"],
  "failed, not available here": [],
  "failed, paused": [],
  "failed, login failed": ["Try again"],
  "failed, login refused": [],
  "failed, login over": ["Try again"],
  "tablet, idle": ["Show QR code"],
  "tablet, pending": [enlarge, here],
  "tablet, denied": ["Try again"],
  "phone, idle": ["Show QR code", "Use another phone"],
  "phone, requesting": ["Use another phone"],
  "phone, pending": app,
  "phone sideways, pending": app,
  "phone, pending, other phone": [...app, enlarge],
  "phone, pending, offline": app,
  "phone, pending, scanned": [back, "Use another phone"],
  "phone, approved": [],
  "phone, approved, number": [back, ...number, "Start over"],
  "phone, approved, wrong number": [back, ...number, "Start over"],
  "phone, expired": ["Try again"],
  "phone, failed, must wait": ["Try again in 0:24"],
  "phone without app link, pending": [enlarge],
} satisfies Record<Exclude<SceneName, `pending, enlarged${string}`>, string[]>;

describe("The keyboard", () => {
  const { open } = stages();

  for (const [name, names] of Object.entries(stops) as [SceneName, string[]][]) {
    it(`moves through the controls in reading order: ${name}`, async () => {
      const { page } = await open(name);
      const forth = await walk(page);
      const stops = forth.map((stop) => stop.name);
      assert.deepEqual(stops, names);
      const seen = forth.toSorted((one, other) => one.top - other.top || one.left - other.left);
      assert.deepEqual(forth, seen, "as it is seen, from the top");
      const back = await walk(page, "Shift+Tab");
      assert.deepEqual(back.reverse(), forth);
    });
  }

  it("opens the large code and stays in it; Esc closes it and returns the focus", async () => {
    const { page } = await open("pending");
    const dialog = page.getByRole("dialog");
    await walk(page);
    await page.keyboard.press("Shift+Tab");
    for (const [opens, closes] of [
      ["Enter", "Escape"],
      ["Space", "Enter"],
      ["Enter", "Space"],
    ] as const) {
      assert.equal(await focused(page), enlarge);
      await page.keyboard.press(opens);
      await dialog.waitFor();
      for (let count = 0; count < 4; count++) {
        // Between two rounds the focus is on the browser's own controls, outside the page.
        assert.ok(["Close", "page"].includes(await focused(page)), await focused(page));
        await page.keyboard.press("Tab");
      }
      await dialog.getByRole("button", { name: "Close" }).focus();
      await page.keyboard.press(closes);
      // The dialog is closed, and the element has its close event.
      await page.locator("onegini-otp-login dialog > *").first().waitFor({ state: "detached" });
    }
    assert.equal(await focused(page), enlarge);
  });

  it("keeps the focus through a login that is declined, retried and interrupted", async () => {
    const { page, site, pass, passUntil, reads } = await open("denied");
    await walk(page);
    await page.keyboard.press("Shift+Tab");
    assert.equal(await focused(page), "Try again");

    site.answers.start = "never";
    await page.keyboard.press("Enter");
    await reachPhase(page, "requesting");
    assert.equal(await focused(page), "Log in with your phone", "no button: the heading");
    site.answers.start = code(60);
    await page.evaluate(() => document.querySelector("onegini-otp-login")!.start());
    await reachPhase(page, "pending");
    assert.equal(await focused(page), "Log in with your phone");
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), enlarge, "goes on from where it was");

    site.answers.status = "reset";
    site.cut();
    await passUntil("Reconnecting…");
    assert.equal(await focused(page), enlarge);
    site.answers.status = "stream";
    await passUntil("New code in");
    for (let count = 0; count < 3; count++) {
      await pass(45);
      await reads("New code in 0:45");
      assert.equal(await focused(page), enlarge, "codes come and go");
    }

    await page.context().setOffline(true);
    await reads("You’re offline. We’ll keep trying.");
    assert.equal(await focused(page), enlarge, "the button stays, as the code does");
  });

  it("keeps the focus when the next phase closes the large code", async () => {
    const { page, site } = await open("pending, enlarged");
    site.say("denied");
    await reachPhase(page, "denied");
    assert.equal(await focused(page), "Try again");
  });

  it("cannot press the button before the time of the next try, and can after it", async () => {
    const { page, site, pass, reads } = await open("failed, must wait");
    await walk(page);
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Space");
    await pass(23);
    await reads("Try again in 0:01");
    assert.equal(await focused(page), "Try again in 0:01", "keeps its place while it counts");
    await pass(1);
    assert.equal(await focused(page), "Try again");
    site.answers.start = code(60);
    await page.keyboard.press("Enter");
    await reachPhase(page, "pending");
  });

  it("keeps the focus in the page while the person types there", async () => {
    const { page, site, pass, passUntil } = await open("idle");
    await page.evaluate(() => {
      const input = document.createElement("input");
      input.ariaLabel = "User name";
      document.querySelector("main")!.append(input);
    });
    const input = page.getByRole("textbox", { name: "User name" });
    await input.focus();
    const scrolled = await page.evaluate(() => scrollY);
    let typed = "";
    const type = async (): Promise<void> => {
      typed += "ab"[typed.length % 2];
      await page.keyboard.press(typed.at(-1)!);
    };
    const start = (): Promise<void> =>
      page.evaluate(() => document.querySelector("onegini-otp-login")!.start());

    await start();
    await reachPhase(page, "pending");
    await type();
    await pass(50);
    await type();
    site.answers.status = "reset";
    site.cut();
    await passUntil("Reconnecting…");
    await type();
    await page.context().setOffline(true);
    await passUntil("You’re offline");
    await type();
    await page.context().setOffline(false);
    site.answers.status = "stream";
    await passUntil("New code in");
    await type();
    site.answers.start = refusal("temporarily_unavailable", 503);
    await start();
    await reachPhase(page, "failed");
    await type();
    site.answers.start = code(60);
    await start();
    await reachPhase(page, "pending");
    await passUntil("New code in");
    await watched({ page, site });
    site.say("approved");
    await reachPhase(page, "completed");
    await type();
    assert.equal(await input.inputValue(), typed);
    assert.equal(await focused(page), "User name");
    assert.equal(await page.evaluate(() => scrollY), scrolled);
  });
});
