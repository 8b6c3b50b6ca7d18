import type { Attempt, Transaction } from "../store/attempt.js";
import { isOpen, openUntil } from "../attempt/deadlines.js";
import type { Timeouts } from "../defaults/timeouts.js";
import { afterGap, type StoreGap } from "./store-gap.js";

/*
 * When the kit makes the result calls for one attempt: pure functions of the attempt, of the calls so far and of the time. All
 * times are in milliseconds since the epoch.
 *
 * An example: a browser watches an attempt with one code of 60 s and 10 s of grace. A callback comes after 20 s, but nothing is
 * decided yet. From 66 s on the Token Server does not answer.
 *
 *   seconds  0       20       21 23 27 35    58 60 65    70           71 73 77 85 93 … 125     130
 *   events   watched callback                   ends     grace over                            silence over
 *   calls            ●        ●  ●  ●  ●     ●  ●  ●     ◆            ◆  ◆  ◆  ◆  ◆  … ◆       ◆
 *                    │        └──┴──┴──┘     └──┴──┘     │            └──┴──┴──┴──┴──…─┘       │
 *                    for the  again, after   around the  the last     again, after waits       the attempt
 *                    callback waits of 1, 2, end: the    call         of 1, 2, 4, 8 s, then    has failed
 *                             4 and 8 s      callback                 of 8 s
 *                                            may be lost
 *
 * With an answer to the last call at 70 s the attempt would be `expired` then.
 */

/** Callbacks may get lost, so each code of a watched attempt has a call this long before its end. */
const beforeEndMs = 2000;

/** A transaction has at most one call in this time for browsers' polls, and for callbacks after the first few. */
const minPauseMs = 2000;

/** The Token Server sends one or two callbacks. Anybody can post more for an attempt of their own. */
const maxPromptCallbacks = 5;

/** When a stream opens, the newest transactions have a call at once. A page that renews in time has two or three. */
const maxAtOnce = 5;

/** While a code is scanned, it has a call this often: the person is about to answer, and the callback may get lost. */
const scannedPauseMs = 3000;

/** While callbacks seem not to arrive, a watched code has a call this often. */
const lostPauseMs = 5000;

/** A Token Server that is silent is called again this often. */
const silentPauseMs = 8000;

export interface ScheduleOptions {
  readonly timeouts: Timeouts;
  /** `resultPolling`; infinite if it is off. */
  readonly pollingMs: number;
  /** Whether other servers share the store, so that the attempt may have watchers there. */
  readonly isShared: boolean;
  /** Since when callbacks seem not to arrive; infinite if they do. */
  readonly callbacksLostSince: number;
}

/** The calls for one attempt so far. */
export interface CallHistory {
  /** Undefined while the attempt has no watchers on this server. */
  readonly watch: Watch | undefined;
  /** All calls that were due until then have been made. */
  readonly calledUntil: number;
  /** The transactions that had a call or a callback. */
  readonly transactions: readonly TransactionCalls[];
}

interface Watch {
  /** When all open transactions have their next call: for `resultPolling`, or because a browser came back. */
  readonly callAllAt: number;
  readonly gap: StoreGap | undefined;
}

interface TransactionCalls {
  readonly id: string;
  /** The latest call. */
  readonly call: Call | undefined;
  /** The latest callback. */
  readonly callback: Callback | undefined;
  /** When the waits of 1, 2, 4 and 8 s began; undefined if no call is to be repeated. */
  readonly repeatSince: number | undefined;
}

type Call =
  /** `wasAnswered`: whether the call before it was answered. */
  | { readonly kind: "running"; readonly beganAt: number; readonly wasAnswered: boolean }
  | {
      readonly kind: "ended";
      readonly beganAt: number;
      readonly endedAt: number;
      readonly isAnswered: boolean;
    };

interface Callback {
  readonly at: number;
  /** Whether no call has begun since. */
  readonly isPending: boolean;
  /** How many calls were made for this callback and earlier ones. */
  readonly calls: number;
}

/** `lost`: there was no quota for the call, or its answer could not be stored. */
export type CallOutcome = "answered" | "unanswered" | "lost";

/** The transactions that are due for a call. `isLast`: the attempt's time is over, and the last calls are due. */
interface Due {
  readonly calls: readonly string[];
  readonly isLast: boolean;
}

/** @returns the calls that are due, when to call this function again (infinite: never), and the new history */
export function schedule(
  attempt: Attempt,
  history: CallHistory,
  now: number,
  options: ScheduleOptions,
): Due & { nextAt: number; history: CallHistory } {
  if (attempt.state.status !== "pending") return { calls: [], isLast: false, nextAt: Infinity, history };
  const { timeouts, pollingMs } = options;
  const { watch } = history;
  const isOpenDue = watch !== undefined && watch.callAllAt <= now;
  const newest = openTransactions(attempt, now, timeouts).slice(-maxAtOnce);
  const gapCallAt = watch?.gap?.callAt ?? Infinity;
  const next: CallHistory = {
    ...history,
    watch: isOpenDue ? { ...watch, callAllAt: now + pollingMs } : watch,
    calledUntil: now,
  };
  const calls: string[] = [];
  let nextAt = Math.min(
    next.watch?.callAllAt ?? Infinity,
    nextLast(attempt, next, timeouts),
    gapCallAt > now ? gapCallAt : Infinity,
  );
  const inGap = attempt.transactions.slice(0, watch?.gap?.codes ?? 0);
  for (const transaction of undecided(attempt)) {
    // One call at a time. When it ends, this function is called again.
    if (callsOf(history, transaction.id).call?.kind === "running") continue;
    const isNewest = newest.includes(transaction);
    const afterGapAt =
      isNewest && inGap.includes(transaction)
        ? nextAfterGap(history, callsOf(history, transaction.id))
        : Infinity;
    const nextAfter = (calls: CallHistory): number =>
      Math.min(
        afterGapAt,
        nextCall(transaction, calls, options),
        isNewest ? nextWhileLost(transaction, calls, options) : Infinity,
      );
    if ((isNewest && isOpenDue) || nextAfter(history) <= now) {
      calls.push(transaction.id);
    } else {
      nextAt = Math.min(nextAt, nextAfter(next));
    }
  }
  const isOver = now >= openUntil(attempt, timeouts);
  const isGapDue = history.calledUntil <= gapCallAt && gapCallAt <= now;
  const isLast = isOver && (isOpenDue || isGapDue || nextLast(attempt, history, timeouts) <= now);
  return { calls, isLast, nextAt, history: next };
}

/** The calls that a browser's poll leads to. */
export function pollDue(attempt: Attempt, history: CallHistory, now: number, timeouts: Timeouts): Due {
  const isPaused = ({ id }: Transaction): boolean => now < lastBeganAt(callsOf(history, id)) + minPauseMs;
  const open = openTransactions(attempt, now, timeouts);
  return {
    calls: open.filter((transaction) => !isPaused(transaction)).map(({ id }) => id),
    isLast: now >= openUntil(attempt, timeouts) && !attempt.transactions.some(isPaused),
  };
}

/**
 * The transactions that have a call when the attempt's time is over: the newest, and each older one whose latest call was
 * not answered late in its grace.
 */
export function lastCalls(attempt: Attempt, history: CallHistory, timeouts: Timeouts): string[] {
  const [newest, ...older] = undecided(attempt).reverse();
  const graceMs = timeouts.graceSeconds * 1000;
  const unanswered = older.filter(({ id, endsAt }) => !isAnsweredSince(history, id, endsAt + graceMs / 2));
  return [...(newest ? [newest] : []), ...unanswered].map(({ id }) => id);
}

/** Whether the latest call for a transaction was answered, at that time or later. While one runs, the one before it counts. */
export function isAnsweredSince(history: CallHistory, transactionId: string, since: number): boolean {
  const { call } = callsOf(history, transactionId);
  if (call?.kind === "running") return call.wasAnswered;
  return call !== undefined && call.isAnswered && call.endedAt >= since;
}

export const noCalls = (now: number): CallHistory => ({
  watch: undefined,
  calledUntil: now,
  transactions: none,
});

const none: readonly TransactionCalls[] = [];

/** @param isBack whether the browser was here before */
export function watched(history: CallHistory, isBack: boolean, now: number, pollingMs: number): CallHistory {
  const watch = history.watch ?? { callAllAt: now + pollingMs, gap: undefined };
  const pausedUntil = Math.max(now, ...history.transactions.map((calls) => lastBeganAt(calls) + minPauseMs));
  return {
    ...history,
    watch: isBack ? { ...watch, callAllAt: Math.min(watch.callAllAt, pausedUntil) } : watch,
    calledUntil: history.watch ? history.calledUntil : now,
  };
}

/**
 * A gap of the store has ended. If the attempt is watched, each of its open transactions has a call then, and again until it is
 * answered.
 *
 * @param lostAt when the store last failed
 */
export const gapEnded = (history: CallHistory, gap: StoreGap, lostAt: number): CallHistory =>
  history.watch
    ? { ...history, watch: { ...history.watch, gap: afterGap(history.watch.gap, gap, lostAt) } }
    : history;

export const unwatched = (history: CallHistory): CallHistory => ({ ...history, watch: undefined });

export function callbackReceived(history: CallHistory, transactionId: string, now: number): CallHistory {
  const calls = callsOf(history, transactionId);
  const callback = { at: now, isPending: true, calls: calls.callback?.calls ?? 0 };
  return withCalls(history, { ...calls, callback });
}

/** When the last callback of a transaction came; undefined if none came to this server lately. */
export const callbackAt = (history: CallHistory, transactionId: string): number | undefined =>
  callsOf(history, transactionId).callback?.at;

export function callBegan(history: CallHistory, transactionId: string, now: number): CallHistory {
  const calls = callsOf(history, transactionId);
  const { callback } = calls;
  const wasAnswered = calls.call?.kind === "ended" && calls.call.isAnswered;
  return withCalls(history, {
    ...calls,
    call: { kind: "running", beganAt: now, wasAnswered },
    ...(callback?.isPending && {
      callback: { ...callback, isPending: false, calls: callback.calls + 1 },
      repeatSince: now,
    }),
  });
}

export function callEnded(
  history: CallHistory,
  transactionId: string,
  outcome: CallOutcome,
  now: number,
): CallHistory {
  const calls = callsOf(history, transactionId);
  const beganAt = lastBeganAt(calls);
  return withCalls(history, {
    ...calls,
    call: { kind: "ended", beganAt, endedAt: now, isAnswered: outcome === "answered" },
    // The lost answer may be the acceptance.
    repeatSince: outcome === "lost" ? (calls.repeatSince ?? now) : calls.repeatSince,
  });
}

const callsOf = ({ transactions }: CallHistory, id: string): TransactionCalls =>
  transactions.find((calls) => calls.id === id) ?? {
    id,
    call: undefined,
    callback: undefined,
    repeatSince: undefined,
  };

const lastBeganAt = ({ call }: TransactionCalls): number => call?.beganAt ?? -Infinity;

/** Of a transaction without a running call. */
const lastEndedAt = ({ call }: TransactionCalls): number =>
  call?.kind === "ended" ? call.endedAt : -Infinity;

const withCalls = (history: CallHistory, calls: TransactionCalls): CallHistory => ({
  ...history,
  transactions: [...history.transactions.filter(({ id }) => id !== calls.id), calls],
});

const undecided = ({ transactions }: Attempt): Transaction[] => transactions.filter(({ closed }) => !closed);

const openTransactions = ({ transactions }: Attempt, now: number, timeouts: Timeouts): Transaction[] =>
  transactions.filter((transaction) => isOpen(transaction, now, timeouts));

/** When a transaction has its next call. */
function nextCall(transaction: Transaction, history: CallHistory, options: ScheduleOptions): number {
  const { id, endsAt, scanned } = transaction;
  const { timeouts, isShared } = options;
  const isWatched = history.watch !== undefined;
  const calls = callsOf(history, id);
  const { call, callback, repeatSince } = calls;
  if (callback?.isPending)
    return callback.calls < maxPromptCallbacks ? -Infinity : lastBeganAt(calls) + minPauseMs;
  const after = Math.max(history.calledUntil, lastEndedAt(calls));
  const graceMs = timeouts.graceSeconds * 1000;
  const times = isWatched ? [endsAt - beforeEndMs, endsAt, endsAt + graceMs / 2] : [];
  if (repeatSince !== undefined && (isWatched || isShared)) {
    const isAnswered = call?.kind === "ended" && call.isAnswered;
    times.push(nextRepeat(repeatSince, after, !isAnswered));
  }
  if (scanned && isWatched) {
    const pauses = Math.floor(Math.max(0, after - scanned.at) / scannedPauseMs) + 1;
    const time = scanned.at + pauses * scannedPauseMs;
    if (time < endsAt) times.push(time);
  }
  return Math.min(...times.filter((time) => time > after && time < endsAt + graceMs));
}

/** When a transaction has its next call because of a gap of the store. */
function nextAfterGap({ watch }: CallHistory, calls: TransactionCalls): number {
  const gap = watch?.gap;
  if (!gap) return Infinity;
  const { call } = calls;
  if (call?.kind !== "ended" || call.beganAt < gap.endedAt) return gap.callAt;
  return call.isAnswered ? Infinity : call.endedAt + silentPauseMs;
}

/**
 * When a watched transaction has its next call because callbacks seem not to arrive. Counted from its end, so that the calls
 * for many are spread. None if other calls come as often.
 */
function nextWhileLost(
  { id, endsAt, scanned }: Transaction,
  history: CallHistory,
  { callbacksLostSince, pollingMs }: ScheduleOptions,
): number {
  if (!history.watch || scanned || pollingMs < Infinity) return Infinity;
  const after = Math.max(history.calledUntil, lastEndedAt(callsOf(history, id)), callbacksLostSince);
  const pausesLeft = Math.ceil((endsAt - after) / lostPauseMs) - 1;
  return pausesLeft > 0 ? endsAt - pausesLeft * lostPauseMs : Infinity;
}

/** When an attempt has its last calls: at its end, and again as long as there is no answer. */
function nextLast(attempt: Attempt, { watch, calledUntil }: CallHistory, timeouts: Timeouts): number {
  const overAt = openUntil(attempt, timeouts);
  if (!watch) return Infinity;
  if (calledUntil < overAt) return overAt;
  const silentUntil = overAt + timeouts.silenceSeconds * 1000;
  const repeatAt = nextRepeat(overAt, calledUntil, true);
  return calledUntil < silentUntil ? Math.min(repeatAt, silentUntil) : repeatAt;
}

/** Calls are repeated after waits of 1, 2, 4 and 8 s. If the Token Server is silent, they go on every 8 s. */
function nextRepeat(since: number, after: number, isSilent: boolean): number {
  const passedMs = after - since;
  const early = [1000, 3000, 7000, 15_000].find((ms) => ms > passedMs);
  if (early !== undefined) return since + early;
  const pauses = Math.floor((passedMs - 15_000) / silentPauseMs) + 1;
  return isSilent ? since + 15_000 + pauses * silentPauseMs : Infinity;
}
