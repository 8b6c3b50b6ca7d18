import type { Attempt } from "../store/attempt.js";
import type { Change } from "../attempt/transitions.js";
import type { Core } from "../core.js";
import type { CallQuota } from "../limits/call-quota.js";
import { troubleEvent, type TokenServerClient } from "../token-server/token-server-client.js";
import type { CallOutcome } from "./result-schedule.js";

/** What a result call led to. `change`: what the answer makes of the attempt, if it makes anything of it. */
export interface Asked {
  outcome: CallOutcome;
  change?: ResultChange;
  /** Why a transaction was closed, for the site's events. */
  closed?: { reason: string; description?: string };
}

type ResultChange = Extract<Change, { kind: "approved" | "denied" | "transaction_closed" }>;

/** The result calls to the Token Server, within their quota. */
export class ResultCalls {
  readonly #core: Core;
  readonly #tokenServer: TokenServerClient;
  readonly #quota: CallQuota;
  /** The running calls, by transaction. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(core: Core, tokenServer: TokenServerClient, quota: CallQuota) {
    this.#core = core;
    this.#tokenServer = tokenServer;
    this.#quota = quota;
  }

  /** Milliseconds until a poll of the attempt may lead to a call again; 0 if it may now. */
  pollRetryAfterMs({ address }: Attempt): number {
    return this.#quota.retryAfterMs("poll", this.#core.config.addresses.clientAt(address));
  }

  /** Takes the quota for a call that does not wait for it. False if there is none. */
  take(purpose: "poll" | "last", { address }: Attempt): boolean {
    return this.#quota.take(purpose, this.#core.config.addresses.clientAt(address));
  }

  /** Makes a call for a transaction, or joins the running one: there is one at a time. @param ended is told its outcome */
  once(
    transactionId: string,
    call: () => Promise<CallOutcome>,
    ended: (outcome: CallOutcome) => void,
  ): Promise<void> {
    const running =
      this.#running.get(transactionId) ??
      call().then((outcome) => {
        this.#running.delete(transactionId);
        ended(outcome);
      });
    this.#running.set(transactionId, running);
    return running;
  }

  /** Asks the Token Server for the result of a transaction, once there is quota for it. */
  async ask(attempt: Attempt, transactionId: string, hasQuota: boolean): Promise<Asked> {
    const { config, runtime, report } = this.#core;
    const { id, address } = attempt;
    const maxMs = config.timeouts.tokenServerSeconds * 1000;
    if (!hasQuota && !(await this.#quota.wait("result", maxMs, config.addresses.clientAt(address))))
      return { outcome: "lost" };
    const calledAt = runtime.now();
    const result = await this.#tokenServer.result(transactionId);
    const at = runtime.now();
    switch (result.kind) {
      case "unanswered":
        report({
          ...troubleEvent("result", result.trouble, at - calledAt),
          attempt: id,
          transaction: transactionId,
          ...(address !== undefined && { address }),
        });
        return { outcome: "unanswered" };
      case "waiting":
        return { outcome: "answered" };
      case "approved":
        return {
          outcome: "answered",
          change: { kind: "approved", id: transactionId, userId: result.userId, at },
        };
      case "denied":
        return { outcome: "answered", change: { kind: "denied", id: transactionId, at } };
      case "closed": {
        const { reason, description } = result;
        return {
          outcome: "answered",
          change: { kind: "transaction_closed", id: transactionId, at },
          closed: { reason, ...(description !== undefined && { description }) },
        };
      }
      default:
        return result satisfies never;
    }
  }

  /** Resolves when no call is running. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }
}
