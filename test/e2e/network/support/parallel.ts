import assert from "node:assert/strict";
import { describeLog, isHeldPoll, isStream, type LoggedRequest } from "../../../support/fault-proxy.js";

/** A stream's first event takes a moment to reach the page, and an abort to reach the proxy: on a busy machine a long one. */
const slackMs = { begun: 500, aborted: 1_500 };

/** Asserts that no held poll began, or went on, beside a stream that brought its status. */
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
