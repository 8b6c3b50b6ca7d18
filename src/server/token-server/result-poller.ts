import type { Attempt } from "../attempt/attempt.js";
import type { Attempts } from "../attempt/attempts.js";
import type { Timeouts } from "../timeouts.js";
import { isOpen, openUntil } from "../attempt/deadlines.js";
import type { Report } from "../kit-events.js";
import { Inquiry, type Heard } from "./result-poll.js";
import type { Runtime } from "../runtime.js";
import { troubleEvent, type ResultOutcome, type TokenServerClient } from "./token-server-client.js";
import type { CallQuota } from "../limits/call-quota.js";

/** Browsers that ask the kit make it ask the Token Server at most this often. */
const restMs = 2000;

/**
 * A page that renews in time has few codes that can be accepted: two that live a minute, four that live ten seconds. Who
 * collects more, and has its stream opened again and again, has only the newest asked about; the others still are at the
 * times of their own, and by polls, which have quota of their own.
 */
const maxAtOnce = 5;

/** How long it is remembered when a transaction was asked about. */
const memoryMs = 120_000;

/** Whose transaction it is. */
type Owner = { id: string; address: string | undefined };

interface Parts {
  tokenServer: TokenServerClient;
  quota: CallQuota;
  attempts: Attempts;
  timeouts: Timeouts;
  runtime: Runtime;
  report: Report;
}

/** The questions to the Token Server. What it answers goes to the attempt. */
export class Questions {
  readonly #parts: Parts;
  readonly #isWatched: (attemptId: string) => boolean;
  #isClosed = false;
  readonly #inquiries = new Map<string, Inquiry>();
  #sweptAt = 0;

  /** @param isWatched whether somebody waits for the attempt; only then are there timers */
  constructor(parts: Parts, isWatched: (attemptId: string) => boolean) {
    this.#parts = parts;
    this.#isWatched = isWatched;
  }

  /** A callback says that something happened: asks, and asks again while it is not decided. */
  hint(attempt: Attempt, transactionId: string): Promise<void> {
    return this.#inquiry(attempt, transactionId).hint();
  }

  /** Asks about some of an attempt's transactions, once, or joins the questions that run. */
  async ask(attempt: Attempt, transactionIds: readonly string[]): Promise<void> {
    await Promise.all(transactionIds.map((id) => this.#inquiry(attempt, id).ask()));
  }

  /** Milliseconds until a poll may make the kit ask again; 0 if it may now. */
  get closedMs(): number {
    return this.#parts.quota.closedMs("poll");
  }

  /** Asks about the transactions that can still be accepted. */
  askOpen(attempt: Attempt): Promise<void> {
    return this.ask(attempt, this.#openIds(attempt).slice(-maxAtOnce));
  }

  /** A browser asks how things stand: so does the kit, at most every two seconds. */
  async askNowAndThen(attempt: Attempt): Promise<void> {
    const { timeouts, runtime } = this.#parts;
    const now = runtime.now();
    const rested = (id: string): boolean => now - (this.#inquiries.get(id)?.askedAt ?? -Infinity) >= restMs;
    if (now < openUntil(attempt, timeouts)) {
      await Promise.all(
        this.#openIds(attempt)
          .filter(rested)
          .map((id) => this.#poll(attempt, id)),
      );
      return;
    }
    if (attempt.transactions.every(({ id }) => rested(id))) await this.askLast(attempt);
  }

  async #poll(attempt: Attempt, transactionId: string): Promise<void> {
    if (await this.#parts.quota.take("poll")) await this.#inquiry(attempt, transactionId).ask(true);
  }

  /** When a browser may make the kit ask again: at once, or two seconds after the last question. */
  restsUntil(attempt: Attempt): number {
    const askedAt = this.#openIds(attempt).map((id) => this.#inquiries.get(id)?.askedAt ?? -Infinity);
    return Math.max(this.#parts.runtime.now(), ...askedAt.map((at) => at + restMs));
  }

  /**
   * The last questions of an attempt whose time is over, before it is `expired`. A silent Token Server leaves it
   * `pending`, to be asked again, until the silence has lasted long enough for `failed`.
   */
  async askLast(attempt: Attempt): Promise<void> {
    const { attempts, timeouts, runtime } = this.#parts;
    const beganAt = runtime.now();
    if (attempt.state.status !== "pending" || beganAt < openUntil(attempt, timeouts)) return;
    const answeredAt = (id: string): number => this.#inquiries.get(id)?.answeredAt ?? -Infinity;
    const open = attempt.transactions.filter(({ closed }) => !closed);
    // An older code that was asked about in its grace has no more to say. The newest is asked about in any case.
    const unheard = open.filter(
      ({ id, endsAt }, index) =>
        index === open.length - 1 || answeredAt(id) < endsAt + (timeouts.graceSeconds * 1000) / 2,
    );
    await this.ask(
      attempt,
      unheard.map(({ id }) => id),
    );
    const answered = unheard.every(({ id }) => answeredAt(id) >= beganAt);
    await attempts.change(attempt.id, { kind: answered ? "time_over" : "silence", at: runtime.now() });
  }

  /** Nobody watches this attempt any more: nothing is asked by itself. */
  rest({ transactions }: Attempt): void {
    for (const { id } of transactions) this.#inquiries.get(id)?.stopRetrying();
  }

  /** Nothing is asked again by itself any more. */
  close(): void {
    this.#isClosed = true;
    for (const inquiry of this.#inquiries.values()) inquiry.stopRetrying();
  }

  /** Resolves when no question is under way. */
  async settled(): Promise<void> {
    await Promise.all([...this.#inquiries.values()].flatMap(({ running }) => running ?? []));
  }

  #openIds({ transactions }: Attempt): string[] {
    const now = this.#parts.runtime.now();
    return transactions
      .filter((transaction) => isOpen(transaction, now, this.#parts.timeouts))
      .map(({ id }) => id);
  }

  #inquiry(attempt: Attempt, transactionId: string): Inquiry {
    const known = this.#inquiries.get(transactionId);
    if (known) return known;
    this.#sweep();
    const { timeouts, runtime } = this.#parts;
    const { id, address, transactions } = attempt;
    const transaction = transactions.find((one) => one.id === transactionId);
    const inquiry = new Inquiry(
      (hasQuota) => this.#askOnce({ id, address }, transactionId, hasQuota),
      () =>
        transaction !== undefined &&
        isOpen(transaction, runtime.now(), timeouts) &&
        !this.#isClosed &&
        this.#isWatched(attempt.id),
      runtime,
    );
    this.#inquiries.set(transactionId, inquiry);
    return inquiry;
  }

  /** While questions come, rather than by a timer, which would keep a process from ending. */
  #sweep(): void {
    const since = this.#parts.runtime.now() - memoryMs;
    if (this.#sweptAt > since) return;
    this.#sweptAt = this.#parts.runtime.now();
    for (const [id, inquiry] of this.#inquiries)
      if (inquiry.idle && inquiry.askedAt < since) this.#inquiries.delete(id);
  }

  async #askOnce(
    { id: attemptId, address }: Owner,
    transactionId: string,
    hasQuota: boolean,
  ): Promise<Heard> {
    const { timeouts, tokenServer, quota, runtime, report } = this.#parts;
    try {
      if (!hasQuota && !(await quota.wait(timeouts.tokenServerSeconds * 1000))) return "postponed";
      const askedAt = runtime.now();
      const outcome = await tokenServer.result(transactionId);
      if (outcome.kind === "unanswered") {
        const trouble = troubleEvent("result", outcome.trouble, runtime.now() - askedAt);
        const about = { attempt: attemptId, transaction: transactionId };
        report({ ...trouble, ...about, ...(address !== undefined && { address }) });
      }
      return await this.#tell(attemptId, transactionId, outcome);
    } catch (error) {
      report({ type: "internal_error", level: "error", doing: "writing down a result", error });
      return "postponed";
    }
  }

  async #tell(attemptId: string, transactionId: string, outcome: ResultOutcome): Promise<Heard> {
    const { attempts, runtime, report } = this.#parts;
    const at = runtime.now();
    switch (outcome.kind) {
      case "unanswered":
        return "unanswered";
      case "waiting":
        return "answered";
      case "approved":
        await attempts.change(attemptId, { kind: "approved", userId: outcome.userId, at });
        return "decided";
      case "denied":
        await attempts.change(attemptId, { kind: "denied", at });
        return "decided";
      case "closed": {
        const told = await attempts.change(attemptId, { kind: "transaction_closed", id: transactionId, at });
        if (!told?.changed) return "decided";
        const { reason, description } = outcome;
        const { address, startedAt } = told.attempt;
        report({
          type: "transaction_failed",
          level: "warn",
          attempt: attemptId,
          transaction: transactionId,
          reason,
          ...(address !== undefined && { address }),
          durationMs: at - startedAt,
          ...(description !== undefined && { description }),
        });
        return "decided";
      }
      default:
        return outcome satisfies never;
    }
  }
}
