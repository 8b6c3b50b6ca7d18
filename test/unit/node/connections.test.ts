import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { describe, test, type TestContext } from "node:test";
import { memoryStore, type AttemptStore } from "onegini-otp-login/server";
import { Browser } from "../server/support/browser.js";
import { exchange } from "../server/support/raw.js";
import { site, type Site, type SiteOptions } from "../server/support/site.js";

/** A site and a browser with a pending attempt. */
async function begun(
  t: TestContext,
  more: SiteOptions = {},
): Promise<Site & { browser: Browser; attempt: string; otp: string }> {
  const where = await site(t, more);
  const browser = new Browser(where);
  const { attempt, otp } = await browser.start();
  return { ...where, browser, attempt, otp };
}

/** A request as it is written to a socket. `more` are further headers, each with its line break. */
const streamRequest = (attempt: string, browser: Browser, more = ""): string =>
  `GET /otp-login/${attempt} HTTP/1.1\r\nHost: x\r\nCookie: ${browser.cookie}\r\nAccept: text/event-stream\r\n${more}\r\n`;

/** Records each write of a socket to the operating system. */
function recordWrites(socket: Socket): string[] {
  const writes: string[] = [];
  const write = socket._write.bind(socket);
  const writev = socket._writev?.bind(socket);
  socket._write = (chunk: string | Buffer, encoding, done) => {
    writes.push(chunk.toString());
    write(chunk, encoding, done);
  };
  socket._writev = (chunks: { chunk: string | Buffer; encoding: BufferEncoding }[], done) => {
    writes.push(chunks.map(({ chunk }) => chunk.toString()).join(""));
    writev?.(chunks, done);
  };
  return writes;
}

describe("a status stream on a connection", () => {
  test("sends its headers before there is an event", { timeout: 30_000 }, async (t) => {
    const store = memoryStore();
    const waiting = { ...store, subscribe: () => new Promise<never>(() => undefined) } satisfies AttemptStore;
    const { origin, browser, attempt } = await begun(t, { options: { store: waiting } });
    const answer = await exchange(origin, streamRequest(attempt, browser), { until: /\r\n\r\n/ });
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/);
  });

  test("sends its headers and an event that comes at once in one packet", async (t) => {
    const { origin, server, browser, attempt } = await begun(t);
    let writes: string[] = [];
    server.once("connection", (socket) => (writes = recordWrites(socket)));
    await exchange(origin, streamRequest(attempt, browser), { until: /event: status/ });
    const [first = ""] = writes.filter((text) => text !== "");
    assert.match(first, /^HTTP\/1\.1 200 OK\r\n[^]*event: status\ndata: /);
  });

  test("of a settled attempt is complete, also for each of many requests at once", async (t) => {
    const { origin, emulator, browser, attempt, otp } = await begun(t);
    const first = await browser.stream(attempt);
    await (await emulator.phone()).handleMobileAuthWithOtp(otp);
    await first.end();
    const requests =
      streamRequest(attempt, browser).repeat(14) + streamRequest(attempt, browser, "Connection: close\r\n");
    const answers = (await exchange(origin, requests)).split(/(?=HTTP\/1\.1 )/);
    assert.equal(answers.length, 15);
    for (const answer of answers) {
      assert.match(
        answer,
        /\r\n\r\n[0-9a-f]+\r\nevent: status\ndata: \{"status":"approved"\}\n\n\r\n0\r\n\r\n$/,
      );
    }
  });
});
