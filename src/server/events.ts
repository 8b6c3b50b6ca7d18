import type { ApiErrorCode } from "../protocol/login-api.js";
import type { Trouble } from "./token-server.js";

/**
 * What happens in the kit, for the site's log. No event holds an OTP, a cookie, a session or a secret; user ids are in
 * it where a log of logins needs them. `address` is what `clientIp` says, times are in whole milliseconds.
 */
export type LoginKitEvent =
  | { type: "attempt_started"; level: "info"; attempt: string; address?: string; durationMs: number }
  | { type: "code_renewed"; level: "info"; attempt: string; address?: string; durationMs: number }
  /** The phone accepted. */
  | { type: "attempt_approved"; level: "info"; attempt: string; userId: string; ageMs: number }
  /** The phone refused. */
  | { type: "attempt_denied"; level: "info"; attempt: string; ageMs: number }
  | { type: "attempt_expired"; level: "info"; attempt: string; ageMs: number }
  | { type: "attempt_failed"; level: "warn"; attempt: string; ageMs: number }
  /** A transaction ended by itself: `reason` is the vendor's, e.g. `failed_to_send`. */
  | {
      type: "transaction_failed";
      level: "warn";
      attempt: string;
      transaction: string;
      reason: string;
      description?: string;
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
  /** A call was refused. */
  | {
      type: "request_refused";
      level: "info" | "warn";
      error: ApiErrorCode;
      status: number;
      description: string;
      method: string;
      address?: string;
    }
  | { type: "callback_received"; level: "info"; transaction: string; attempt?: string }
  /** The Token Server gave no usable answer. `code` and `description` are its own words. */
  | {
      type: "token_server_trouble";
      level: "warn" | "error";
      call: "start" | "result";
      reason: string;
      status?: number;
      code?: string;
      description?: string;
      attempt?: string;
      transaction?: string;
      durationMs: number;
    }
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
  `onegini-otp-login: ${type} ${JSON.stringify(rest, (key, value: unknown) =>
    key === "error" && typeof value !== "string" ? oneLine(value) : value,
  )}`;

const oneLine = (error: unknown): string =>
  (error instanceof Error ? (error.stack ?? error.message) : String(error)).replace(/\s*\n\s*/g, " | ");

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
