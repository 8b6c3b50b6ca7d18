import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { standsForADay } from "./support/day.js";
import { steadyHeap } from "./support/figures.js";

describe("A page that stands open for 24 hours of trouble does not grow", () => {
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser([steadyHeap]);
  });
  after(() => browser.close());

  it("where no stream works and polls stand in", (t) =>
    standsForADay(t, {
      browser,
      attributes: 'renewals="9999"',
      codeSeconds: 3_600,
      async reach({ bank, run }) {
        bank.way = "no streams";
        bank.cut();
        await run(1);
      },
      phase: "pending",
      made: { "held poll": 3_000, stream: 3_000 },
    }));

  it("where no status comes, and it tries to connect again and again", (t) =>
    standsForADay(t, {
      browser,
      attributes: 'renewals="9999"',
      codeSeconds: 3_600,
      async reach({ bank, run }) {
        bank.way = "no status";
        bank.cut();
        await run(1);
      },
      phase: "pending",
      made: { "held poll": 3_000, stream: 3_000 },
    }));
});
