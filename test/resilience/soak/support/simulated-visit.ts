import type { TestContext } from "node:test";
import type { Browser, CDPSession, Page } from "playwright-core";
import { figuresOf, most, type Figures } from "./figures.js";
import { startSimulatedBank, type SimulatedBank } from "./simulated-bank.js";
import { simulate, type Simulation } from "./simulated-page.js";

/** Somebody on a page whose time is simulated, as is its bank's. */
export interface SimulatedVisit {
  bank: SimulatedBank;
  page: Page;
  devtools: CDPSession;
  /** The phase of the page's one element. */
  phase: () => Promise<string>;
  /** How many requests were made so far, by kind. */
  made: () => Promise<Record<string, number>>;
  run: (minutes: number) => Promise<void>;
  /** Lets an hour go by, and gives the most that there was in it. */
  hour: () => Promise<Figures>;
}

/** Timers come together so far apart: a day then has a minute, and not five. `GROWTH_GRAIN_MS=0` puts each at its instant. */
const grainMs = Number(process.env["GROWTH_GRAIN_MS"] ?? 4_000);

export interface SimulatedVisitOptions {
  codeSeconds?: number;
  newPage?: () => Promise<Page>;
}

/** A page with nothing on it yet. */
export async function visitSimulated(
  t: TestContext,
  browser: Browser,
  { codeSeconds = 60, newPage }: SimulatedVisitOptions = {},
): Promise<SimulatedVisit> {
  const bank = await startSimulatedBank(codeSeconds);
  const page = await (newPage ?? (() => browser.newPage()))();
  t.after(async () => {
    await page.close();
    bank.close();
  });
  // Nothing need be painted but the element's first line, where it is seen.
  await page.setViewportSize({ width: 400, height: 24 });
  // What the compiler that runs these tests calls in the functions that go to the page.
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
