import type { Health, LoginKitEvent, RedeemedLogin, Transport } from "onegini-otp-login/server";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { revision } from "../../process/revision.js";
import type { AppendOnly } from "../store/append-only.js";
import { FailedShare, windowMinutes } from "./failed-share.js";
import { buckets as loginBuckets, Funnel } from "./funnel.js";
import {
  callResult,
  callResults,
  calls,
  limits,
  numberProblem,
  numberProblems,
  numberResult,
  numberResults,
  refusals,
  storedKinds,
  ticketRefusals,
} from "./metric-labels.js";

const prefix = "onegini_otp_login_";

/** What is shown of the kit's health. */
type ShownHealth = Pick<Health, "watchers" | "waiting" | "paused" | "store">;

const healthy: ShownHealth = { watchers: 0, waiting: 0, store: "ok" };

const callBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** The events that end a login, with the `result` of each. */
const results: Partial<Record<LoginKitEvent["type"], string>> = {
  ticket_redeemed: "completed",
  attempt_denied: "denied",
  attempt_expired: "expired",
  attempt_failed: "failed",
};

/** The counts and durations of this process, for Prometheus. No label contains anything that a client sends. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #registers = [this.#registry];
  readonly #counter = <Label extends string = never>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name: prefix + name, help, labelNames, registers: this.#registers });
  readonly #gauge = <Label extends string = never>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name: prefix + name, help, labelNames, registers: this.#registers });
  readonly #logins = this.#counter(
    "logins_total",
    "Logins by their result. completed: the site redeemed the ticket.",
    "result",
  );
  readonly #ticketsIssued = this.#counter(
    "tickets_issued_total",
    "Logins for which the site got a ticket. A redeemed one counts as completed.",
  );
  readonly #loginSeconds = new Histogram({
    name: `${prefix}login_seconds`,
    help: "Seconds from the first code to the approval, and from the approval to the redeemed ticket, by phase.",
    labelNames: ["phase"] as const,
    buckets: loginBuckets,
    registers: this.#registers,
  });
  readonly #calls = this.#counter(
    "token_server_calls_total",
    "Calls to the Token Server. call: start or result; result: the HTTP status, retried, other, or no_answer.",
    "call",
    "result",
  );
  readonly #callSeconds = new Histogram({
    name: `${prefix}token_server_call_seconds`,
    help: "Seconds that a call to the Token Server took.",
    labelNames: ["call"] as const,
    buckets: callBuckets,
    registers: this.#registers,
  });
  readonly #tokenServerDown = this.#gauge(
    "token_server_down",
    "1 while the Token Server is down for everybody: the kit has found out by a start of its own.",
  );
  /** Whether the store has failed and has not recovered since. */
  #hasStoreTrouble = false;
  readonly #storeDown = this.#gauge(
    "store_down",
    "1 while the store does not answer, refuses what is written, or fails now and then.",
  );
  readonly #failedShare = new FailedShare();
  readonly #failedStarts = this.#gauge(
    "failed_starts_ratio",
    `The share of the starts of the last ${windowMinutes} minutes that brought no code. One client can raise it.`,
  );
  readonly #limited = this.#counter(
    "limited_total",
    "Calls that exceeded a limit, by the limit's name.",
    "limit",
  );
  readonly #refused = this.#counter(
    "refused_total",
    "Refused calls of the login API by error, and as invalid_client or insufficient_scope those of the internal port with a wrong secret.",
    "error",
  );
  readonly #ticketsRefused = this.#counter(
    "tickets_refused_total",
    "Tickets that gave the site no login, by reason.",
    "reason",
  );
  readonly #numbers = this.#counter(
    "numbers_total",
    "With pairing: logins that were asked for the number, and what came of it.",
    "result",
  );
  readonly #numberProblems = this.#counter(
    "number_problems_total",
    "With pairing: numbers of many users tried from one address, and servers or a backend with other settings.",
    "problem",
  );
  readonly #buildInfo = this.#gauge(
    "build_info",
    "1, with the version of the package, the commit that it was built of, and the version of Node.",
    "version",
    "revision",
    "node",
  );
  readonly #funnel = new Funnel(`${prefix}step_seconds`, this.#registry);
  readonly #storeErrors = this.#counter("store_errors_total", "Failed calls of the store.");
  readonly #storeUnreadable = this.#counter(
    "store_unreadable_total",
    "Times that the store had something in a format that this version cannot read, by what it was. At most one a minute.",
    "what",
  );
  readonly #auditLost = this.#counter("audit_lost_total", "Lines of the audit that could not be written.");
  readonly #auditFailing = this.#gauge("audit_failing", "1 while the audit cannot be written.");
  readonly #callbacksMissing = this.#counter(
    "callbacks_missing_total",
    "Answers that the kit found by polling because no callback came.",
  );
  readonly #watchers = this.#gauge("watchers", "Open streams and held polls.");

  readonly #waiting = this.#gauge(
    "waiting",
    "Logins that this process began and that wait for a scan (limits.waiting).",
  );
  readonly #paused = this.#gauge("paused", "1 while logins are paused, as far as this process knows.");

  readonly #pausedHere = this.#gauge(
    "paused_on_this_server",
    "1 while the logins of this process alone are paused, by pause-file.",
  );

  readonly #appendOnly = this.#gauge(
    "redis_append_only",
    "1: each master of Redis has an append-only file. 0: one has none. -1: Redis does not say, or there is no Redis.",
  );

  /** @param version the package's */
  constructor(version = "unknown") {
    this.#buildInfo.set({ version, revision, node: process.version }, 1);
    // Starts at 0: a rate over a counter that first appears with its first event misses that event.
    for (const result of Object.values(results)) this.#logins.inc({ result }, 0);
    for (const phase of ["approval", "session"]) this.#loginSeconds.zero({ phase });
    for (const call of calls) {
      this.#callSeconds.zero({ call });
      for (const result of callResults) this.#calls.inc({ call, result }, 0);
    }
    for (const limit of limits) this.#limited.inc({ limit }, 0);
    for (const error of refusals) this.#refused.inc({ error }, 0);
    for (const result of numberResults) this.#numbers.inc({ result }, 0);
    for (const problem of numberProblems) this.#numberProblems.inc({ problem }, 0);
    for (const what of storedKinds) this.#storeUnreadable.inc({ what }, 0);
    for (const reason of ticketRefusals) this.#ticketsRefused.inc({ reason }, 0);
    this.#appendOnly.set(-1);
    // Node's and the process's own, by the names that every program in Node gives them.
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Counts an event of the kit. */
  count(event: LoginKitEvent): void {
    const result = results[event.type];
    if (result !== undefined) this.#logins.inc({ result });
    if (event.type === "ticket_issued" && !event.repeated) this.#ticketsIssued.inc();
    if (event.type === "attempt_approved")
      this.#loginSeconds.observe({ phase: "approval" }, event.durationMs / 1000);
    if (event.type === "limited") this.#limited.inc({ limit: event.limit });
    if (event.type === "callback_missing" && event.level === "warn")
      this.#callbacksMissing.inc(event.missing);
    if (event.type === "store_trouble") this.#storeErrors.inc(event.failures);
    if (event.type === "store_trouble") this.#hasStoreTrouble = true;
    if (event.type === "store_recovered") this.#hasStoreTrouble = false;
    if (event.type === "store_unreadable") this.#storeUnreadable.inc({ what: event.what });
    if (event.type === "request_refused") this.#refused.inc({ error: event.error });
    if (event.type === "ticket_refused") this.#ticketsRefused.inc({ reason: event.reason });
    if (event.type === "token_server_down") this.#tokenServerDown.set(1);
    if (event.type === "token_server_recovered") this.#tokenServerDown.set(0);
    const number = numberResult(event);
    if (number !== undefined) this.#numbers.inc({ result: number });
    const problem = numberProblem(event);
    if (problem !== undefined) this.#numberProblems.inc({ problem });
    this.#funnel.count(event);
  }

  /** A call of the internal port came without its secret, or with that of other calls. */
  internalCallRefused(error: "invalid_client" | "insufficient_scope"): void {
    this.#refused.inc({ error });
  }

  /** The site's backend makes more calls of `POST /forget-browsers` than it may. */
  forgetLimited(): void {
    this.#limited.inc({ limit: "forgetBrowsers" });
  }

  /** Lines of the audit are lost. */
  auditLost(lines: number): void {
    this.#auditLost.inc(lines);
  }

  /** What Redis says about its append-only file. */
  appendOnly(appendOnly: AppendOnly): void {
    this.#appendOnly.set({ on: 1, off: 0, unknown: -1 }[appendOnly]);
  }

  /** The site redeemed a ticket. */
  redeemed(redeemed: RedeemedLogin): void {
    const { login } = redeemed;
    this.#funnel.redeemed(redeemed);
    // With Redis, `approvedAt` comes from the clock of its host.
    this.#loginSeconds.observe({ phase: "session" }, Math.max(0, Date.now() - login.approvedAt) / 1000);
  }

  /** Wraps a transport to count its calls: the kit has events only for calls that fail. */
  counting(transport: Transport): Transport {
    return async (request) => {
      const call = request.method === "POST" ? "start" : "result";
      const beganAt = performance.now();
      let result: ReturnType<typeof callResult> = "no_answer";
      try {
        const answer = await transport(request);
        result =
          answer.status === 401 && request.hasOtherSecret === true ? "retried" : callResult(answer.status);
        return answer;
      } finally {
        const now = performance.now();
        this.#calls.inc({ call, result });
        this.#callSeconds.observe({ call }, (now - beganAt) / 1000);
        if (call === "start" && result !== "retried") this.#failedShare.count(result !== "200", now);
      }
    };
  }

  /**
   * The text for Prometheus.
   *
   * @param health the kit's, by which an idle service hears of a store that fails
   * @param isAudited false: the audit cannot be written
   */
  text({ watchers, waiting, paused, store }: ShownHealth = healthy, isAudited = true): Promise<string> {
    this.#storeDown.set(store !== "ok" || this.#hasStoreTrouble ? 1 : 0);
    this.#watchers.set(watchers);
    this.#waiting.set(waiting);
    this.#paused.set(paused ? 1 : 0);
    this.#pausedHere.set(paused?.onThisServer ? 1 : 0);
    this.#auditFailing.set(isAudited ? 0 : 1);
    this.#failedStarts.set(this.#failedShare.at(performance.now()));
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
