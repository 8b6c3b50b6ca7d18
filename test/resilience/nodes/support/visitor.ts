import { setTimeout as delay } from "node:timers/promises";
import type { Browser, StatusStream } from "../../../unit/server/support/browser.js";

/** A person's page that stays connected: it comes back when its stream ends, as the widget does. */
export interface Visitor {
  browser: Browser;
  attempt: string;
  otp: string;
  /** When the server wanted it back, in milliseconds after its stream ended; one for each end. */
  retries: number[];
  /** When it was there again, by `performance.now()`. */
  returns: number[];
  stream: () => StatusStream;
  /** Resolves when it heard of the approval. */
  approved: Promise<void>;
}

/** Starts an attempt and follows it until it is approved. */
export async function visit(browser: Browser): Promise<Visitor> {
  const { attempt, otp } = await browser.start({ body: {} });
  let stream = await browser.stream(attempt);
  const retries: number[] = [];
  const returns: number[] = [];

  async function follow(): Promise<void> {
    for (;;) {
      await ended(stream);
      if (stream.events.some(({ status }) => status === "approved")) return;
      if (stream.retryMs !== undefined) retries.push(stream.retryMs);
      await delay(stream.retryMs ?? 300);
      stream = await browser.stream(attempt);
      returns.push(performance.now());
    }
  }
  const approved = follow();
  return { browser, attempt, otp, retries, returns, stream: () => stream, approved };
}

/** However long it takes: a stream is open for as long as nothing happens. */
async function ended(stream: StatusStream): Promise<void> {
  while (!stream.ended) await delay(5);
}
