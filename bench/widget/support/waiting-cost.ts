import type { Browser } from "playwright-core";
import { trace, type Trace, type TraceEvent } from "./trace.js";

/**
 * A page's work, by the names of events in the browser's traces. `Performance.getMetrics` is no measure: it leaves out
 * scripts in microtasks, and Lit renders in microtasks.
 */
const names = {
  script:
    /^(v8\.|V8\.|FunctionCall|TimerFire|FireAnimationFrame|RunMicrotasks|EvaluateScript|MinorGC|MajorGC)/,
  style: /^(UpdateLayoutTree|RecalcStyles|ScheduleStyleRecalculation|ParseAuthorStyleSheet)$/,
  layout: /^Layout$/,
};
type Part = keyof typeof names;

export const parts = Object.keys(names) as Part[];

/** Milliseconds that the page's main thread ran, for each part of its work. */
export type Cost = Record<Part | "together", number>;

/** Time until a page is idle. */
const settleMs = 3_000;

/** Opens a page in a fresh profile, waits until it is idle, and measures what some seconds of waiting cost. */
export async function costOf(browser: Browser, url: string, seconds: number): Promise<Cost> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const end = await trace(await context.newCDPSession(page), ["devtools.timeline", "v8.execute", "v8"]);
    await page.goto(url);
    await page.waitForTimeout(settleMs + seconds * 1_000);
    return sum(await end(url));
  } finally {
    await context.close();
  }
}

function sum({ events, navigation }: Trace): Cost {
  const cost: Cost = { script: 0, style: 0, layout: 0, together: 0 };
  const ofPage = events.filter(
    ({ pid, tid, ts }) =>
      pid === navigation.pid && tid === navigation.tid && ts > navigation.ts + settleMs * 1_000,
  );
  for (const [{ name }, ms] of ownTimes(ofPage)) {
    const part = parts.find((candidate) => names[candidate].test(name));
    if (!part) continue;
    cost[part] += ms;
    cost.together += ms;
  }
  return cost;
}

/** The thread time of each event, without the events that are nested in it. */
function ownTimes(events: readonly TraceEvent[]): Map<TraceEvent, number> {
  const own = new Map<TraceEvent, number>();
  const around: { event: TraceEvent; until: number }[] = [];
  const byBegin = (one: TraceEvent, other: TraceEvent): number =>
    one.ts - other.ts || (other.dur ?? 0) - (one.dur ?? 0);
  for (const event of events.filter(({ tdur }) => tdur !== undefined).sort(byBegin)) {
    const ms = (event.tdur ?? 0) / 1_000;
    own.set(event, ms);
    while ((around.at(-1)?.until ?? Infinity) <= event.ts) around.pop();
    const outer = around.at(-1)?.event;
    if (outer) own.set(outer, (own.get(outer) ?? 0) - ms);
    around.push({ event, until: event.ts + (event.dur ?? 0) });
  }
  return own;
}
