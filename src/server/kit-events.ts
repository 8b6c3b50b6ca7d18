import type { ApiErrorCode } from "../protocol/login-api.js";
import type { LimitName } from "./limits/limits.js";
import type { Trouble } from "./token-server/token-server-client.js";

/**
 * What happens in the kit, for the site's log. No event holds an OTP, a cookie, a session or a secret; user ids are in
 * it where a log of logins needs them. `address` is what `clientIp` said: of the client that calls, or of the one that
 * began the attempt where the Token Server is heard. `durationMs` is in whole milliseconds: what a call took, or, where
 * an attempt is settled, how long it lived.
 */
export type LoginKitEvent =
  | { type: "attempt_started"; level: "info"; attempt: string; address?: string; durationMs: number }
  | { type: "code_renewed"; level: "info"; attempt: string; address?: string; durationMs: number }
  /** The phone accepted. */
  | {
      type: "attempt_approved";
      level: "info";
      attempt: string;
      userId: string;
      address?: string;
      durationMs: number;
    }
  /** The phone refused. */
  | { type: "attempt_denied"; level: "info"; attempt: string; address?: string; durationMs: number }
  | { type: "attempt_expired"; level: "info"; attempt: string; address?: string; durationMs: number }
  | { type: "attempt_failed"; level: "warn"; attempt: string; address?: string; durationMs: number }
  /** A transaction ended by itself: `reason` is the vendor's, e.g. `failed_to_send`. */
  | {
      type: "transaction_failed";
      level: "warn";
      attempt: string;
      transaction: string;
      reason: string;
      description?: string;
      address?: string;
      durationMs: number;
    }
  /** `signIn` answered. `repeated`: the browser asked again, as it had not got the first answer. */
  | {
      type: "logged_in";
      level: "info";
      attempt: string;
      userId: string;
      address?: string;
      status: number;
      repeated: boolean;
      durationMs: number;
    }
  /** `signIn` threw, took too long, or answered otherwise than 2xx with JSON. */
  | {
      type: "sign_in_failed";
      level: "error" | "warn";
      attempt: string;
      userId: string;
      address?: string;
      reason: string;
      error?: unknown;
      durationMs: number;
    }
  /** A call was refused. Of refusals that strangers can cause, one of a kind in a minute is a warning. */
  | {
      type: "request_refused";
      level: "info" | "warn";
      error: ApiErrorCode;
      status: number;
      description: string;
      method: string;
      attempt?: string;
      address?: string;
      durationMs: number;
    }
  /** A limit was met; `limit` is its name in the options. One in a minute of each is a warning. */
  | {
      type: "limited";
      level: "info" | "warn";
      limit: LimitName;
      status: number;
      retryAfterSeconds: number;
      method: string;
      attempt?: string;
      address?: string;
      durationMs: number;
    }
  /** A callback was followed, so long after it came; `address` is of whoever posted it. */
  | {
      type: "callback_received";
      level: "info";
      transaction: string;
      attempt?: string;
      address?: string;
      durationMs: number;
    }
  /**
   * The Token Server gave no usable answer. `code` and `description` are its own words. Of the same trouble, one in ten
   * seconds is loud.
   */
  | {
      type: "token_server_trouble";
      level: "warn" | "error" | "info";
      call: "start" | "result";
      reason: string;
      status?: number;
      code?: string;
      description?: string;
      attempt?: string;
      transaction?: string;
      address?: string;
      durationMs: number;
    }
  /**
   * The store cannot be used: so many calls of it failed since the last such event, and it has been so for so long. At
   * most every ten seconds.
   */
  | {
      type: "store_trouble";
      level: "error";
      doing: string;
      error: unknown;
      failures: number;
      durationMs: number;
    }
  /** The store can be used again; the trouble took that long. */
  | { type: "store_recovered"; level: "warn"; durationMs: number }
  /** Something else went wrong: a function of the site's, the store, or a bug. */
  | { type: "internal_error"; level: "error"; doing: string; error: unknown };

/** Tells the site what happens. Never throws. */
export type Report = (event: LoginKitEvent) => void;

/**
 * Makes a hook safe to call: what it throws, or rejects with, harms nobody. Without a hook, warnings and errors go to
 * the console, a line each.
 */
export function reporter(hook: ((event: LoginKitEvent) => unknown) | undefined): Report {
  const tell = hook ?? writeToConsole;
  return (event) => {
    try {
      const told = tell(event);
      if (told instanceof Promise) told.catch(complain);
    } catch (error) {
      complain(error);
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

const complain = (error: unknown): void =>
  console.error(`onegini-otp-login: onEvent threw: ${oneLine(error)}`);

const line = ({ level: _, type, ...rest }: LoginKitEvent): string =>
  printable(
    `onegini-otp-login: ${type} ${JSON.stringify(rest, (key, value: unknown) =>
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

/** Without what begins a line of its own, or speaks to a terminal: whoever wrote it. */
const printable = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]/gu, " ");

/** The event for a call to the Token Server that brought no usable answer. */
export function troubleEvent(
  call: "start" | "result",
  { reason, status, error }: Trouble,
  durationMs: number,
): Extract<LoginKitEvent, { type: "token_server_trouble" }> {
  // A 4xx stays until somebody mends it; the rest may pass.
  const level = status !== undefined && status >= 400 && status < 500 ? "error" : "warn";
  return {
    type: "token_server_trouble",
    level,
    call,
    reason,
    ...(status !== undefined && { status }),
    ...(error && { code: error.code }),
    ...(error?.description !== undefined && { description: error.description }),
    durationMs,
  };
}
