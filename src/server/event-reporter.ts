import { StoreUnavailable } from "./store/store-guard.js";
import { copyOf } from "./text/copy.js";
import { ApiError, serverError, temporarilyUnavailable } from "./http/api-error.js";
import { loggedAddress, type Call } from "./http/call.js";
import type { LoginKitEvent, Report } from "./kit-events.js";
import { printable } from "./text/printable.js";
import type { Runtime } from "./runtime.js";

/** Limits how often the same thing is logged as a warning or an error, because strangers can cause some at will. */
export class LogThrottle {
  readonly #loggedAt = new Map<string, number>();
  readonly #intervalMs: number;
  readonly #runtime: Runtime;

  constructor(intervalMs: number, runtime: Runtime) {
    this.#intervalMs = intervalMs;
    this.#runtime = runtime;
  }

  /**
   * Returns `level` once per interval and `info` in between.
   *
   * @param key one of few: each is remembered
   */
  level<Level extends string>(key: string, level: Level): Level | "info" {
    const now = this.#runtime.now();
    const loggedAt = this.#loggedAt.get(key) ?? -Infinity;
    if (now < loggedAt + this.#intervalMs) return "info";
    this.#loggedAt.set(key, now);
    return level;
  }
}

/** In this time, one event about the same trouble is a warning or an error; the others are information. */
const troubleIntervalMs = 10_000;

/**
 * Makes the function by which the kit reports its events to the site.
 *
 * @param hook the site's `onEvent`; by default warnings and errors go to the console, one line each, which begins with the level
 */
export function createReport(
  hook: ((event: LoginKitEvent) => unknown) | undefined,
  runtime: Runtime,
): Report {
  const tell = safely(hook ?? writeToConsole);
  const throttle = new LogThrottle(troubleIntervalMs, runtime);
  return (event) => {
    // The console gets none of these.
    if (!hook && event.level === "info") return;
    // The guarded store has reported it already, as `store_trouble`.
    if (event.type === "internal_error" && event.error instanceof StoreUnavailable) return;
    const cleaned = withPrintableTexts(event);
    // A page repeats its login for a minute.
    if (cleaned.type === "pairing_unavailable")
      return tell({ ...cleaned, level: throttle.level(cleaned.type, "error") });
    if (cleaned.type !== "token_server_trouble") return tell(cleaned);
    const { call, status, reason, level } = cleaned;
    tell({ ...cleaned, level: throttle.level(`${level} ${call} ${status ?? reason}`, level) });
  };
}

/** Catches what a hook throws or rejects with. */
function safely(hook: (event: LoginKitEvent) => unknown): Report {
  const logThrown = (error: unknown): void =>
    console.error(`error onegini-otp-login: onEvent threw: ${oneLine(error)}`);
  return (event) => {
    try {
      const result = hook(event);
      if (result instanceof Promise) result.catch(logThrown);
    } catch (error) {
      logThrown(error);
    }
  };
}

function writeToConsole(event: LoginKitEvent): void {
  switch (event.level) {
    case "info":
      return;
    case "warn":
      return console.warn(line(event));
    case "error":
      return console.error(line(event));
    default:
      return event satisfies never;
  }
}

const line = ({ level, type, ...rest }: LoginKitEvent): string =>
  printable(
    `${level} onegini-otp-login: ${type} ${JSON.stringify(rest, (key, value: unknown) =>
      key === "error" && typeof value !== "string" ? oneLine(value) : value,
    )}`,
  );

const oneLine = (error: unknown): string =>
  printable(
    (error instanceof Error ? (error.stack ?? error.message) : String(error)).replace(
      /\s*[\n\r\u2028\u2029]\s*/g,
      " | ",
    ),
  );

/** Members whose texts the kit has made: they are no parts of a request. */
const ownTexts: ReadonlySet<string> = new Set(["type", "level", "attempt"]);

/** An `error` stays as it was thrown. Texts that may be parts of a request are copied, because a site may keep an event. */
const withPrintableTexts = (event: LoginKitEvent): LoginKitEvent =>
  Object.fromEntries(
    Object.entries(event).map(([name, value]: [string, unknown]) => {
      if (typeof value !== "string" || name === "error") return [name, value];
      return [name, ownTexts.has(name) ? printable(value) : copyOf(printable(value))];
    }),
  ) as LoginKitEvent;

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
