import type { CDPSession } from "playwright-core";

/** An event of a trace, with the fields that are used here. Times are in microseconds of the browser's own clock. */
export interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  ts: number;
  /** The duration. `tdur`: the part of it in which the thread was running. */
  dur?: number;
  tdur?: number;
  args: { snapshot?: string; data?: { documentLoaderURL?: string } };
}

/** A trace that has ended. */
export interface Trace {
  events: readonly TraceEvent[];
  /** The event of the page's navigation, with its start and its main thread. */
  navigation: TraceEvent;
}

/** Starts a trace. Returns a function that ends it and finds the navigation to a URL in it. */
export async function trace(
  session: CDPSession,
  categories: readonly string[],
): Promise<(url: string) => Promise<Trace>> {
  const events: TraceEvent[] = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: {
      includedCategories: ["blink.user_timing", ...categories],
      excludedCategories: ["*"],
      recordMode: "recordAsMuchAsPossible",
    },
  });
  return async (url) => {
    const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
    await session.send("Tracing.end");
    await complete;
    const navigation = events.find(
      ({ name, args }) => name === "navigationStart" && args.data?.documentLoaderURL === url,
    );
    if (!navigation) throw new Error(`The trace has no navigation to ${url}.`);
    return { events, navigation };
  };
}
