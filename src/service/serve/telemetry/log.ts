import type { LoginKitEvent } from "onegini-otp-login/server";
import { pino, type DestinationStream, type Logger } from "pino";
import { prettyFactory } from "pino-pretty";
import { printable } from "../../../server/text/printable.js";

/** The log of `serve`: one line for each event, of the kit or of the service. */
export type Log = Logger;

/**
 * @param to where the lines go. Default: stdout
 * @param level the least that is written
 */
export const createLog = (
  kind: "json" | "pretty",
  to: DestinationStream = stdoutByTurns(),
  level: "error" | "warn" | "info" = "info",
): Log =>
  pino(
    {
      level,
      base: null,
      messageKey: "event",
      timestamp: createTimestamp(),
      formatters: { level: (level) => ({ level }) },
      serializers: { error: describeError },
    },
    kind === "json" ? to : prettyLines(to),
  );

/**
 * The time in ISO 8601, as the part of the line that pino expects. pino's own `isoTime` calls `toISOString()` for each line,
 * which costs as much as the rest of the line; this calls it once a second.
 */
export function createTimestamp(now: () => number = Date.now): () => string {
  let second = NaN;
  let toTheSecond = "";
  return () => {
    const instant = now();
    const milliseconds = instant % 1000;
    if (instant - milliseconds !== second) {
      second = instant - milliseconds;
      toTheSecond = new Date(second).toISOString().slice(0, -"000Z".length);
    }
    return `,"time":"${toTheSecond}${String(milliseconds).padStart(3, "0")}Z"`;
  };
}

/**
 * Writes to stdout, once per turn of the event loop. It writes in this thread, because pino's workers load files by name, which
 * a bundle does not have. So no line is lost when the process ends.
 */
function stdoutByTurns(): DestinationStream {
  const stdout = pino.destination({ fd: 1, sync: true });
  let lines = "";
  const flush = (): void => {
    if (lines !== "") stdout.write(lines);
    lines = "";
  };
  process.once("exit", flush);
  return {
    write(line) {
      if (lines === "") setImmediate(flush);
      lines += line;
    },
  };
}

/** Uses pino-pretty's function, because its stream would write later. */
function prettyLines(to: DestinationStream): DestinationStream {
  const format = prettyFactory({ messageKey: "event", singleLine: true });
  return { write: (line) => void to.write(format(line)) };
}

/**
 * Writes an event of the kit, with its type as the line's `event`. What tells browsers apart is for the audit alone.
 *
 * @param standsFor how many such events the line stands for; 0: it is not written
 */
export function logEvent(log: Log, event: LoginKitEvent, standsFor = 1): void {
  if (standsFor === 0) return;
  const { type, level, ...rest } = event;
  log[level](
    {
      ...rest,
      ...("browserId" in event && { browserId: undefined, userAgent: undefined }),
      ...(standsFor > 1 && { standsFor }),
    },
    type,
  );
}

/**
 * Name, message and stack of an error and its causes. Other members are left out, because libraries keep requests and commands
 * there. Control characters are replaced, because JSON does not escape all of them.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return printable(String(error));
  const { name, message, stack = "", cause } = error;
  return {
    name,
    message: printable(message),
    stack: stack.split("\n").map(printable).join("\n"),
    ...(cause !== undefined && { cause: describeError(cause) }),
  };
}
