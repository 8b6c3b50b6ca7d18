import { ApiError, serverError, temporarilyUnavailable } from "../http/api-error.js";
import { loggedAddress, type Call } from "../http/call.js";
import type { Report } from "../kit-events.js";
import { LogThrottle } from "../limits/log-throttle.js";
import type { Runtime } from "../runtime.js";
import { StoreUnavailable } from "../store/store-guard.js";

/** The path of a request's URL, at most 200 characters. A long segment is left out, because it may be a code or a secret. */
const sentPath = ({ url }: Request): string =>
  (/^[^:]*:\/\/[^/?#]*([^?#]*)/.exec(url)?.[1] ?? "").replace(/[^/]{20,}/g, "…").slice(0, 200);

/** Reports to the site the errors that the login API answers. */
export class ErrorLog {
  readonly #report: Report;
  readonly #runtime: Runtime;
  readonly #throttle: LogThrottle;

  constructor(report: Report, runtime: Runtime) {
    this.#report = report;
    this.#runtime = runtime;
    this.#throttle = new LogThrottle(60_000, runtime);
  }

  /**
   * Reports what a call threw, and returns the error for its answer.
   *
   * @param operation names the call in the event of an unexpected error, such as "answering GET"
   */
  report(call: Call<unknown>, error: unknown, operation: string): ApiError {
    const apiError = this.#toApiError(error, operation);
    this.#reportAnswer(call, apiError, { path: sentPath(call.request) });
    return apiError;
  }

  /** Reports why `kit.begin` did not begin an attempt. Some frameworks do not tell a page its path, so the event has none. */
  reportBegin(call: Call<unknown>, error: unknown): void {
    this.#reportAnswer(call, this.#toApiError(error, "beginning an attempt for a page"), {});
  }

  #toApiError(error: unknown, operation: string): ApiError {
    if (error instanceof ApiError) return error;
    if (error instanceof StoreUnavailable) return temporarilyUnavailable();
    this.#report({ type: "internal_error", level: "error", operation, error });
    return serverError();
  }

  #reportAnswer(
    call: Call<unknown>,
    { message: description, code: error, limit, origins, status }: ApiError,
    path: { path?: string },
  ): void {
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
    // A refused callback, and 403 or a refused preflight of the site's own pages, come from wrong settings, and strangers
    // cause them at will.
    const isOfSettings = call.isCallback === true || error === "forbidden_origin" || origins !== undefined;
    const kind = call.isCallback === true ? `callback ${description}` : String(status);
    const level = isOfSettings && status < 500 ? this.#throttle.level(kind, "warn") : "info";
    this.#report({ type: "request_refused", level, error, description, ...origins, ...about, ...path });
  }
}
