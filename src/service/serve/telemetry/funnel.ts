import type { LoginKitEvent, RedeemedLogin } from "onegini-otp-login/server";
import { Histogram, type Registry } from "prom-client";

/** The steps of a login, in their order, and how it may end otherwise. */
const steps = [
  "shown",
  "renewed",
  "scanned",
  "accepted",
  "asked",
  "wrong_number",
  "logged_in",
  "declined",
  "expired",
  "failed",
] as const;

type Step = (typeof steps)[number];

/** The events that are a step, with its seconds in `durationMs`. */
const stepOf: Partial<Record<LoginKitEvent["type"], Step>> = {
  attempt_started: "shown",
  code_renewed: "renewed",
  code_scanned: "scanned",
  attempt_approved: "accepted",
  number_asked: "asked",
  wrong_number: "wrong_number",
  attempt_denied: "declined",
  attempt_expired: "expired",
  attempt_failed: "failed",
};

/** Seconds of a login. */
export const buckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300];

/** How many logins came to each step, and how long it took: the count of one histogram, and its quantiles. */
export class Funnel {
  readonly #seconds;

  constructor(name: string, registry: Registry) {
    this.#seconds = new Histogram({
      name,
      help: "Logins by step. shown, renewed: seconds until the code was there. asked, wrong_number: until the page was told. logged_in: from the acceptance. All others: from the first code.",
      labelNames: ["step"] as const,
      buckets,
      registers: [registry],
    });
    for (const step of steps) this.#seconds.zero({ step });
  }

  /** Counts an event of the kit. */
  count(event: LoginKitEvent): void {
    const step = stepOf[event.type];
    if (step !== undefined && "durationMs" in event) this.#seconds.observe({ step }, event.durationMs / 1000);
  }

  /** The site redeemed a ticket. */
  redeemed({ login }: RedeemedLogin): void {
    // With Redis, `approvedAt` comes from the clock of its host.
    this.#seconds.observe({ step: "logged_in" }, Math.max(0, Date.now() - login.approvedAt) / 1000);
  }
}
