import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { copyOf } from "../../../../src/server/text/copy.js";
import { createReport } from "../../../../src/server/event-reporter.js";
import { systemRuntime } from "../../../../src/server/runtime.js";
import { holds } from "../../../support/until.js";
import { memoryStore } from "../../../../src/server/store/memory-store.js";
import { Browser } from "../support/browser.js";
import { heapUsed } from "../support/heap-used.js";
import { site } from "../support/site.js";

/** Starts attempts in a process of its own, and returns the bytes that each of them keeps. */
async function bytesOfAttempt(headers: number, attempts: number, addresses: number): Promise<number> {
  const flags = [
    "--expose-gc",
    "--max-http-header-size=131072",
    "--max-old-space-size=96",
    "--import",
    "tsx",
  ];
  const script = "test/unit/server/support/memory-of-starts.ts";
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...flags,
    script,
    ...[headers, attempts, addresses].map(String),
  ]);
  return (JSON.parse(stdout) as { bytes: number }).bytes;
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

describe("what is kept of a request", () => {
  test("is the same text", () => {
    for (const text of ["", "a", "\u{feff}Firefox", "é €", "𝄞"]) assert.equal(copyOf(text), text);
  });

  test("keeps no request in memory: an attempt with headers of 15 kB takes what one with short ones takes", async (t) => {
    const short: number[] = [];
    const long: number[] = [];
    for (let round = 0; round < 3; round++) {
      short.push(await bytesOfAttempt(0, 2000, 500));
      long.push(await bytesOfAttempt(15_000, 2000, 500));
    }
    t.diagnostic(`bytes of an attempt: ${median(short)}, with headers of 15 kB ${median(long)}`);
    holds(median(long) <= 1.1 * median(short), `${median(long)} bytes, with short headers ${median(short)}`);
  });

  test("leaves room for 5,000 starts from 500 addresses in a process with 96 MB", async () => {
    await bytesOfAttempt(15_000, 5000, 500);
  });

  test("keeps no request in memory: an event", () => {
    const kept: unknown[] = [];
    const report = createReport((event) => kept.push(event), systemRuntime);
    const before = heapUsed();
    for (let count = 0; count < 100; count++) {
      const host = partOfRequest(`www${count}.example.com`);
      report({ type: "host_differs", level: "warn", description: "It differs.", host });
    }
    const bytes = (heapUsed() - before) / kept.length;
    holds(kept.length === 100 && bytes < requestBytes / 2, `${bytes} bytes for each of ${kept.length}`);
  });

  test("keeps no request in memory: what the site's app said of a scan", async (t) => {
    const store = memoryStore();
    const where = await site(t, { options: { store } });
    const { otp } = await new Browser(where).start();
    const { transaction_id: transactionId } = JSON.parse(atob(otp)) as { transaction_id: string };
    const before = heapUsed();
    for (let count = 0; count < 5; count++) {
      const part = partOfRequest(`Mozilla/5.0 ${count}`, 900_000);
      await where.kit.scanned({ transactionId, userId: part, userAgent: part });
    }
    const bytes = heapUsed() - before;
    const attempt = await store.findByTransaction(transactionId);
    holds(attempt?.transactions[0]?.otherScans?.length === 4);
    holds(bytes < 1_000_000, `${bytes} bytes`);
  });

  test("keeps no request in memory: the id of an attempt that a store is asked for", async (t) => {
    const kept: string[] = [];
    const store = memoryStore();
    const get = (id: string) => (kept.push(id), store.get(id));
    const { kit } = await site(t, {
      options: { store: { ...store, get }, handOver: { to: "/login/otp" } },
    });
    const before = heapUsed();
    for (let count = 0; count < 100; count++) {
      const ticket = `${"A".repeat(22)}.${"A".repeat(43)}`;
      await kit.redeem(partOfRequest(ticket), { headers: {} });
    }
    const bytes = (heapUsed() - before) / kept.length;
    holds(kept.length === 100 && bytes < requestBytes / 2, `${bytes} bytes for each of ${kept.length}`);
  });
});

const requestBytes = 100_000;

/** A text of at least 13 characters, as a part of one that is as long as a large request. */
const partOfRequest = (text: string, bytes = requestBytes): string =>
  Buffer.from(text.padEnd(bytes)).toString("latin1").slice(0, text.length);
