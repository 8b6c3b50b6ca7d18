import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Browser, CDPSession, Page } from "playwright-core";
import { startSimulatedBank, type SimulatedBank } from "./simulated-bank.js";
import { simulate, type Simulation } from "./simulated-page.js";

/** A person with a page and a bank in simulated time. */
export interface SimulatedVisit {
  bank: SimulatedBank;
  page: Page;
  devtools: CDPSession;
  /** The phase of the page's one element. */
  phase: () => Promise<string>;
  /** How many requests were made so far, by kind. */
  made: () => Promise<Record<string, number>>;
  run: (minutes: number) => Promise<void>;
  /** Runs an hour, and returns the largest counts in it. */
  hour: () => Promise<Figures>;
}

/**
 * Timers fire together at multiples of this, because a day would otherwise take several times as long.
 * `GROWTH_GRAIN_MS=0` fires each at its instant.
 */
const grainMs = Number(process.env["GROWTH_GRAIN_MS"] ?? 10_000);

/** An empty page. */
export async function visitSimulated(
  t: TestContext,
  browser: Browser,
  codeSeconds = 60,
): Promise<SimulatedVisit> {
  const bank = await startSimulatedBank(codeSeconds);
  const page = await browser.newPage();
  t.after(async () => {
    await page.close();
    bank.close();
  });
  // The window shows only the element's first line, so that little is painted.
  await page.setViewportSize({ width: 400, height: 24 });
  // A helper that the tests' compiler (esbuild) calls in functions that are sent to the page.
  await page.addInitScript({ content: "globalThis.__name ??= (each) => each;" });
  await page.addInitScript(simulate);
  await page.goto(bank.origin);
  await page.waitForFunction(() => customElements.get("onegini-otp-login") !== undefined);
  const devtools = await page.context().newCDPSession(page);
  const run = (minutes: number) =>
    page.evaluate(
      ([ms, grain]) => (globalThis as unknown as { simulation: Simulation }).simulation.run(ms, grain),
      [minutes * 60_000, grainMs] as const,
    );
  return {
    bank,
    page,
    devtools,
    run,
    phase: () =>
      page.evaluate(
        () => (document.querySelector("onegini-otp-login") as { state: string } | null)?.state ?? "",
      ),
    made: () => page.evaluate(() => (globalThis as unknown as { simulation: Simulation }).simulation.made),
    async hour() {
      const looks: Figures[] = [];
      for (let i = 0; i < 6; i++) {
        await run(10);
        looks.push(await figuresOf(page, devtools));
      }
      return most(looks);
    },
  };
}

/** Limits a browser to bytecode, because machine code that it compiles later would look like growth. */
export const steadyHeap = "--js-flags=--no-opt --no-maglev --no-sparkplug";

/** The counts that must not grow. */
interface Figures {
  listeners: number;
  nodes: number;
  documents: number;
  timers: number;
  /** Open requests of the page. */
  requests: number;
  heapKilobytes: number;
}

/** Counts a page's objects after a garbage collection. */
export async function figuresOf(page: Page, devtools: CDPSession): Promise<Figures> {
  // Twice, because objects that one collection frees may hold others that only the next one frees.
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

/** The maximum of each count. Only the heap is the last one, because a new page has not compiled everything yet. */
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
 * The allowed differences: a hint with its icon, a request in progress, a browser's cache. A leak per poll, code or
 * round is far above them: when each code held on to the one before it, a day took some 4,000 kB.
 */
const slack: Figures = { listeners: 3, nodes: 8, documents: 0, timers: 2, requests: 1, heapKilobytes: 64 };

/** Prints the counts of two times side by side, and asserts that none has grown. */
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
