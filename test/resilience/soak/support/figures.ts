import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { CDPSession, Page } from "playwright-core";
import type { Simulation } from "./simulated-page.js";

/** For a browser that compiles to bytecode only: what it compiles to later, bit by bit, would look like growth. */
export const steadyHeap = "--js-flags=--no-opt --no-maglev --no-sparkplug";

/** What must not grow. */
export interface Figures {
  listeners: number;
  nodes: number;
  documents: number;
  timers: number;
  /** Under way in the page. */
  requests: number;
  heapKilobytes: number;
}

/** Counts what a page holds, after its garbage was collected. */
export async function figuresOf(page: Page, devtools: CDPSession): Promise<Figures> {
  // What one collection frees may hold what the next one can free.
  for (let i = 0; i < 3; i++) await devtools.send("HeapProfiler.collectGarbage");
  const { documents, nodes, jsEventListeners } = await devtools.send("Memory.getDOMCounters");
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  const { timers, requests } = await page.evaluate(() => {
    const { simulation } = globalThis as unknown as { simulation: Simulation };
    return { timers: simulation.timers(), requests: simulation.requests() };
  });
  return {
    listeners: jsEventListeners,
    nodes,
    documents,
    timers,
    requests,
    heapKilobytes: Math.round(usedSize / 1_024),
  };
}

/** Of several looks: the most that there was of each, and the last heap: a page that is new has not compiled everything. */
export function most(looks: readonly Figures[]): Figures {
  const of = (name: keyof Figures) => looks.map((figures) => figures[name]);
  return {
    listeners: Math.max(...of("listeners")),
    nodes: Math.max(...of("nodes")),
    documents: Math.max(...of("documents")),
    timers: Math.max(...of("timers")),
    requests: Math.max(...of("requests")),
    heapKilobytes: looks.at(-1)?.heapKilobytes ?? 0,
  };
}

/**
 * What may come and go: a hint with its icon, a try under way, a cache of the browser's. What grows by anything a poll, a
 * code or a round is far beyond: when each still held on to the one before it, a day took some 4,000 kB.
 */
const slack: Figures = { listeners: 3, nodes: 8, documents: 0, timers: 2, requests: 1, heapKilobytes: 64 };

/** Prints the figures of two times side by side, and asserts that none has grown. */
export function doesNotGrow(
  t: TestContext,
  [first, before]: readonly [string, Figures],
  [second, after]: readonly [string, Figures],
): void {
  const lines = (Object.keys(before) as (keyof Figures)[]).map((name) => {
    const line = `${name}: ${before[name]} ${first}, ${after[name]} ${second}`;
    t.diagnostic(line);
    return { line, grows: after[name] > before[name] + slack[name] };
  });
  const grown = lines.filter(({ grows }) => grows).map(({ line }) => line);
  assert.deepEqual(grown, [], "It grows.");
}
