import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../../support/browser.js";
import {
  isHeldPoll,
  isStream,
  type FaultProxy,
  type Treatment,
} from "../../support/fault-proxy/fault-proxy.js";
import { until } from "../../support/until.js";
import {
  answer,
  badGatewayForStreams,
  keepsTo,
  neverPolledBesideAStream,
  visit,
  withoutStreams,
} from "./support/visit.js";

/** Longer than any bound. A login that takes this long counts as lost. */
const lostMs = 60_000;

describe("A phone accepts where", { concurrency: 4 }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());

  /** @param set does something to the proxy before the page is opened */
  async function opened(t: TestContext, set: (proxy: FaultProxy) => void) {
    const visitor = await visit(t, { browser, before: set });
    const accept = await visitor.scan();
    return { visitor, accept };
  }

  /** Delays or changes the bytes of all connections from the stream's first event on. */
  async function treated(t: TestContext, row: string, treatment: Treatment): Promise<void> {
    const { visitor, accept } = await opened(t, () => undefined);
    const { proxy } = visitor;
    await until(() => proxy.requests.some(({ liveAt }) => liveAt !== undefined), "the stream");
    proxy.treat(treatment);
    keepsTo(t, row, await visitor.loggedInAfter(await accept(), lostMs));
    neverPolledBesideAStream(proxy.requests);
  }

  it("every byte is delayed", (t) => treated(t, "600 ms each way", { kind: "delay", ms: 600 }));

  it("ten bytes arrive at a time", (t) =>
    treated(t, "Trickling, 10 bytes every 10 ms", { kind: "trickle", bytes: 10, everyMs: 10 }));

  it("events arrive in pieces", (t) =>
    treated(t, "Events in three pieces, 0.7 s apart", { kind: "halve", pauseMs: 700 }));

  it("a proxy buffers every answer until its end", async (t) => {
    const { visitor, accept } = await opened(t, (proxy) => proxy.treat({ kind: "hold" }));
    await until(() => visitor.proxy.requests.some(isHeldPoll), "polls instead of the stream");
    keepsTo(t, "A proxy that buffers", await visitor.loggedInAfter(await accept(), lostMs));
  });

  it("a proxy buffers every answer, and the phone is faster than the first poll", async (t) => {
    const { visitor, accept } = await opened(t, (proxy) => proxy.treat({ kind: "hold" }));
    keepsTo(t, "A proxy that buffers", await visitor.loggedInAfter(await accept(), lostMs));
  });

  it("a proxy drops the stream's bytes", async (t) => {
    const { visitor, accept } = await opened(t, (proxy) =>
      proxy.treat({ kind: "stall", direction: "to the browser" }, { streamsOnly: true }),
    );
    await until(() => visitor.proxy.requests.some(isHeldPoll), "polls instead of the stream");
    keepsTo(t, "No stream, after polling has started", await visitor.loggedInAfter(await accept(), lostMs));
  });

  it("a proxy drops the stream's bytes, and the phone is faster than the first poll", async (t) => {
    const { visitor, accept } = await opened(t, (proxy) =>
      proxy.treat({ kind: "stall", direction: "to the browser" }, { streamsOnly: true }),
    );
    keepsTo(t, "No stream, before polling has started", await visitor.loggedInAfter(await accept(), lostMs));
  });

  for (const [name, interfere] of Object.entries(withoutStreams)) {
    it(`a stream is answered with ${name}`, async (t) => {
      const { visitor, accept } = await opened(t, (proxy) => proxy.interfere(interfere));
      await until(() => visitor.proxy.requests.some(isHeldPoll), "polls instead of the stream");
      const at = await accept();
      keepsTo(t, "No stream, after polling has started", await visitor.loggedInAfter(at, lostMs));
    });

    it(`a stream is answered with ${name}, and the phone is faster than the first poll`, async (t) => {
      const { visitor, accept } = await opened(t, (proxy) => proxy.interfere(interfere));
      const at = await accept();
      keepsTo(t, "No stream, before polling has started", await visitor.loggedInAfter(at, lostMs));
    });
  }

  it("the stream works again after polls replaced it, and the polls end", async (t) => {
    const { visitor, accept } = await opened(t, (proxy) => proxy.interfere(badGatewayForStreams));
    const { proxy } = visitor;
    await until(() => proxy.requests.some(isHeldPoll), "polls instead of the stream");
    proxy.interfere();
    const live = () => proxy.requests.some(({ liveAt }) => liveAt !== undefined);
    await until(live, "the stream", 60_000);
    // A poll that was still open would be held for 20 s.
    await until(
      () => proxy.requests.filter(isHeldPoll).every(({ endedAt }) => endedAt),
      "the polls' end",
      15_000,
    );
    keepsTo(t, "Streaming again after polls", await visitor.loggedInAfter(await accept(), lostMs));
    neverPolledBesideAStream(proxy.requests);
  });

  it("nothing reaches the server: the page shows the approval, and logs in as soon as it can", async (t) => {
    const { visitor, accept } = await opened(t, () => undefined);
    const { proxy, phases } = visitor;
    await until(() => proxy.requests.some(({ liveAt }) => liveAt !== undefined), "the stream");
    proxy.treat({ kind: "stall", direction: "to the server" });
    const at = await accept();
    await until(() => phases.some(({ phase }) => phase === "approved"), "the approved phase");
    keepsTo(t, "Working only towards the browser", (phases.at(-1)?.at ?? Infinity) - at);
    assert.equal(phases.at(-1)?.phase, "approved");
    proxy.treat({ kind: "pass" });
    const healedAt = Date.now();
    keepsTo(t, "Stalled for a while", await visitor.loggedInAfter(healedAt, lostMs));
  });

  it("events have every form that the standard allows, one byte at a time", async (t) => {
    const body = [
      "\uFEFF: wacht — één ogenblik 🙂",
      "retry: 100",
      "",
      "event: news",
      "data: {}",
      "",
      'id: ✓\revent:status\rdata: {"status":\rdata: "approved"}\r\r',
    ].join("\r\n");
    let isAccepted = false;
    const { visitor, accept } = await opened(t, (proxy) =>
      proxy.interfere((request) => {
        if (!isStream(request) || !isAccepted) return undefined;
        proxy.treat({ kind: "trickle", bytes: 1, everyMs: 1 }, { streamsOnly: true });
        return { answer: answer("200 OK", "text/event-stream", body) };
      }),
    );
    await until(() => visitor.proxy.requests.some(({ liveAt }) => liveAt !== undefined), "the stream");
    // The real stream would send the status first.
    visitor.proxy.treat({ kind: "stall" }, { connections: "open" });
    const at = await accept();
    isAccepted = true;
    visitor.proxy.reset();
    keepsTo(t, "One byte at a time", await visitor.loggedInAfter(at, lostMs));
  });
});
