import type { CDPSession } from "playwright-core";
import { trace } from "./trace.js";

/** One picture of what the browser showed. */
export interface Frame {
  /** Milliseconds since the navigation, on the browser's own clock. */
  atMs: number;
  /** JPEG. */
  picture: Buffer;
}

/**
 * Films a page from now on: the pictures that the compositor adds to a trace, one for each frame that differs. Unlike
 * those of a screencast they wait for nobody's answer and are packed when the film is over. Returns what ends the film, and
 * gives its frames since the navigation to an address.
 */
export async function film(session: CDPSession): Promise<(url: string) => Promise<Frame[]>> {
  const end = await trace(session, ["disabled-by-default-devtools.screenshot"]);
  return async (url) => {
    const { events, navigation } = await end(url);
    return events
      .filter(({ name, ts }) => name === "Screenshot" && ts > navigation.ts)
      .map(({ ts, args }) => ({
        atMs: (ts - navigation.ts) / 1_000,
        picture: Buffer.from(args.snapshot ?? "", "base64"),
      }))
      .sort((one, other) => one.atMs - other.atMs);
  };
}
