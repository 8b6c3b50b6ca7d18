import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { TestContext } from "node:test";
import {
  describeLog,
  isHeldPoll,
  isStream,
  type LoggedRequest,
} from "../../../support/fault-proxy/fault-proxy.js";

/** The times are those of the documentation's tables. */
const document = readFileSync(new URL("../../../../docs/widget.md", import.meta.url), "utf8");
const start = document.indexOf("## Bad networks");
const rows = document
  .slice(start, document.indexOf("\n## ", start + 1))
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()));

/** The documented times are those of an idle machine. A login that is lost takes far longer than this. */
const marginSeconds = 15;

/** Prints a time beside the documented one, and asserts that the login did not wait for a later attempt to recover. */
export function keepsTo(t: TestContext, row: string, milliseconds: number): void {
  const cells = rows.find(([, first]) => first === row);
  const documented = Number.parseFloat(cells?.at(-2) ?? "");
  assert.ok(Number.isFinite(documented), `docs/widget.md has no row "${row}".`);
  const seconds = milliseconds / 1_000;
  t.diagnostic(`${row}: ${seconds.toFixed(2)} s, documented ${documented} s`);
  assert.ok(seconds <= documented + marginSeconds, `${row}: ${seconds} s instead of ${documented} s`);
}

/** The page hears of a stream later than the proxy, and the proxy of an aborted poll later than the page. */
const slackMs = { begun: 3_000, aborted: 6_000 };

/** Asserts that no held poll began or went on beside a stream that had brought its status. */
export function neverPolledBesideAStream(requests: readonly LoggedRequest[]): void {
  const streams = requests.filter(isStream).filter(({ liveAt }) => liveAt !== undefined);
  for (const poll of requests.filter(isHeldPoll)) {
    for (const { liveAt = 0, endedAt = Infinity } of streams) {
      const from = Math.max(poll.at, liveAt);
      const to = Math.min(poll.endedAt ?? Date.now(), endedAt);
      const hasBegun = poll.at > liveAt + slackMs.begun && poll.at < endedAt - slackMs.begun;
      assert.ok(
        !hasBegun && to - from <= slackMs.aborted,
        `A poll ran for ${to - from} ms beside a stream:\n${describeLog(requests, requests[0]?.at ?? 0)}`,
      );
    }
  }
}
