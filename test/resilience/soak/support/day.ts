import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Browser } from "playwright-core";
import { doesNotGrow } from "./figures.js";
import { visitSimulated, type SimulatedVisit, type SimulatedVisitOptions } from "./simulated-visit.js";

export interface Day extends SimulatedVisitOptions {
  browser: Browser;
  /** Attributes of the element. */
  attributes?: string;
  /** Brings the page to how it stands all day; it shows a code. */
  reach?: (visit: SimulatedVisit) => Promise<void>;
  /** The phase in which it stands in the first hour and in the last. */
  phase: string;
  /** Requests of a kind that it must have made by the end. */
  made?: Record<string, number>;
}

/** Opens a page, lets 24 hours go by, and asserts that the last hour has no more of anything than the first. */
export async function standsForADay(
  t: TestContext,
  { browser, attributes = "", reach, phase, made = {}, ...options }: Day,
): Promise<void> {
  const visit = await visitSimulated(t, browser, options);
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
