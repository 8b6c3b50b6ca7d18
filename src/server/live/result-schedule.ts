import type { Attempt, Transaction } from "../attempt/attempt.js";
import { isOpen, openUntil } from "../attempt/deadlines.js";
import type { Timeouts } from "../timeouts.js";

/*
 * When the kit makes the result calls for one attempt: pure functions of the attempt, of the calls so far and of the
 * time. All times are in milliseconds since the epoch.
 */

/** Callbacks may get lost, so a watched attempt has a result call this long before a code's end. */
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
  /** Whether the attempt has watchers on this server. */
  readonly isWatched: boolean;
  /** When all open transactions have their next call: for `resultPolling`, or because a browser came back. */
  readonly callAllAt: number;
  /** The last gap of the store while the attempt was watched. */
  readonly gap: Gap | undefined;
  /** All calls that were due until then have been made. */
  readonly calledUntil: number;
  /** The transactions that had a call or a callback. */
  readonly transactions: readonly TransactionCalls[];
}

/**
 * A gap of the store, in which callbacks may have got lost. Each transaction that is open then needs an answer to a call that
 * began after it.
 */
export interface Gap {
  readonly endedAt: number;
  /** When the first calls after it are due. */
  readonly callAt: number;
  /** How many transactions the attempt had. Later ones missed nothing. */
  readonly codes: number;
}

interface TransactionCalls {
  readonly id: string;
  /** When the last call began. */
  readonly calledAt: number;
  /** When it ended; infinite while it runs. */
  readonly endedAt: number;
  readonly isAnswered: boolean;
  /** Whether a callback came after it began. */
  readonly hasCallback: boolean;
  /** When the last callback came. */
  readonly callbackAt: number | undefined;
  /** How many calls were made for callbacks. */
  readonly callbackCalls: number;
  /** When the waits of 1, 2, 4 and 8 s began; undefined if no call is to be repeated. */
  readonly repeatSince: number | undefined;
}

/** `lost`: there was no quota for the call, or its answer could not be stored. */
export type CallOutcome = "answered" | "unanswered" | "lost";

/** The transactions that are due for a call. `isLast`: the attempt's time is over, and the last calls are due. */
export interface Due {
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
  const isOpenDue = history.callAllAt <= now;
  const newest = openTransactions(attempt, now, timeouts).slice(-maxAtOnce);
  const gapCallAt = history.gap?.callAt ?? Infinity;
  const next: CallHistory = {
    ...history,
    callAllAt: isOpenDue ? now + pollingMs : history.callAllAt,
    calledUntil: now,
  };
  const calls: string[] = [];
  let nextAt = Math.min(
    next.callAllAt,
    nextLast(attempt, next, timeouts),
    gapCallAt > now ? gapCallAt : Infinity,
  );
  const inGap = attempt.transactions.slice(0, history.gap?.codes ?? 0);
  for (const transaction of undecided(attempt)) {
    // One call at a time. When it ends, this function is called again.
    if (callsOf(history, transaction.id).endedAt === Infinity) continue;
    const isNewest = newest.includes(transaction);
    const afterGapAt =
      isNewest && inGap.includes(transaction) ? nextAfterGap(history, transaction.id) : Infinity;
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
  const isPaused = ({ id }: Transaction): boolean => now < callsOf(history, id).calledAt + minPauseMs;
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

/** Whether the latest call for a transaction was answered, at that time or later. */
export function isAnsweredSince(history: CallHistory, transactionId: string, since: number): boolean {
  const { endedAt, isAnswered } = callsOf(history, transactionId);
  return isAnswered && endedAt >= since;
}

export const noCalls = (now: number): CallHistory => ({
  isWatched: false,
  callAllAt: Infinity,
  gap: undefined,
  calledUntil: now,
  transactions: none,
});

const none: readonly TransactionCalls[] = [];

/** @param isBack whether the browser was here before */
export function watched(history: CallHistory, isBack: boolean, now: number, pollingMs: number): CallHistory {
  const before = history.isWatched ? history : { ...history, callAllAt: now + pollingMs, calledUntil: now };
  const pausedUntil = Math.max(now, ...history.transactions.map(({ calledAt }) => calledAt + minPauseMs));
  return {
    ...before,
    isWatched: true,
    callAllAt: isBack ? Math.min(before.callAllAt, pausedUntil) : before.callAllAt,
  };
}

/**
 * Callbacks may have got lost in a gap of the store. If the attempt is watched, each of its open transactions has a call then,
 * and again until it is answered.
 *
 * @param lostAt when the store did not work last. A reading that failed and the store itself may both tell of a gap: the second
 *   leads to no call if the store has worked since the first.
 */
export function gapEnded(history: CallHistory, gap: Gap, lostAt: number): CallHistory {
  const { isWatched, gap: before } = history;
  const isKnown = before !== undefined && lostAt < before.endedAt;
  if (!isWatched || isKnown) return history;
  const isDue = before !== undefined && before.callAt > gap.endedAt;
  return { ...history, gap: isDue ? { ...gap, callAt: Math.min(before.callAt, gap.callAt) } : gap };
}

export const unwatched = (history: CallHistory): CallHistory => ({
  ...history,
  isWatched: false,
  callAllAt: Infinity,
  gap: undefined,
});

export const callbackReceived = (history: CallHistory, transactionId: string, now: number): CallHistory =>
  withCalls(history, { ...callsOf(history, transactionId), hasCallback: true, callbackAt: now });

/** When the last callback of a transaction came; undefined if none came to this server lately. */
export const callbackAt = (history: CallHistory, transactionId: string): number | undefined =>
  callsOf(history, transactionId).callbackAt;

export function callBegan(history: CallHistory, transactionId: string, now: number): CallHistory {
  const calls = callsOf(history, transactionId);
  return withCalls(history, {
    ...calls,
    calledAt: now,
    endedAt: Infinity,
    ...(calls.hasCallback && {
      hasCallback: false,
      callbackCalls: calls.callbackCalls + 1,
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
  // The lost answer may be the acceptance.
  const repeatSince = outcome === "lost" ? (calls.repeatSince ?? now) : calls.repeatSince;
  return withCalls(history, { ...calls, endedAt: now, isAnswered: outcome === "answered", repeatSince });
}

const callsOf = ({ transactions }: CallHistory, id: string): TransactionCalls =>
  transactions.find((calls) => calls.id === id) ?? {
    id,
    calledAt: -Infinity,
    endedAt: -Infinity,
    isAnswered: false,
    hasCallback: false,
    callbackAt: undefined,
    callbackCalls: 0,
    repeatSince: undefined,
  };

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
  const { calledAt, endedAt, isAnswered, hasCallback, callbackCalls, repeatSince } = callsOf(history, id);
  const after = Math.max(history.calledUntil, endedAt);
  const graceMs = timeouts.graceSeconds * 1000;
  const times = history.isWatched ? [endsAt - beforeEndMs, endsAt, endsAt + graceMs / 2] : [];
  if (hasCallback) return callbackCalls < maxPromptCallbacks ? -Infinity : calledAt + minPauseMs;
  if (repeatSince !== undefined && (history.isWatched || isShared)) {
    times.push(nextRepeat(repeatSince, after, !isAnswered));
  }
  if (scanned && history.isWatched) {
    const pauses = Math.floor(Math.max(0, after - scanned.at) / scannedPauseMs) + 1;
    const time = scanned.at + pauses * scannedPauseMs;
    if (time < endsAt) times.push(time);
  }
  return Math.min(...times.filter((time) => time > after && time < endsAt + graceMs));
}

/** When a transaction has its next call because of a gap of the store. */
function nextAfterGap(history: CallHistory, transactionId: string): number {
  const { gap } = history;
  if (!gap) return Infinity;
  const { calledAt, endedAt, isAnswered } = callsOf(history, transactionId);
  if (calledAt < gap.endedAt) return gap.callAt;
  return isAnswered ? Infinity : endedAt + silentPauseMs;
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
  if (!history.isWatched || scanned || pollingMs < Infinity) return Infinity;
  const after = Math.max(history.calledUntil, callsOf(history, id).endedAt, callbacksLostSince);
  const pausesLeft = Math.ceil((endsAt - after) / lostPauseMs) - 1;
  return pausesLeft > 0 ? endsAt - pausesLeft * lostPauseMs : Infinity;
}

/** When an attempt has its last calls: at its end, and again as long as there is no answer. */
function nextLast(attempt: Attempt, { isWatched, calledUntil }: CallHistory, timeouts: Timeouts): number {
  const overAt = openUntil(attempt, timeouts);
  if (!isWatched) return Infinity;
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
