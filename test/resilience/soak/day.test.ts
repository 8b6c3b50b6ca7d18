import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { standsForADay } from "./support/day.js";
import { steadyHeap } from "./support/figures.js";

describe("A page that stands open for 24 hours does not grow", () => {
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser([steadyHeap]);
  });
  after(() => browser.close());

  it("with codes that are renewed every 45 seconds", (t) =>
    standsForADay(t, { browser, attributes: 'renewals="9999"', phase: "pending", made: { POST: 1_500 } }));

  it("offline", (t) =>
    standsForADay(t, {
      browser,
      async reach({ page, run }) {
        await page.context().setOffline(true);
        await run(2);
      },
      phase: "pending",
    }));

  it("after the last code, where it asks “Still there?”", (t) =>
    standsForADay(t, {
      browser,
      attributes: 'renewals="0"',
      async reach({ run }) {
        await run(3);
      },
      phase: "expired",
    }));

  it("where it failed", (t) =>
    standsForADay(t, {
      browser,
      async reach({ bank, run }) {
        bank.way = "dead";
        bank.cut();
        await run(3);
      },
      phase: "failed",
    }));
});
