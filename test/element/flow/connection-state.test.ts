import { expect } from "chai";
import {
  isStatusMissing,
  opened,
  reduceConnection,
  type ConnectionEvent,
  type ConnectionState,
  type Poll,
} from "../../../src/element/flow/connection-state.js";

const now = 100_000;
const plain: Poll = { type: "plain", delayMs: 0 };
/** A held poll that was sent that long ago. */
const heldFor = (ms: number): Poll => ({ type: "held", delayMs: 0, sentAt: now - ms });
/** A held poll that is sent after this time. */
const heldIn = (ms: number): Poll => ({ type: "held", delayMs: ms, sentAt: now + ms });

const connecting = opened(true, true);
const states = {
  connecting,
  "connecting, with a plain poll": { ...connecting, poll: plain },
  "connecting, with a held poll": { ...connecting, poll: heldFor(5_000) },
  "connecting, with a held poll that was just sent": { ...connecting, poll: heldFor(999) },
  live: { ...connecting, liveSince: now - 9_999 },
  "live for long": { ...connecting, liveSince: now - 10_000, failures: 4 },
  "live, with a plain poll": { ...connecting, liveSince: now - 1, poll: plain },
} satisfies Record<string, ConnectionState>;
type Name = keyof typeof states;

const status: ConnectionEvent = { type: "status", answer: { status: "pending" } };
const streamFailed: ConnectionEvent = { type: "streamFailed", retryAfterMs: 0, random: 0.5 };
const answered = (interval?: number): ConnectionEvent => ({
  type: "pollAnswered",
  answer: { status: "pending", ...(interval !== undefined && { interval }) },
});
const pollFailed = (retryAfterMs: number): ConnectionEvent => ({ type: "pollFailed", retryAfterMs });

/** What the event changes in each state. */
const table: Record<string, [ConnectionEvent, Record<Name, Partial<ConnectionState>>]> = {
  "a comment": [
    { type: "alive" },
    {
      connecting: {},
      "connecting, with a plain poll": {},
      "connecting, with a held poll": {},
      "connecting, with a held poll that was just sent": {},
      live: {},
      "live for long": {},
      "live, with a plain poll": {},
    },
  ],
  "`retry:`": [
    { type: "retry", delayMs: 5_000 },
    {
      connecting: { retryMs: 5_000 },
      "connecting, with a plain poll": { retryMs: 5_000 },
      "connecting, with a held poll": { retryMs: 5_000 },
      "connecting, with a held poll that was just sent": { retryMs: 5_000 },
      live: { retryMs: 5_000 },
      "live for long": { retryMs: 5_000 },
      "live, with a plain poll": { retryMs: 5_000 },
    },
  ],
  "a status on the stream": [
    status,
    {
      connecting: { liveSince: now },
      "connecting, with a plain poll": { liveSince: now, poll: undefined },
      "connecting, with a held poll": { liveSince: now, poll: undefined },
      "connecting, with a held poll that was just sent": { liveSince: now, poll: undefined },
      live: {},
      "live for long": {},
      "live, with a plain poll": { poll: undefined },
    },
  ],
  "a failure of the stream": [
    streamFailed,
    {
      connecting: { stream: { delayMs: 150 }, failures: 1, isHealthy: false },
      "connecting, with a plain poll": { stream: { delayMs: 150 }, failures: 1 },
      "connecting, with a held poll": { stream: { delayMs: 150 }, failures: 1 },
      "connecting, with a held poll that was just sent": { stream: { delayMs: 150 }, failures: 1 },
      live: { stream: { delayMs: 150 }, liveSince: Infinity, failures: 1, isHealthy: false },
      "live for long": { stream: { delayMs: 150 }, liveSince: Infinity, failures: 1, isHealthy: false },
      "live, with a plain poll": { stream: { delayMs: 150 }, liveSince: Infinity, failures: 1 },
    },
  ],
  "a held answer": [
    answered(0),
    {
      connecting: { poll: heldIn(0) },
      "connecting, with a plain poll": { poll: heldIn(0) },
      "connecting, with a held poll": { poll: heldIn(0) },
      "connecting, with a held poll that was just sent": { poll: heldIn(2_000) },
      live: {},
      "live for long": {},
      "live, with a plain poll": { poll: undefined },
    },
  ],
  "an answer with an interval of 3 s": [
    answered(3),
    {
      connecting: { poll: heldIn(0) },
      "connecting, with a plain poll": { poll: heldIn(0) },
      "connecting, with a held poll": { poll: heldIn(3_000) },
      "connecting, with a held poll that was just sent": { poll: heldIn(3_000) },
      live: {},
      "live for long": {},
      "live, with a plain poll": { poll: undefined },
    },
  ],
  "a failure of the poll": [
    pollFailed(0),
    {
      connecting: { poll: heldIn(0), isHealthy: false },
      "connecting, with a plain poll": { poll: heldIn(0), isHealthy: false },
      "connecting, with a held poll": { poll: heldIn(2_000), isHealthy: false },
      "connecting, with a held poll that was just sent": { poll: heldIn(2_000), isHealthy: false },
      live: {},
      "live for long": {},
      "live, with a plain poll": { poll: undefined },
    },
  ],
  "a failure of the poll with Retry-After": [
    pollFailed(9_000),
    {
      connecting: { poll: heldIn(9_000), isHealthy: false },
      "connecting, with a plain poll": { poll: heldIn(9_000), isHealthy: false },
      "connecting, with a held poll": { poll: heldIn(9_000), isHealthy: false },
      "connecting, with a held poll that was just sent": { poll: heldIn(9_000), isHealthy: false },
      live: {},
      "live for long": {},
      "live, with a plain poll": { poll: undefined },
    },
  ],
  "a check": [
    { type: "check" },
    {
      connecting: { poll: plain },
      "connecting, with a plain poll": { poll: plain },
      "connecting, with a held poll": { poll: plain },
      "connecting, with a held poll that was just sent": { poll: plain },
      live: { poll: plain },
      "live for long": { poll: plain },
      "live, with a plain poll": { poll: plain },
    },
  ],
};

describe("the state of the connection", () => {
  for (const [title, [event, changes]] of Object.entries(table)) {
    for (const name of Object.keys(states) as Name[]) {
      it(`after ${title}, if it was ${name}`, () => {
        expect(reduceConnection(states[name], event, now)).to.deep.equal({
          ...states[name],
          ...changes[name],
        });
      });
    }
  }

  it("keeps the request of the stream while the stream is live", () => {
    expect(reduceConnection(connecting, status, now).stream).to.equal(connecting.stream);
  });

  it("has a new request after a check, which replaces one that may hang", () => {
    const state = states["connecting, with a plain poll"];
    expect(reduceConnection(state, { type: "check" }, now).poll).not.to.equal(state.poll);
  });

  it("has a held poll when the status is late", () => {
    expect(reduceConnection(connecting, { type: "statusLate" }, now).poll).to.deep.equal(heldIn(0));
  });

  it("has a held poll after the third failure of the stream in a row, and growing delays of at most 30 s", () => {
    const delays: number[] = [];
    let state = connecting;
    for (let failures = 1; failures <= 7; failures++) {
      state = reduceConnection(state, { ...streamFailed, random: 1 }, now);
      delays.push(state.stream.delayMs);
      expect(state.poll, `after ${failures}`).to.deep.equal(failures < 3 ? undefined : heldIn(0));
    }
    expect(delays).to.deep.equal([300, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it("delays the stream by `retry:`, once, and by Retry-After", () => {
    const told = reduceConnection(connecting, { type: "retry", delayMs: 5_000 }, now);
    const once = reduceConnection(told, streamFailed, now);
    expect(once.stream.delayMs).to.equal(5_000);
    expect(reduceConnection(once, streamFailed, now).stream.delayMs).to.equal(1_000);
    expect(reduceConnection(told, { ...streamFailed, retryAfterMs: 9_000 }, now).stream.delayMs).to.equal(
      9_000,
    );
  });

  it("is healthy again after a status on the stream or an answer to a poll", () => {
    const lost = { ...connecting, isHealthy: false };
    expect(reduceConnection(lost, status, now).isHealthy).to.equal(true);
    expect(reduceConnection({ ...lost, poll: plain }, answered(), now).isHealthy).to.equal(true);
  });

  it("begins with a plain poll if the status is not known, and stays lost until the status arrives", () => {
    expect(opened(true, true).poll).to.equal(undefined);
    expect(opened(false, false)).to.deep.equal({ ...connecting, poll: plain, isHealthy: false });
  });

  it("misses the status while neither the stream nor a poll brings it", () => {
    const missing = Object.entries(states).filter(([, state]) => isStatusMissing(state));
    expect(missing.map(([name]) => name)).to.deep.equal(["connecting"]);
  });
});
