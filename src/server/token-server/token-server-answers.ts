import * as v from "valibot";
import { isText } from "../../protocol/login-api.js";

/* Parsers for the Token Server's answers. Source: the vendor's Mobile Authentication API, version 4. */

/** A started transaction. */
export interface StartedTransaction {
  id: string;
  /** The text that the QR code holds. */
  otp: string;
  /** Milliseconds until it expires. */
  ttlMs: number;
}

/** The result of a transaction. */
export type TransactionResult =
  | { kind: "approved"; userId: string }
  | { kind: "denied" }
  /** It failed, but the user did not decline. */
  | { kind: "closed"; reason: string; description: string | undefined }
  /** Nothing is decided yet. */
  | { kind: "waiting" };

/** An error in either of the vendor's shapes. */
export interface VendorError {
  /** A number of the vendor's or a code of OAuth's. */
  code: string;
  description: string | undefined;
}

/**
 * An id that is safe in a path and in a store's key. The vendor's ids are UUIDs. An id such as `..` would lead to another
 * address.
 */
const TransactionId = v.pipe(v.string(), v.regex(/^\w[\w.:~-]{0,127}$/));

/** One day: no real one-time password lives longer. */
const maxTtlMs = 86_400_000;

const Started = v.object({
  transaction_id: TransactionId,
  otp: v.pipe(v.string(), v.nonEmpty()),
  time_to_live: v.pipe(v.number(), v.minValue(1), v.maxValue(maxTtlMs)),
});

const Failure = v.object({
  reason: v.string(),
  description: v.optional(v.string()),
});

const Result = v.object({
  transaction_id: v.string(),
  is_authenticated: v.boolean(),
  user_id: v.nullish(v.string()),
  not_authenticated_reason: v.nullish(Failure),
});

const Code = v.union([v.pipe(v.string(), v.nonEmpty()), v.number()]);
const ErrorBody = v.union([
  v.object({ error: Code, error_description: v.optional(v.string()) }),
  v.object({ error_code: Code, description: v.optional(v.string()) }),
]);

/** Whether a text can be a transaction's id. */
export const isTransactionId = (text: string): boolean => v.is(TransactionId, text);

/** Parses the 200 answer to a start. */
export function parseStarted(json: unknown): StartedTransaction | undefined {
  const { success, output } = v.safeParse(Started, json);
  return success ? { id: output.transaction_id, otp: output.otp, ttlMs: output.time_to_live } : undefined;
}

/**
 * Parses the 200 answer to a result call; undefined unless it is one of the documented ones. `approved` needs
 * `is_authenticated === true`, the id of this very transaction, and a user. Half of a surrogate pair names no user: as UTF-8, in
 * the site's database, different ones are the same.
 */
export function parseResult(json: unknown, transactionId: string): TransactionResult | undefined {
  const { success, output } = v.safeParse(Result, json);
  if (!success || output.transaction_id !== transactionId) return undefined;
  if (output.is_authenticated)
    return isText(output.user_id) ? { kind: "approved", userId: output.user_id } : undefined;
  const failure = output.not_authenticated_reason;
  if (!failure) return { kind: "waiting" };
  return failure.reason === "not_accepted"
    ? { kind: "denied" }
    : { kind: "closed", reason: failure.reason, description: failure.description };
}

/** Parses the body of an error. */
export function parseVendorError(json: unknown): VendorError | undefined {
  const { success, output } = v.safeParse(ErrorBody, json);
  if (!success) return undefined;
  return "error" in output
    ? { code: String(output.error), description: output.error_description }
    : { code: String(output.error_code), description: output.description };
}
