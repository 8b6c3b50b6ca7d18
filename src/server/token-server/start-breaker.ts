import type { Report } from "../kit-events.js";
import type { PendingTasks } from "../pending-tasks.js";
import type { Runtime } from "../runtime.js";
import type { TokenServerChecks } from "./token-server-check.js";
import {
  troubleDetails,
  type LoginDetails,
  type StartOutcome,
  type TokenServerClient,
} from "./token-server-client.js";

/** After so many failed starts, whoever made them, the kit starts a transaction itself. */
const suspiciousFailures = 3;

/** The kit's own starts are at least this far apart. While the breaker is open, so are those of clients. */
const intervalMs = 5000;

/** The failed starts since the last one that succeeded. Each such series is an object of its own. */
interface Failing {
  failures: number;
  readonly sinceMs: number;
  /** Whether the kit has found out by itself that the Token Server is down: the breaker is open. */
  isDown: boolean;
}

/**
 * A circuit breaker for starts and renewals: while the Token Server is down, few of them call it, and the others do not wait for
 * it. Result calls do not go through it, because a login may depend on each.
 *
 * A client can make its own starts fail, such as by a header that a firewall drops. So clients' failures only make the kit look
 * for itself, by a start that has nothing of a client: that alone opens the breaker. While it is open, a timer leads to further
 * ones, also while logins are paused, so that the kit knows when the Token Server is back although nobody comes. Refused starts
 * lead to them too, because some runtimes drop timers between requests.
 */
export class StartBreaker {
  readonly #tokenServer: TokenServerClient;
  readonly #checks: TokenServerChecks;
  readonly #pending: PendingTasks;
  readonly #report: Report;
  readonly #runtime: Runtime;
  readonly #isPaused: () => boolean;
  #failing: Failing | undefined;
  /** While it is open: when the next start of a client may call. */
  #nextClientAt = 0;
  /** When the kit may start by itself again. */
  #nextCheckAt = -Infinity;
  #isChecking = false;
  #isClosed = false;
  #cancelCheck = (): void => undefined;

  /**
   * @param runtime with this process's clock: the store's may be set
   * @param isPaused whether logins are paused: then only a Token Server that is down is tried
   */
  constructor(
    tokenServer: TokenServerClient,
    checks: TokenServerChecks,
    pending: PendingTasks,
    report: Report,
    runtime: Runtime,
    isPaused: () => boolean,
  ) {
    this.#tokenServer = tokenServer;
    this.#checks = checks;
    this.#pending = pending;
    this.#report = report;
    this.#runtime = runtime;
    this.#isPaused = isPaused;
  }

  /** Whether a client's start may call now. */
  admits(): boolean {
    if (this.#failing?.isDown !== true) return true;
    this.#check(this.#failing);
    return this.#runtime.now() >= this.#nextClientAt;
  }

  /** Starts a transaction for a client that `admits` let pass. Never rejects. */
  async start(details: LoginDetails): Promise<StartOutcome> {
    this.#nextClientAt = this.#runtime.now() + intervalMs;
    const outcome = await this.#tokenServer.start(details);
    switch (outcome.kind) {
      case "started":
        this.#succeeded();
        break;
      case "unavailable":
        this.#failed();
        break;
      case "rejected":
        // A client's header may be the reason, also while the Token Server behind that firewall is down.
        break;
      default:
        outcome satisfies never;
    }
    return outcome;
  }

  /** The kit makes no starts of its own any more. */
  close(): void {
    this.#isClosed = true;
    this.#cancelCheck();
  }

  #failed(): void {
    this.#failing ??= { failures: 0, sinceMs: this.#runtime.now(), isDown: false };
    this.#failing.failures += 1;
    if (this.#failing.failures >= suspiciousFailures) this.#check(this.#failing);
  }

  #succeeded(): void {
    const ended = this.#failing;
    this.#failing = undefined;
    if (ended?.isDown !== true) return;
    this.#cancelCheck();
    const { failures, sinceMs } = ended;
    this.#report({
      type: "token_server_recovered",
      level: "warn",
      failures,
      durationMs: this.#runtime.now() - sinceMs,
    });
  }

  /** Starts a transaction for nobody, unless that was done just now. */
  #check(failing: Failing): void {
    const now = this.#runtime.now();
    if (this.#isChecking || this.#isClosed || now < this.#nextCheckAt) return;
    if (this.#isPaused() && !failing.isDown) return;
    this.#isChecking = true;
    this.#nextCheckAt = now + intervalMs;
    void this.#pending.add(this.#startForNobody(failing));
  }

  async #startForNobody(failing: Failing): Promise<void> {
    const outcome = await this.#checks.start();
    this.#isChecking = false;
    // A 4xx too: it can be reached, and the cause is a setting, so each start says so.
    if (outcome.kind !== "unavailable") return this.#succeeded();
    // Another series: somebody's start has succeeded in the meantime.
    if (this.#failing !== failing) return;
    this.#checkAgain(failing);
    if (failing.isDown) return;
    failing.isDown = true;
    this.#nextClientAt = this.#runtime.now() + intervalMs;
    const { failures, sinceMs } = failing;
    this.#report({
      type: "token_server_down",
      level: "error",
      failures,
      since: new Date(sinceMs).toISOString(),
      ...troubleDetails(outcome.trouble),
    });
  }

  #checkAgain(failing: Failing): void {
    this.#cancelCheck();
    if (!this.#isClosed)
      this.#cancelCheck = this.#runtime.after(intervalMs, () => this.#check(failing), "background");
  }
}
