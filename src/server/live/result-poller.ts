import type { Attempt } from "../attempt/attempt.js";
import type { Attempts } from "../attempt/attempts.js";
import { openUntil } from "../attempt/deadlines.js";
import type { Change } from "../attempt/transitions.js";
import type { Report } from "../kit-events.js";
import type { CallQuota } from "../limits/call-quota.js";
import type { ClientOf } from "../limits/networks.js";
import { randomShare, type Runtime } from "../runtime.js";
import { CallbackWatch } from "./callback-arrivals.js";
import {
  callBegan,
  callEnded,
  callbackAt,
  callbackReceived,
  gapEnded,
  isAnsweredSince,
  lastCalls,
  noCalls,
  pollDue,
  schedule,
  unwatched,
  watched,
  type CallHistory,
  type CallOutcome,
  type ScheduleOptions,
} from "./result-schedule.js";
import { troubleEvent, type TokenServerClient } from "../token-server/token-server-client.js";

/** A browser opens its first stream at once. A stream that is opened later means that the browser came back. */
const firstVisitMs = 2000;

/** After a gap of the store, the calls for the watched attempts are spread over this time. */
const gapSpreadMs = 2000;

/** The vendor's default life of a code, until one was started. */
const defaultLifeMs = 300_000;

/** How long the calls for an attempt without watchers are remembered. */
const memoryMs = 120_000;

interface ResultPollerDependencies {
  tokenServer: TokenServerClient;
  quota: CallQuota;
  clientOf: ClientOf;
  attempts: Attempts;
  runtime: Runtime;
  report: Report;
  /** When the store did not work last. */
  storeFailedAt: () => number;
}

interface ResultPollerOptions extends Omit<ScheduleOptions, "callbacksLostSince"> {
  /** The address of the callback that the Token Server is told. */
  callbackUri: string;
}

/** A pending attempt that has watchers or had a result call lately. */
interface Polled {
  attempt: Attempt;
  history: CallHistory;
  nextAt: number;
  cancelTimer: (() => void) | undefined;
}

/** Makes result calls when the schedule says so, and writes the results to the attempts. */
export class ResultPoller {
  readonly #dependencies: ResultPollerDependencies;
  readonly #options: ResultPollerOptions;
  readonly #callbacks: CallbackWatch;
  readonly #polled = new Map<string, Polled>();
  /** The running calls, by transaction. */
  readonly #running = new Map<string, Promise<void>>();
  /** The life of the code that was started last. */
  #lifeMs = defaultLifeMs;
  #isClosed = false;
  #sweptAt = -Infinity;

  constructor(dependencies: ResultPollerDependencies, options: ResultPollerOptions) {
    this.#dependencies = dependencies;
    this.#options = options;
    const { callbackUri, pollingMs } = options;
    this.#callbacks = new CallbackWatch(dependencies, { callbackUri, isExpected: pollingMs < Infinity }, () =>
      this.#makeAllDueCalls(),
    );
  }

  /** A callback came. Resolves to the attempt of its transaction, if there is one. */
  async callback(transactionId: string): Promise<Attempt | undefined> {
    const attempt = await this.#dependencies.attempts.findByTransaction(transactionId);
    if (!attempt) return undefined;
    const polled = this.#find(attempt);
    polled.history = callbackReceived(polled.history, transactionId, this.#dependencies.runtime.now());
    this.#makeDueCalls(polled);
    await this.#noteCallback(polled, transactionId);
    return attempt;
  }

  /** A transaction was started, whose code expires at `endsAt`. */
  started(endsAt: number): void {
    this.#lifeMs = endsAt - this.#dependencies.runtime.now();
  }

  /** Until when a callback is of use that comes now: the end of the grace that a code begun now would have. */
  callbackUntil(): number {
    return this.#dependencies.runtime.now() + this.#lifeMs + this.#options.timeouts.graceSeconds * 1000;
  }

  /** The attempt has one more watcher. */
  watch(attempt: Attempt): void {
    const now = this.#dependencies.runtime.now();
    const isBack = this.#polled.has(attempt.id) || now - attempt.startedAt >= firstVisitMs;
    const polled = this.#find(attempt);
    polled.history = watched(polled.history, isBack, now, this.#options.pollingMs);
    this.#makeDueCalls(polled);
  }

  /** A watched attempt was read again. */
  update(attempt: Attempt): void {
    this.#makeDueCalls(this.#find(attempt));
  }

  /**
   * A watched attempt was read again after a gap of the store, in which callbacks may have been lost.
   *
   * @param lostAt when the store did not work last
   */
  gapEnded(attempt: Attempt, lostAt: number): void {
    const { runtime } = this.#dependencies;
    const polled = this.#find(attempt);
    const endedAt = runtime.now();
    const callAt = endedAt + randomShare(runtime) * gapSpreadMs;
    const codes = polled.attempt.transactions.length;
    polled.history = gapEnded(polled.history, { endedAt, callAt, codes }, lostAt);
    this.#makeDueCalls(polled);
  }

  /** The attempt has no watchers any more. */
  unwatch(attemptId: string): void {
    const polled = this.#polled.get(attemptId);
    if (!polled) return;
    polled.history = unwatched(polled.history);
    this.#makeDueCalls(polled);
  }

  /** Milliseconds until a poll of the attempt may lead to a call again; 0 if it may now. */
  pollRetryAfterMs(attempt: Attempt): number {
    const { quota, clientOf } = this.#dependencies;
    return quota.retryAfterMs("poll", clientOf(attempt.address));
  }

  /** A browser polls. This leads to result calls, at most every two seconds. */
  async poll(attempt: Attempt): Promise<void> {
    const { quota, clientOf, runtime } = this.#dependencies;
    const polled = this.#find(attempt);
    const due = pollDue(attempt, polled.history, runtime.now(), this.#options.timeouts);
    if (due.isLast) return this.pollLast(attempt);
    const client = clientOf(attempt.address);
    await Promise.all(
      due.calls.map(async (id) => {
        if (quota.take("poll", client)) await this.#call(polled, id, true);
      }),
    );
  }

  /**
   * Makes the last result calls for an attempt whose time is over, before it is `expired`. If they have no answer, the
   * attempt stays `pending`, and is `failed` when the silence has lasted long enough.
   */
  async pollLast(attempt: Attempt): Promise<void> {
    const { runtime } = this.#dependencies;
    const { timeouts } = this.#options;
    const now = runtime.now();
    if (attempt.state.status !== "pending" || now < openUntil(attempt, timeouts)) return;
    const polled = this.#find(attempt);
    const calls = lastCalls(attempt, polled.history, timeouts);
    await Promise.all(calls.map((id) => this.#call(polled, id)));
    const isAnswered = calls.every((id) => isAnsweredSince(polled.history, id, now));
    await this.#change(polled, { kind: isAnswered ? "time_over" : "silence", at: runtime.now() });
    this.#makeDueCalls(polled);
  }

  /** From now on only callbacks and polls lead to result calls. */
  close(): void {
    this.#isClosed = true;
    this.#callbacks.close();
    for (const polled of this.#polled.values()) this.#setTimer(polled, Infinity);
  }

  /** Resolves when no call is running. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  #find(attempt: Attempt): Polled {
    this.#callbacks.read(attempt);
    const known = this.#polled.get(attempt.id);
    if (known) {
      if (attempt.version > known.attempt.version) known.attempt = attempt;
      return known;
    }
    this.#sweep();
    const history = noCalls(this.#dependencies.runtime.now());
    const polled = { attempt, history, nextAt: Infinity, cancelTimer: undefined };
    this.#polled.set(attempt.id, polled);
    return polled;
  }

  /** Called when new attempts come, because a timer would keep the process from ending. */
  #sweep(): void {
    const now = this.#dependencies.runtime.now();
    if (now < this.#sweptAt + memoryMs) return;
    this.#sweptAt = now;
    for (const [id, { history }] of this.#polled) {
      if (!history.isWatched && history.calledUntil < now - memoryMs) this.#polled.delete(id);
    }
  }

  #makeDueCalls(polled: Polled): void {
    const { id, state } = polled.attempt;
    const options = { ...this.#options, callbacksLostSince: this.#callbacks.lostSince };
    const due = schedule(polled.attempt, polled.history, this.#dependencies.runtime.now(), options);
    polled.history = due.history;
    this.#setTimer(polled, due.nextAt);
    for (const id of due.calls) void this.#call(polled, id);
    if (due.isLast) {
      this.pollLast(polled.attempt).catch((error: unknown) => this.#reportError(error));
    }
    if (state.status !== "pending") this.#polled.delete(id);
  }

  /** The times of the next calls have changed for all attempts. */
  #makeAllDueCalls(): void {
    for (const polled of [...this.#polled.values()]) this.#makeDueCalls(polled);
  }

  #setTimer(polled: Polled, at: number): void {
    const nextAt = this.#isClosed ? Infinity : at;
    if (nextAt === polled.nextAt) return;
    const { runtime } = this.#dependencies;
    polled.cancelTimer?.();
    polled.nextAt = nextAt;
    polled.cancelTimer =
      nextAt === Infinity
        ? undefined
        : runtime.after(Math.max(0, nextAt - runtime.now()), () => this.#wake(polled));
  }

  #wake(polled: Polled): void {
    polled.nextAt = Infinity;
    this.#makeDueCalls(polled);
  }

  /** Makes a result call for a transaction, or joins the running one. Never rejects. */
  #call(polled: Polled, transactionId: string, hasQuota = false): Promise<void> {
    const running = this.#running.get(transactionId);
    if (running) return running;
    polled.history = callBegan(polled.history, transactionId, this.#dependencies.runtime.now());
    const call = this.#callOnce(polled, transactionId, hasQuota);
    this.#running.set(transactionId, call);
    return call;
  }

  async #callOnce(polled: Polled, transactionId: string, hasQuota: boolean): Promise<void> {
    const { quota, clientOf, runtime } = this.#dependencies;
    const maxWaitMs = this.#options.timeouts.tokenServerSeconds * 1000;
    const client = clientOf(polled.attempt.address);
    let outcome: CallOutcome = "lost";
    try {
      if (hasQuota || (await quota.wait("result", maxWaitMs, client))) {
        outcome = await this.#result(polled, transactionId);
        await this.#noteCallback(polled, transactionId);
      }
    } catch (error) {
      this.#reportError(error);
    }
    this.#running.delete(transactionId);
    polled.history = callEnded(polled.history, transactionId, outcome, runtime.now());
    this.#makeDueCalls(polled);
  }

  async #result(polled: Polled, transactionId: string): Promise<CallOutcome> {
    const { tokenServer, runtime, report } = this.#dependencies;
    const { id, address } = polled.attempt;
    const about = { attempt: id, transaction: transactionId, ...(address !== undefined && { address }) };
    const calledAt = runtime.now();
    const outcome = await tokenServer.result(transactionId);
    const at = runtime.now();
    switch (outcome.kind) {
      case "unanswered":
        report({ ...troubleEvent("result", outcome.trouble, at - calledAt), ...about });
        return "unanswered";
      case "waiting":
        return "answered";
      case "approved": {
        const { userId } = outcome;
        await this.#answered(polled, { kind: "approved", id: transactionId, userId, at });
        return "answered";
      }
      case "denied":
        await this.#answered(polled, { kind: "denied", id: transactionId, at });
        return "answered";
      case "closed": {
        const { reason, description } = outcome;
        const closed = { kind: "transaction_closed", id: transactionId, at } as const;
        const isChanged = await this.#change(polled, { ...closed, ...calledBack(polled, transactionId) });
        if (isChanged) {
          report({
            type: "transaction_failed",
            level: "warn",
            ...about,
            reason,
            durationMs: at - polled.attempt.startedAt,
            ...(description !== undefined && { description }),
          });
        }
        return "answered";
      }
      default:
        return outcome satisfies never;
    }
  }

  /** Writes the person's answer. The callback of a code that ended without one is not documented: it is not waited for. */
  async #answered(polled: Polled, what: Extract<Change, { kind: "approved" | "denied" }>): Promise<void> {
    const called = calledBack(polled, what.id);
    const isChanged = await this.#change(polled, { ...what, ...called });
    if (isChanged && called === undefined && !this.#isClosed) {
      this.#callbacks.foundByAsking(polled.attempt, what.id);
    }
  }

  /**
   * Once a transaction has a result, its attempt notes that the callback came, because the server that found the result by
   * asking may be another one. Mostly the result was written with it.
   */
  async #noteCallback(polled: Polled, transactionId: string): Promise<void> {
    const at = callbackAt(polled.history, transactionId);
    const { state, transactions } = polled.attempt;
    const transaction = transactions.find(({ id }) => id === transactionId);
    const hasResult = state.status !== "pending" || transaction?.closed === true;
    if (at === undefined || !hasResult) return;
    this.#callbacks.arrived(at);
    if (transaction && transaction.calledBackAt === undefined)
      await this.#change(polled, { kind: "called_back", id: transactionId, at });
  }

  async #change(polled: Polled, change: Change): Promise<boolean> {
    const changed = await this.#dependencies.attempts.change(polled.attempt.id, change);
    if (changed) polled.attempt = changed.attempt;
    return changed?.changed ?? false;
  }

  #reportError(error: unknown): void {
    this.#dependencies.report({ type: "internal_error", level: "error", doing: "polling a result", error });
  }
}

/** When the callback of a transaction came, if it did. */
function calledBack({ history }: Polled, transactionId: string): { calledBackAt: number } | undefined {
  const calledBackAt = callbackAt(history, transactionId);
  return calledBackAt === undefined ? undefined : { calledBackAt };
}
