import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { doesNotGrow, steadyHeap, visitSimulated, type SimulatedVisit } from "./support/simulated-visit.js";

describe("A page that is open for 24 hours does not grow", () => {
  let browser: Browser;
  before(async () => (browser = await launchBrowser([steadyHeap])));
  after(() => browser.close());

  // The kit looks at all codes of an attempt, which has at most 20 by default: with codes of a minute, it would be slow here.
  it("while its codes are renewed every two and a half minutes", (t) =>
    standsForADay(t, browser, {
      attributes: 'renewals="9999"',
      codeSeconds: 180,
      phase: "pending",
      made: { POST: 500 },
    }));

  it("while it is offline", (t) =>
    standsForADay(t, browser, {
      async reach({ page, run }) {
        await page.context().setOffline(true);
        await run(2);
      },
      phase: "pending",
    }));

  it("while it asks “Still there?”, after the last code", (t) =>
    standsForADay(t, browser, {
      attributes: 'renewals="0"',
      reach: ({ run }) => run(3),
      phase: "expired",
    }));

  it("while it shows that it failed", (t) =>
    standsForADay(t, browser, {
      async reach({ bank, run }) {
        bank.way = "dead";
        bank.cut();
        await run(3);
      },
      phase: "failed",
    }));

  for (const [what, way] of [
    ["while no stream works, and it polls instead", "no streams"],
    ["while no status comes, and it tries to connect again and again", "no status"],
  ] as const)
    it(what, (t) =>
      standsForADay(t, browser, {
        attributes: 'renewals="9999"',
        codeSeconds: 3_600,
        async reach({ bank, run }) {
          bank.way = way;
          bank.cut();
          await run(1);
        },
        phase: "pending",
        made: { "held poll": 3_000, stream: 3_000 },
      }),
    );
});

interface Day {
  /** Attributes of the element. */
  attributes?: string;
  codeSeconds?: number;
  /** Brings the page, which shows a code, into the state in which it stays all day. */
  reach?: (visit: SimulatedVisit) => Promise<void>;
  /** The phase of the element in the first hour and in the last. */
  phase: string;
  /** A kind of request that the element must have sent by the end. */
  made?: Record<string, number>;
}

/** Opens a page, lets 24 hours go by, and asserts that the last hour has no more of anything than the first. */
async function standsForADay(
  t: TestContext,
  browser: Browser,
  { attributes = "", codeSeconds, reach, phase, made = {} }: Day,
): Promise<void> {
  const visit = await visitSimulated(t, browser, codeSeconds);
  const { page } = visit;
  await page.evaluate((markup) => {
    document.body.innerHTML = markup;
  }, `<onegini-otp-login ${attributes}></onegini-otp-login>`);
  await page.waitForFunction(
    () => (document.querySelector("onegini-otp-login") as { state?: string } | null)?.state === "pending",
  );
  await reach?.(visit);
  const first = await visit.hour();
  assert.equal(await visit.phase(), phase);
  await visit.run(22 * 60);
  const last = await visit.hour();
  assert.equal(await visit.phase(), phase);
  const all = await visit.made();
  t.diagnostic(`requests made: ${JSON.stringify(all)}`);
  for (const [kind, least] of Object.entries(made))
    assert.equal((all[kind] ?? 0) >= least, true, `It made too few requests to show anything: ${kind}.`);
  doesNotGrow(t, ["in hour 1", first], ["in hour 24", last]);
}
