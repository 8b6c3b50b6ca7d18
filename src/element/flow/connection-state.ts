import type { StatusAnswer } from "../../protocol/login-api.js";
import type { StreamSignal } from "../api/backend.js";

/*
 * Which requests for the status run, and when: a pure function of the state, of what happened and of the time. Delays are
 * durations, because the page's clock may be set while they run.
 */

/** Polling starts after this many failures of the stream in a row, if it has not started before. */
const failuresBeforePolling = 3;
/** After a stream that worked this long, the next failure counts as the first. */
const stableMs = 10_000;
const pollIntervalMs = 2_000;
/** A poll that is answered sooner than this was not held. */
const heldAtLeastMs = 1_000;

/** A request for the status, which is sent after `delayMs`. The server may hold the answer to a `held` one. */
export type Poll = { type: "plain"; delayMs: 0 } | { type: "held"; delayMs: number; sentAt: number };

/** A new `stream` or `poll` object is a new request, and replaces the one before. */
export interface ConnectionState {
  /** The stream is requested after this time. */
  readonly stream: { readonly delayMs: number };
  /** When the stream brought its first status; infinite before. */
  readonly liveSince: number;
  readonly poll: Poll | undefined;
  /** The stream's failures in a row. */
  readonly failures: number;
  /** The minimum delay before the next stream, from the server's `retry:`. */
  readonly retryMs: number;
  /** Whether statuses are arriving. The first try counts as healthy until it fails. */
  readonly isHealthy: boolean;
}

/** What happened. The stream's signals are passed on unchanged. */
export type ConnectionEvent =
  | StreamSignal
  /** `random`: from 0 up to 1, so that pages do not reconnect in step. */
  | { type: "streamFailed"; retryAfterMs: number; random: number }
  /** No status has arrived for a while. */
  | { type: "statusLate" }
  | { type: "pollAnswered"; answer: StatusAnswer }
  | { type: "pollFailed"; retryAfterMs: number }
  /** The status must be requested at once. */
  | { type: "check" };

/** @param isStatusKnown whether the connection needs no poll to begin with */
export const opened = (isStatusKnown: boolean, isHealthy: boolean): ConnectionState => ({
  stream: { delayMs: 0 },
  liveSince: Infinity,
  poll: isStatusKnown ? undefined : { type: "plain", delayMs: 0 },
  failures: 0,
  retryMs: 0,
  isHealthy,
});

/** Whether neither the stream nor a poll brings the status. */
export const isStatusMissing = ({ liveSince, poll }: ConnectionState): boolean =>
  liveSince === Infinity && !poll;

/** The next state for every state and event. */
export function reduceConnection(
  state: ConnectionState,
  event: ConnectionEvent,
  now: number,
): ConnectionState {
  const { poll, liveSince, retryMs, isHealthy } = state;
  const isLive = liveSince < Infinity;
  const held = (delayMs: number): Poll => ({ type: "held", delayMs, sentAt: now + delayMs });
  // Any poll, even a plain one, is followed by held polls until the stream works.
  const afterPoll = (delayMs: number, isHealthy: boolean): ConnectionState => ({
    ...state,
    poll: isLive ? undefined : held(delayMs),
    isHealthy,
  });
  switch (event.type) {
    case "alive":
      return state;
    case "retry":
      return { ...state, retryMs: event.delayMs };
    case "status":
      return { ...state, liveSince: Math.min(liveSince, now), poll: undefined, isHealthy: true };
    case "streamFailed": {
      const failures = now - liveSince >= stableMs ? 1 : state.failures + 1;
      const spreadMs = failures === 1 ? 300 : Math.min(30_000, 500 * 2 ** failures);
      return {
        stream: { delayMs: Math.max(event.random * spreadMs, retryMs, event.retryAfterMs) },
        liveSince: Infinity,
        poll: poll ?? (failures < failuresBeforePolling ? undefined : held(0)),
        failures,
        retryMs: 0,
        isHealthy: isHealthy && !!poll,
      };
    }
    case "statusLate":
      return { ...state, poll: held(0) };
    case "pollAnswered": {
      if (poll?.type !== "held") return afterPoll(0, true);
      // A server that does not hold answers is polled at its interval, never in a tight loop.
      const atLeastMs = now - poll.sentAt < heldAtLeastMs ? pollIntervalMs : 0;
      return afterPoll(Math.max((event.answer.interval ?? 0) * 1_000, atLeastMs), true);
    }
    case "pollFailed": {
      const atLeastMs = poll?.type === "held" ? pollIntervalMs : 0;
      return afterPoll(Math.max(atLeastMs, event.retryAfterMs), isHealthy && isLive);
    }
    case "check":
      // Replaces a running poll, which may hang on a dead connection.
      return { ...state, poll: { type: "plain", delayMs: 0 } };
    default:
      return event satisfies never;
  }
}
