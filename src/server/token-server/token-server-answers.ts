import * as v from "valibot";
import { isText } from "../../protocol/login-api.js";
import { ownObject } from "../text/own-object.js";

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

/** What is wrong with an answer: the first member that is not as documented. */
export interface WrongAnswer {
  /** For example `user_id`. Undefined: the answer is not an object. */
  member: string | undefined;
  /** For example `a string`. */
  expected: string;
  /** What it is in place of that, without the value, which may be an OTP or a user. */
  found: string;
}

/** An answer as it was parsed, or what is wrong with it. */
type Parsed<Answer> = { kind: "parsed"; answer: Answer } | { kind: "wrong"; wrong: WrongAnswer };

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
const TransactionId = v.pipe(
  v.string("a string"),
  v.regex(/^\w[\w.:~-]{0,127}$/, "letters, digits and “_.:~-”, 128 at most"),
);

/** One day: no real one-time password lives longer. */
const maxTtlMs = 86_400_000;

const milliseconds = `milliseconds, from 1 to ${maxTtlMs}`;
const Started = ownObject({
  transaction_id: TransactionId,
  otp: v.pipe(v.string("a string"), v.nonEmpty("a string that is not empty")),
  time_to_live: v.pipe(
    v.number(milliseconds),
    v.minValue(1, milliseconds),
    v.maxValue(maxTtlMs, milliseconds),
  ),
});

const Failure = ownObject({
  reason: v.string("a string"),
  description: v.optional(v.string("a string")),
});

const Result = ownObject({
  transaction_id: v.string("a string"),
  is_authenticated: v.boolean("true or false"),
  user_id: v.nullish(v.string("a string")),
  not_authenticated_reason: v.nullish(Failure),
});

const Code = v.union([v.pipe(v.string(), v.nonEmpty()), v.number()]);
const ErrorBody = v.union([
  ownObject({ error: Code, error_description: v.optional(v.string()) }),
  ownObject({ error_code: Code, description: v.optional(v.string()) }),
]);

/** Whether a text can be a transaction's id. */
export const isTransactionId = (text: string): boolean => v.is(TransactionId, text);

/** Parses the 200 answer to a start. */
export function parseStarted(json: unknown): Parsed<StartedTransaction> {
  const { success, output, issues } = v.safeParse(Started, json, { abortEarly: true });
  if (!success) return wrong(issues);
  const { transaction_id: id, otp, time_to_live: ttlMs } = output;
  return { kind: "parsed", answer: { id, otp, ttlMs } };
}

/**
 * Parses the 200 answer to a result call; it is wrong unless it is one of the documented ones. `approved` needs
 * `is_authenticated === true`, the id of this very transaction, and a user. Half of a surrogate pair names no user: as UTF-8, in
 * the site's database, different ones are the same.
 */
export function parseResult(json: unknown, transactionId: string): Parsed<TransactionResult> {
  const { success, output, issues } = v.safeParse(Result, json, { abortEarly: true });
  if (!success) return wrong(issues);
  const parsed = (answer: TransactionResult) => ({ kind: "parsed", answer }) as const;
  if (output.transaction_id !== transactionId)
    return {
      kind: "wrong",
      wrong: { member: "transaction_id", expected: "the id that was asked for", found: "another one" },
    };
  const { user_id: userId } = output;
  if (output.is_authenticated)
    return isText(userId) ? parsed({ kind: "approved", userId }) : { kind: "wrong", wrong: noUser(userId) };
  const failure = output.not_authenticated_reason;
  if (!failure) return parsed({ kind: "waiting" });
  const { reason, description } = failure;
  return parsed(reason === "not_accepted" ? { kind: "denied" } : { kind: "closed", reason, description });
}

function wrong([issue]: [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): Parsed<never> {
  // To the library an array is an object without the member.
  if (Array.isArray(issue.path?.[0]?.input))
    return { kind: "wrong", wrong: { member: undefined, expected: "an object", found: "an array" } };
  const member = issue.path?.map(({ key }) => String(key)).join(".");
  // The issue of a member that is missing is the object's, and so is its message.
  const expected = member !== undefined && issue.input === undefined ? "there" : issue.message;
  // Only a time has a range.
  const isOutOfRange = issue.kind === "validation" && typeof issue.input === "number";
  const found = isOutOfRange ? String(issue.input) : kindOf(issue.input);
  return { kind: "wrong", wrong: { member, expected, found } };
}

const noUser = (userId: string | null | undefined): WrongAnswer => ({
  member: "user_id",
  expected: "a string that is not empty",
  found: userId ? "a string with half of a character (a lone surrogate)" : kindOf(userId),
});

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === "") return "an empty string";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return `a ${typeof value}`;
}

/** Parses the body of an error. */
export function parseVendorError(json: unknown): VendorError | undefined {
  const { success, output } = v.safeParse(ErrorBody, json);
  if (!success) return undefined;
  return "error" in output
    ? { code: String(output.error), description: output.error_description }
    : { code: String(output.error_code), description: output.description };
}
