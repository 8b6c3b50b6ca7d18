import { StoreUnavailable } from "./store/store-guard.js";
import { copyOf } from "./text/copy.js";
import type { LoginKitEvent, Report } from "./kit-events.js";
import { LogThrottle } from "./limits/log-throttle.js";
import { printable } from "./text/printable.js";
import type { Runtime } from "./runtime.js";

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
