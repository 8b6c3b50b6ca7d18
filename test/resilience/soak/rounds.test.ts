import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { doesNotGrow, figuresOf, steadyHeap } from "./support/figures.js";
import { attachAndDetach, hideAndShow, type Place } from "./support/rounds.js";
import { visitSimulated } from "./support/simulated-visit.js";

/** For so long a start waits for its turn, and a little more. */
const turnMs = 3_500;

describe("Elements that come and go leave nothing behind", () => {
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser([steadyHeap]);
  });
  after(() => browser.close());

  async function comeAndGo(t: TestContext, place: Place, rounds: number): Promise<void> {
    const { page, bank, devtools, made } = await visitSimulated(t, browser);
    // The first rounds fill what a browser and the libraries keep once; what runs seldom is compiled late.
    const few = 100;
    await page.evaluate(attachAndDetach, [few, place] as const);
    await new Promise((resolve) => setTimeout(resolve, turnMs));
    const before = await figuresOf(page, devtools);
    await page.evaluate(attachAndDetach, [rounds - few, place] as const);
    let figures = await figuresOf(page, devtools);
    // That is the browser's own time, and it holds on to the last elements meanwhile.
    for (
      let look = 0;
      look < 20 && figures.nodes + figures.listeners > before.nodes + before.listeners;
      look++
    ) {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      figures = await figuresOf(page, devtools);
    }
    const all = await made();
    t.diagnostic(`requests made: ${JSON.stringify(all)}`);
    assert.equal((all["POST"] ?? 0) >= rounds, true, "Not every round asked for a code.");
    assert.equal((all["stream"] ?? 0) >= rounds * 0.7, true, "Too few rounds opened a stream.");
    assert.equal(figures.timers, 0, "Timers are left.");
    assert.equal(figures.requests, 0, "Requests are left.");
    assert.equal(bank.underWay(), 0, "The server still answers.");
    doesNotGrow(t, [`after ${few} rounds`, before], [`after ${rounds} rounds`, figures]);
  }

  it("after 1,000 rounds with a new element each", (t) => comeAndGo(t, "body", 1_000));
  it("after 1,000 rounds with the same element", (t) => comeAndGo(t, "same element", 1_000));
  it("after 200 rounds in shadow roots, an open and a closed one", (t) => comeAndGo(t, "shadow roots", 200));
  it("after 200 rounds in a modal dialog, with the code large", (t) => comeAndGo(t, "dialog", 200));
  it("after 200 rounds with three at once", (t) => comeAndGo(t, "three at once", 200));

  it("after 300 times in a page that is hidden and shown again", async (t) => {
    const { page, devtools, made, phase } = await visitSimulated(t, browser);
    await page.evaluate(() => {
      document.body.innerHTML = '<onegini-otp-login renewals="9999"></onegini-otp-login>';
    });
    await page.waitForFunction(
      () => (document.querySelector("onegini-otp-login") as { state?: string } | null)?.state === "pending",
    );
    await page.evaluate(hideAndShow, 60);
    const before = await figuresOf(page, devtools);
    await page.evaluate(hideAndShow, 240);
    const figures = await figuresOf(page, devtools);
    const all = await made();
    t.diagnostic(`requests made: ${JSON.stringify(all)}`);
    assert.equal(await phase(), "pending");
    assert.equal((all["stream"] ?? 0) >= 300, true, "The stream was not let go each time.");
    doesNotGrow(t, ["after 60 times", before], ["after 300 times", figures]);
  });
});
