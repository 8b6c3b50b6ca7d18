import type { CDPSession } from "playwright-core";
import { trace } from "./trace.js";

/** A frame of the page. */
export interface Frame {
  /** Milliseconds since the navigation, on the browser's own clock. */
  atMs: number;
  /** JPEG. */
  picture: Buffer;
}

/**
 * Records the frames of a page from now on: the pictures that the compositor adds to a trace, one for each frame that
 * differs. Unlike a screencast, this waits for no acknowledgement, and it encodes the pictures at the end. Returns a
 * function that ends the recording and gives the frames since the navigation to a URL.
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
