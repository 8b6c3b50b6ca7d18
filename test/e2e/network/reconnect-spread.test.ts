import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import { describeLog, isStream, type LoggedRequest } from "../../support/fault-proxy/fault-proxy.js";
import { until } from "../../support/until.js";
import { badGateway, open, siteBehindProxy } from "./support/visit.js";

const pages = 20;

describe("Pages whose server stops", () => {
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());

  it("reconnect at random times", async (t) => {
    const { proxy } = await siteBehindProxy(t, {});
    // A browser of its own each, as far as connections and cookies go; a few at a time, as pages take a while to load.
    for (let opened = 0; opened < pages; opened += 4) {
      await Promise.all(
        Array.from({ length: 4 }, async () => {
          const context = await browser.newContext();
          t.after(() => context.close());
          await open(await context.newPage(), proxy);
        }),
      );
    }
    const live = () => proxy.requests.filter(({ liveAt, endedAt }) => liveAt && !endedAt).length;
    await until(() => live() === pages, "20 live streams");

    const since = Date.now();
    const streams = () => proxy.requests.filter((request) => isStream(request) && request.at >= since);
    proxy.interfere(badGateway);
    proxy.reset();
    await until(() => rounds(streams())[2]?.length === pages, "three tries of each page");
    proxy.interfere();

    // After waits of up to 4 s. The waits before it are so short that a busy machine would answer several at once.
    const instants = rounds(streams())[2]!.map(({ at }) => at - since);
    const most = fullestWindow(instants, 667);
    t.diagnostic(
      `third try: ${Math.min(...instants)} to ${Math.max(...instants)} ms, at most ${most} in 667 ms`,
    );
    // Chance puts more than 14 of 20 into a sixth of the time less than once in a million runs.
    assert.ok(most <= 14, `${most} pages came back in 667 ms:\n${describeLog(streams(), since)}`);
    await until(() => live() === pages, "20 live streams again");
  });
});

/** The first tries of all pages, then the second ones, and so on. The attempt's id tells the pages apart. */
function rounds(streams: readonly LoggedRequest[]): LoggedRequest[][] {
  const tries = new Map<string, number>();
  const result: LoggedRequest[][] = [];
  for (const request of streams) {
    const count = tries.get(request.path) ?? 0;
    tries.set(request.path, count + 1);
    (result[count] ??= []).push(request);
  }
  return result;
}

const fullestWindow = (instants: readonly number[], windowMs: number): number =>
  Math.max(...instants.map((from) => instants.filter((at) => at >= from && at < from + windowMs).length));
