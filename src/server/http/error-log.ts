import type { Report } from "../kit-events.js";
import { LogThrottle } from "../event-reporter.js";
import type { Runtime } from "../runtime.js";
import type { ApiError } from "./api-error.js";
import { loggedAddress, type Call } from "./call.js";

/** Reports the errors that the login API answers to the site. */
export class ErrorLog {
  readonly #report: Report;
  readonly #runtime: Runtime;
  readonly #throttle: LogThrottle;

  constructor(report: Report, runtime: Runtime) {
    this.#report = report;
    this.#runtime = runtime;
    this.#throttle = new LogThrottle(60_000, runtime);
  }

  report(call: Call<unknown>, { message: description, code: error, limit, status }: ApiError): void {
    const about = {
      status,
      method: call.request.method,
      ...(call.attempt !== undefined && { attempt: call.attempt }),
      ...loggedAddress(call),
      durationMs: this.#runtime.now() - call.beganAt,
    };
    if (limit) {
      const level = this.#throttle.level(limit.name, "warn");
      const { name, retryAfterSeconds } = limit;
      return this.#report({ type: "limited", level, limit: name, retryAfterSeconds, ...about });
    }
    // 401 and 403 to the site's own pages or Token Server come from wrong settings, and strangers cause them at will.
    const mayBeMisconfigured = status === 403 || status === 401;
    const level = mayBeMisconfigured ? this.#throttle.level(String(status), "warn") : "info";
    this.#report({ type: "request_refused", level, error, description, ...about });
  }
}
