import type { ApiErrorCode } from "../protocol/login-api.js";
import type { LimitName } from "./limits/limits.js";

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

/** Reports an event to the site. Never throws. */
export type Report = (event: LoginKitEvent) => void;
