import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import type { OneginiOtpLogin } from "../../../src/index.js";
import { until } from "../../support/until.js";
import type { Simulation } from "./support/simulated-page.js";
import { doesNotGrow, figuresOf, steadyHeap, visitSimulated } from "./support/simulated-visit.js";

describe("Elements that come and go leave nothing behind", () => {
  let browser: Browser;
  before(async () => (browser = await launchBrowser([steadyHeap])));
  after(() => browser.close());

  async function comeAndGo(t: TestContext, place: Place, rounds: number): Promise<void> {
    const { page, bank, devtools, made } = await visitSimulated(t, browser);
    // The first rounds fill caches of the browser and the libraries, and functions that run rarely are compiled late.
    const few = 100;
    await page.evaluate(attachAndDetach, [few, place] as const);
    const look = () => figuresOf(page, devtools);
    const held = ({ nodes, listeners }: Awaited<ReturnType<typeof look>>): number => nodes + listeners;
    // The browser keeps the last elements for a while.
    let before = await look();
    await until(async () => {
      const earlier = before;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      before = await look();
      return held(before) >= held(earlier);
    }, "the browser to let the first elements go");
    await page.evaluate(attachAndDetach, [rounds - few, place] as const);
    let figures = await look();
    await until(async () => {
      if (held(figures) <= held(before)) return true;
      // Once it kept the elements of one round for 30 s. Further rounds take their place; what leaks grows with them.
      await page.evaluate(attachAndDetach, [4, place] as const);
      figures = await look();
      return held(figures) <= held(before);
    }, "the browser to let the last elements go").catch(() => undefined);
    const all = await made();
    t.diagnostic(`requests made: ${JSON.stringify(all)}`);
    assert.equal((all["POST"] ?? 0) >= rounds, true, "Not every round asked for a code.");
    assert.equal((all["stream"] ?? 0) >= rounds * 0.7, true, "Too few rounds opened a stream.");
    assert.equal(figures.timers, 0, "Timers are left.");
    assert.equal(figures.requests, 0, "Requests are left.");
    assert.equal(bank.underWay(), 0, "The server still answers.");
    doesNotGrow(t, [`after ${few} rounds`, before], [`after ${rounds} rounds`, figures]);
  }

  it("after 400 rounds with a new element each", (t) => comeAndGo(t, "body", 400));
  it("after 400 rounds with the same element", (t) => comeAndGo(t, "same element", 400));
  it("after 200 rounds in shadow roots, an open and a closed one", (t) => comeAndGo(t, "shadow roots", 200));
  it("after 200 rounds in a modal dialog, with the code large", (t) => comeAndGo(t, "dialog", 200));
  it("after 200 rounds with three at once", (t) => comeAndGo(t, "three at once", 200));

  it("after 200 times in a page that is hidden and shown again", async (t) => {
    const { page, devtools, made, phase } = await visitSimulated(t, browser);
    await page.evaluate(() => {
      document.body.innerHTML = '<onegini-otp-login renewals="9999"></onegini-otp-login>';
    });
    await page.waitForFunction(
      () => (document.querySelector("onegini-otp-login") as { state?: string } | null)?.state === "pending",
    );
    await page.evaluate(hideAndShow, 60);
    const before = await figuresOf(page, devtools);
    await page.evaluate(hideAndShow, 140);
    const figures = await figuresOf(page, devtools);
    const all = await made();
    t.diagnostic(`requests made: ${JSON.stringify(all)}`);
    assert.equal(await phase(), "pending");
    assert.equal((all["stream"] ?? 0) >= 200, true, "The stream was not let go each time.");
    doesNotGrow(t, ["after 60 times", before], ["after 200 times", figures]);
  });
});

/** The place of the element in each round. */
type Place = "body" | "same element" | "shadow roots" | "dialog" | "three at once";

/**
 * Attaches and detaches elements; runs in the page. In three rounds of four the code is drawn and the stream is open
 * when the element goes, in the fourth its start is under way.
 */
async function attachAndDetach([rounds, place]: readonly [number, Place]): Promise<void> {
  const { simulation } = globalThis as unknown as { simulation: Simulation };
  const globals = globalThis as unknown as { kept?: OneginiOtpLogin };
  const create = () => document.createElement("onegini-otp-login");

  /** Puts elements into the page. What it returns takes them out. */
  function attach(): [elements: OneginiOtpLogin[], detach: () => void] {
    switch (place) {
      case "body": {
        const element = create();
        document.body.append(element);
        return [[element], () => element.remove()];
      }
      case "same element": {
        const element = (globals.kept ??= create());
        document.body.append(element);
        return [[element], () => element.remove()];
      }
      case "shadow roots": {
        const [outer, inner, element] = [
          document.createElement("div"),
          document.createElement("div"),
          create(),
        ];
        outer.attachShadow({ mode: "open" }).append(inner);
        inner.attachShadow({ mode: "closed" }).append(element);
        document.body.append(outer);
        return [[element], () => outer.remove()];
      }
      case "dialog": {
        const [dialog, element] = [document.createElement("dialog"), create()];
        dialog.append(element);
        document.body.append(dialog);
        dialog.showModal();
        const detach = () => {
          // The code may be large: a dialog on top of the dialog.
          element.shadowRoot?.querySelector<HTMLElement>(".enlarge")?.click();
          dialog.close();
          dialog.remove();
        };
        return [[element], detach];
      }
      case "three at once": {
        const elements = [create(), create(), create()];
        // One above the other, so that each is in view.
        for (const { style } of elements) Object.assign(style, { position: "fixed", top: 0 });
        document.body.append(...elements);
        return [elements, () => document.body.replaceChildren()];
      }
      default:
        return place satisfies never;
    }
  }

  const reach = async (elements: OneginiOtpLogin[], phase: string) => {
    while (elements.some(({ state }) => state !== phase)) await simulation.run(0, 0);
    await Promise.all(elements.map(({ updateComplete }) => updateComplete));
  };
  for (let round = 0; round < rounds; round++) {
    const [elements, detach] = attach();
    await Promise.all(elements.map(({ updateComplete }) => updateComplete));
    if (round % 4 < 3) await reach(elements, "pending");
    detach();
    await simulation.run(10, 0);
    await reach(elements, "idle");
  }
  delete globals.kept;
}

/** Hides the page for 40 s, in which the element closes its stream, and shows it again. Runs in the page. */
async function hideAndShow(rounds: number): Promise<void> {
  const { simulation } = globalThis as unknown as { simulation: Simulation };
  const become = (visibilityState: DocumentVisibilityState): void => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => visibilityState });
    document.dispatchEvent(new Event("visibilitychange"));
  };
  for (let round = 0; round < rounds; round++) {
    become("hidden");
    await simulation.run(40_000, 0);
    become("visible");
    await simulation.run(5_000, 0);
  }
}
