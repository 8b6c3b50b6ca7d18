import type { Refusal } from "./api-error.js";
import { loggedAddress, type Call } from "./call.js";
import type { Report } from "../kit-events.js";
import type { Runtime } from "../runtime.js";
import { Sparingly } from "../log-throttle.js";

/** Tells the site of the calls that are refused. */
export class Refusals {
  readonly #report: Report;
  readonly #runtime: Runtime;
  readonly #sparingly: Sparingly;

  constructor(report: Report, runtime: Runtime) {
    this.#report = report;
    this.#runtime = runtime;
    this.#sparingly = new Sparingly(60_000, runtime);
  }

  report(call: Call<unknown>, { description, error, limit, status }: Refusal): void {
    const about = {
      status,
      method: call.request.method,
      ...(call.attempt !== undefined && { attempt: call.attempt }),
      ...loggedAddress(call),
      durationMs: this.#runtime.now() - call.beganAt,
    };
    if (limit) {
      const level = this.#sparingly.level(limit.name, "warn");
      const { name, retryAfterSeconds } = limit;
      return this.#report({ type: "limited", level, limit: name, retryAfterSeconds, ...about });
    }
    // A page of the site that is refused is a mistake in its settings, and looks like a stranger's.
    const isSuspicious = status === 403 || status === 401;
    const level = isSuspicious ? this.#sparingly.level(String(status), "warn") : "info";
    this.#report({ type: "request_refused", level, error, description, ...about });
  }
}
