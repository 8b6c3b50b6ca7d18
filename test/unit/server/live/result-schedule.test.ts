import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Transaction } from "../../../../src/server/store/attempt.js";
import { defaultTimeouts as timeouts } from "../../../../src/server/defaults/timeouts.js";
import {
  callBegan,
  callEnded,
  callbackReceived,
  gapEnded,
  lastCalls,
  noCalls,
  pollDue,
  schedule,
  unwatched,
  watched,
  type CallHistory,
  type CallOutcome,
  type ScheduleOptions,
} from "../../../../src/server/live/result-schedule.js";
import { pendingWith } from "../support/accepted-attempt.js";

const second = 1000;

/** A transaction whose code ends at this second after the start. */
const code = (id: string, endsAtSeconds: number, closed = false): Transaction => ({
  id,
  endsAt: endsAtSeconds * second,
  closed,
});

type Event =
  | { at: number; do: "watch" | "come back" | "leave" }
  | { at: number; do: "callback"; of: string }
  | { at: number; do: "renew" | "close" | "scan"; of: string }
  | { at: number; do: "gap ends"; callAt: number; lostAt?: number };

interface Scene {
  codes: readonly Transaction[];
  events: readonly Event[];
  untilSeconds: number;
  /** How a call that begins at that second ends. Default: answered, not decided. */
  outcome?: (atSeconds: number, id: string) => CallOutcome;
  callSeconds?: number;
  options?: Partial<ScheduleOptions>;
}

/** The calls that the schedule leads to in virtual time: the second and the transaction of each. */
function callsIn({
  codes,
  events,
  untilSeconds,
  outcome = () => "answered",
  callSeconds = 0,
  options: some,
}: Scene): [number, string][] {
  const options: ScheduleOptions = {
    timeouts,
    pollingMs: Infinity,
    isShared: false,
    callbacksLostSince: Infinity,
    ...some,
  };
  let attempt = pendingWith(...codes);
  let history: CallHistory = noCalls(0);
  const todo: { at: number; run: (now: number) => void }[] = [];
  const calls: [number, string][] = [];
  const running = new Set<string>();

  const call = (id: string, now: number): void => {
    if (running.has(id)) return;
    running.add(id);
    calls.push([now / second, id]);
    history = callBegan(history, id, now);
    const end = (endedAt: number): void => {
      running.delete(id);
      history = callEnded(history, id, outcome(now / second, id), endedAt);
    };
    todo.push({ at: now + callSeconds * second, run: end });
  };
  const happen = (event: Event, now: number): void => {
    switch (event.do) {
      case "watch":
      case "come back":
        history = watched(history, event.do === "come back", now, options.pollingMs);
        return;
      case "leave":
        history = unwatched(history);
        return;
      case "callback":
        history = callbackReceived(history, event.of, now);
        return;
      case "gap ends":
        history = gapEnded(
          history,
          { endedAt: now, callAt: event.callAt * second, codes: attempt.transactions.length },
          (event.lostAt ?? Infinity) * second,
        );
        return;
      case "scan":
        attempt = pendingWith(
          ...attempt.transactions.map((each) =>
            each.id === event.of ? { ...each, scanned: { at: now, startedCount: 1 } } : each,
          ),
        );
        return;
      case "renew":
        attempt = pendingWith(...attempt.transactions, code(event.of, now / second + 60));
        return;
      case "close":
        attempt = pendingWith(
          ...attempt.transactions.map((one) => ({ ...one, closed: one.closed || one.id === event.of })),
        );
        return;
      default:
        return event satisfies never;
    }
  };
  todo.push(...events.map((event) => ({ at: event.at * second, run: (now: number) => happen(event, now) })));

  let lookAt = Infinity;
  for (;;) {
    todo.sort((one, other) => one.at - other.at);
    const now = Math.min(lookAt, todo[0]?.at ?? Infinity);
    if (now > untilSeconds * second) return calls;
    if (todo[0]?.at === now) todo.shift()?.run(now);
    const due = schedule(attempt, history, now, options);
    assert.ok(due.nextAt > now, `look again at ${due.nextAt}, which is not after ${now}`);
    history = due.history;
    lookAt = due.nextAt;
    for (const id of due.calls) call(id, now);
    if (due.isLast) for (const id of lastCalls(attempt, history, timeouts)) call(id, now);
  }
}

const one = code("one", 60);
const watch: Event = { at: 0, do: "watch" };
const callback = (at: number, of = "one"): Event => ({ at, do: "callback", of });
const silent = (): CallOutcome => "unanswered";

/** The seconds alone, where there is one transaction. */
const secondsIn = (scene: Partial<Scene> & Pick<Scene, "events">): number[] =>
  callsIn({ codes: [one], untilSeconds: 130, ...scene }).map(([at]) => at);

describe("the schedule of result calls", () => {
  const table: Record<string, { scene: Partial<Scene> & Pick<Scene, "events">; seconds: number[] }> = {
    "has none for an attempt that nobody watches": { scene: { events: [] }, seconds: [] },
    "is the one in the picture at the head of its file": {
      scene: {
        events: [watch, callback(20)],
        outcome: (at) => (at < 66 ? "answered" : "unanswered"),
      },
      seconds: [
        ...[20, 21, 23, 27, 35],
        ...[58, 60, 65],
        ...[70, 71, 73, 77, 85, 93, 101, 109, 117, 125, 130],
      ],
    },
    "has one 2 s before a watched code's end, at its end, once in the grace, and a last one": {
      scene: { events: [watch], untilSeconds: 70 },
      seconds: [58, 60, 65, 70],
    },
    "has no calls for times before somebody watched": {
      scene: { events: [{ at: 59, do: "watch" }], untilSeconds: 69 },
      seconds: [60, 65],
    },
    "ends when the last watcher leaves": {
      scene: { events: [watch, callback(55), { at: 58.5, do: "leave" }] },
      seconds: [55, 56, 58],
    },
    "repeats the call of a callback after 1, 2, 4 and 8 s": {
      scene: { events: [watch, callback(5)], untilSeconds: 50 },
      seconds: [5, 6, 8, 12, 20],
    },
    "begins these waits again with each callback": {
      scene: { events: [watch, callback(0), callback(4)], untilSeconds: 8 },
      seconds: [0, 1, 3, 4, 5, 7],
    },
    "does not repeat the call of a callback while nobody watches": {
      scene: { events: [callback(5)] },
      seconds: [5],
    },
    "repeats it if the store is shared, because another server may have a watcher": {
      scene: { events: [callback(5)], options: { isShared: true } },
      seconds: [5, 6, 8, 12, 20],
    },
    "repeats it every 8 s as long as the Token Server is silent and the code can be accepted": {
      scene: { events: [callback(5)], options: { isShared: true }, outcome: silent },
      seconds: [5, 6, 8, 12, 20, 28, 36, 44, 52, 60, 68],
    },
    "does not repeat a call that no callback led to, though it was not answered": {
      scene: { events: [watch], untilSeconds: 69, outcome: silent },
      seconds: [58, 60, 65],
    },
    "repeats any call that was lost": {
      scene: {
        events: [watch, { at: 10, do: "come back" }],
        untilSeconds: 30,
        outcome: (at) => (at === 10 ? "lost" : "answered"),
      },
      seconds: [10, 11, 13, 17, 25],
    },
    "repeats the calls for a minute after the grace if the Token Server is silent": {
      scene: { events: [watch], outcome: silent },
      seconds: [58, 60, 65, 70, 71, 73, 77, 85, 93, 101, 109, 117, 125, 130],
    },
    "has no call for a time that passes during another call": {
      scene: { events: [watch, callback(5)], untilSeconds: 40, callSeconds: 4 },
      seconds: [5, 12, 20],
    },
    "has one more call after a callback that came during a call": {
      scene: { events: [callback(5), callback(6), callback(7)], callSeconds: 4 },
      seconds: [5, 9],
    },
    "makes the call of the sixth callback wait until the last one is 2 s old": {
      scene: { events: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 2.6].map((at) => callback(at)) },
      seconds: [0, 0.1, 0.2, 0.3, 0.4, 2.4, 4.4],
    },
    "has a call at once for a browser that comes back": {
      scene: { events: [{ at: 20, do: "come back" }], untilSeconds: 50 },
      seconds: [20],
    },
    "has no call for a browser that comes back until the previous call is 2 s old": {
      scene: { events: [callback(20), { at: 21, do: "come back" }], untilSeconds: 21.9 },
      seconds: [20],
    },
    "has the last call at once for a browser that comes back after the end": {
      scene: { events: [{ at: 200, do: "come back" }], untilSeconds: 200 },
      seconds: [200],
    },
    "has a call every few seconds with resultPolling, while somebody watches": {
      scene: {
        events: [
          { at: 1, do: "watch" },
          { at: 11, do: "leave" },
        ],
        options: { pollingMs: 3000 },
      },
      seconds: [4, 7, 10],
    },
    "has a call every 3 s while a code is scanned and watched": {
      scene: { events: [watch, { at: 10.5, do: "scan", of: "one" }], untilSeconds: 22 },
      seconds: [13.5, 16.5, 19.5],
    },
    "counts the 3 s from the scan for a watcher that comes later": {
      scene: {
        events: [
          { at: 10, do: "scan", of: "one" },
          { at: 17, do: "watch" },
        ],
        untilSeconds: 23,
      },
      seconds: [19, 22],
    },
    "has no call for a scanned code while nobody watches": {
      scene: { events: [watch, { at: 9, do: "leave" }, { at: 10, do: "scan", of: "one" }] },
      seconds: [],
    },
    "has no more calls for the scan when the code can no longer be accepted": {
      scene: { events: [watch, { at: 50, do: "scan", of: "one" }], untilSeconds: 69 },
      seconds: [53, 56, 58, 59, 60, 65],
    },
    "has one call for a watched attempt after a gap of the store": {
      scene: { events: [watch, { at: 10, do: "gap ends", callAt: 11.2 }], untilSeconds: 50 },
      seconds: [11.2],
    },
    "has one call for several gaps that end before it": {
      scene: {
        events: [watch, { at: 10, do: "gap ends", callAt: 11.5 }, { at: 11, do: "gap ends", callAt: 12.9 }],
        untilSeconds: 50,
      },
      seconds: [11.5],
    },
    "has one call for a gap that is told twice, by a reading that failed and by the store": {
      scene: {
        events: [
          watch,
          { at: 10, do: "gap ends", callAt: 10.2, lostAt: 9 },
          { at: 12, do: "gap ends", callAt: 13, lostAt: 9.5 },
        ],
        untilSeconds: 50,
      },
      seconds: [10.2],
    },
    "has one more call if the store did not work once more in between": {
      scene: {
        events: [
          watch,
          { at: 10, do: "gap ends", callAt: 10.2, lostAt: 9 },
          { at: 12, do: "gap ends", callAt: 13, lostAt: 11 },
        ],
        untilSeconds: 50,
      },
      seconds: [10.2, 13],
    },
    "has a call after a gap though one was running when the gap ended": {
      scene: {
        events: [watch, { at: 9, do: "come back" }, { at: 10, do: "gap ends", callAt: 11 }],
        untilSeconds: 50,
        callSeconds: 4,
      },
      seconds: [9, 13],
    },
    "repeats the call after a gap every 8 s until it is answered": {
      scene: {
        events: [watch, { at: 10, do: "gap ends", callAt: 11 }],
        untilSeconds: 50,
        outcome: (at) => (at < 25 ? "unanswered" : "answered"),
      },
      seconds: [11, 19, 27],
    },
    "has none after a gap for an attempt that nobody watches": {
      scene: { events: [{ at: 10, do: "gap ends", callAt: 11 }] },
      seconds: [],
    },
    "has a call every 5 s, counted from a code's end, while callbacks seem to be lost": {
      scene: {
        codes: [code("one", 62)],
        events: [watch],
        untilSeconds: 20,
        options: { callbacksLostSince: 0 },
      },
      seconds: [2, 7, 12, 17],
    },
    "has none for the times before callbacks seemed to be lost": {
      scene: { events: [watch], untilSeconds: 30, options: { callbacksLostSince: 21 * second } },
      seconds: [25, 30],
    },
    "has none every 5 s after the code's end: the grace has its own": {
      scene: { events: [watch], untilSeconds: 70, options: { callbacksLostSince: 49 * second } },
      seconds: [50, 55, 58, 60, 65, 70],
    },
    "has none every 5 s while nobody watches": {
      scene: { events: [watch, { at: 12, do: "leave" }], options: { callbacksLostSince: 0 } },
      seconds: [5, 10],
    },
    "has every 3 s, and none besides, for a scanned code while callbacks seem to be lost": {
      scene: {
        events: [watch, { at: 1, do: "scan", of: "one" }],
        untilSeconds: 11,
        options: { callbacksLostSince: 0 },
      },
      seconds: [4, 7, 10],
    },
    "has none besides those of resultPolling while callbacks seem to be lost, because none are expected": {
      scene: { events: [watch], untilSeconds: 11, options: { callbacksLostSince: 0, pollingMs: 10_000 } },
      seconds: [10],
    },
    "has none for a transaction that is closed": {
      scene: {
        codes: [code("one", 60, true), code("two", 90)],
        events: [watch, callback(5)],
        untilSeconds: 89,
      },
      seconds: [88],
    },
  };
  for (const [title, { scene, seconds }] of Object.entries(table)) {
    test(title, () => assert.deepEqual(secondsIn(scene), seconds));
  }

  test("has calls every 3 s for the scanned transaction only", () => {
    const calls = callsIn({
      codes: [one, code("two", 90)],
      events: [watch, { at: 10, do: "scan", of: "two" }],
      untilSeconds: 17,
    });
    assert.deepEqual(calls, [
      [13, "two"],
      [16, "two"],
    ]);
  });

  test("has calls every 5 s for the five newest open transactions while callbacks seem to be lost", () => {
    const calls = callsIn({
      codes: [1, 2, 3, 4, 5, 6, 7].map((number) => code(`code ${number}`, 60, number === 6)),
      events: [watch],
      untilSeconds: 5,
      options: { callbacksLostSince: 0 },
    });
    const found = calls.map(([, id]) => id);
    assert.deepEqual(found, ["code 2", "code 3", "code 4", "code 5", "code 7"]);
  });

  test("has no call after a gap for a code that began after it", () => {
    const calls = callsIn({
      codes: [one],
      events: [watch, { at: 10, do: "gap ends", callAt: 11 }, { at: 30, do: "renew", of: "two" }],
      untilSeconds: 50,
    });
    assert.deepEqual(calls, [[11, "one"]]);
  });

  test("repeats the call after a gap for the transaction that got no answer only", () => {
    const calls = callsIn({
      codes: [code("one", 300), code("two", 300)],
      events: [watch, { at: 10, do: "gap ends", callAt: 11 }],
      untilSeconds: 50,
      outcome: (at, id) => (id === "one" && at < 15 ? "unanswered" : "answered"),
    });
    assert.deepEqual(calls, [
      [11, "one"],
      [11, "two"],
      [19, "one"],
    ]);
  });

  test("has calls for each transaction at its own times", () => {
    const calls = callsIn({
      codes: [one],
      events: [watch, { at: 30, do: "renew", of: "two" }],
      untilSeconds: 100,
    });
    const secondsOf = (id: string): number[] => calls.filter((call) => call[1] === id).map(([at]) => at);
    assert.deepEqual(secondsOf("one"), [58, 60, 65]);
    assert.deepEqual(secondsOf("two"), [88, 90, 95, 100]);
  });

  test("has calls for the five newest open transactions for a browser that comes back", () => {
    const codes = [1, 2, 3, 4, 5, 6, 7].map((number) => code(`code ${number}`, 60 + number, number === 6));
    const calls = callsIn({ codes, events: [{ at: 20, do: "come back" }], untilSeconds: 30 });
    const found = calls.map(([, id]) => id);
    assert.deepEqual(found, ["code 2", "code 3", "code 4", "code 5", "code 7"]);
  });

  test("has no call for an attempt that is settled", () => {
    const state = { status: "denied", at: 0 } as const;
    const history = callbackReceived(watched(noCalls(0), true, 0, 1000), "one", 0);
    const options = { timeouts, pollingMs: 1000, isShared: true, callbacksLostSince: 0 };
    const due = schedule({ ...pendingWith(one), state }, history, 60_000, options);
    assert.deepEqual([due.calls, due.isLast, due.nextAt], [[], false, Infinity]);
  });
});

describe("a browser's poll", () => {
  const calledAt = (history: CallHistory, id: string, at: number): CallHistory =>
    callEnded(callBegan(history, id, at), id, "answered", at);

  test("leads to a call for every open transaction that had none in the last 2 s", () => {
    const attempt = pendingWith(code("over", 1), code("closed", 60, true), one, code("two", 90));
    const history = calledAt(noCalls(0), "one", 30_000);
    assert.deepEqual(pollDue(attempt, history, 31_999, timeouts), { calls: ["two"], isLast: false });
    assert.deepEqual(pollDue(attempt, history, 32_000, timeouts), { calls: ["one", "two"], isLast: false });
  });

  test("leads to the last calls when the time is over, and no sooner than 2 s after any call", () => {
    const attempt = pendingWith(one, code("two", 61));
    const history = calledAt(noCalls(0), "one", 70_000);
    assert.deepEqual(pollDue(attempt, history, 71_500, timeouts), { calls: [], isLast: false });
    assert.deepEqual(pollDue(attempt, history, 72_000, timeouts), { calls: [], isLast: true });
  });
});

describe("the last calls", () => {
  const heardAt = (id: string, at: number, outcome: CallOutcome = "answered"): CallHistory =>
    callEnded(callBegan(noCalls(0), id, at), id, outcome, at);
  const attempt = pendingWith(one, code("two", 90));

  test("include the newest transaction, and an older one that got no answer late in its grace", () => {
    assert.deepEqual(lastCalls(attempt, noCalls(0), timeouts), ["two", "one"]);
    assert.deepEqual(lastCalls(attempt, heardAt("one", 64_999), timeouts), ["two", "one"]);
    assert.deepEqual(lastCalls(attempt, heardAt("one", 65_000), timeouts), ["two"]);
    assert.deepEqual(lastCalls(attempt, heardAt("one", 65_000, "unanswered"), timeouts), ["two", "one"]);
    assert.deepEqual(lastCalls(attempt, heardAt("two", 99_999), timeouts), ["two", "one"]);
  });

  test("leave out closed transactions", () => {
    assert.deepEqual(lastCalls(pendingWith(one, code("two", 90, true)), noCalls(0), timeouts), ["one"]);
  });
});
