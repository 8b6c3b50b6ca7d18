import * as v from "valibot";
import { attemptFormat, otherFormat, type Attempt, type Transaction } from "../store/attempt.js";
import { RedisStoreError } from "./redis-errors.js";

/*
 * An attempt as Redis keeps it, in format 1: a JSON array in which members have a place instead of a name, because their names
 * would be a third of it. Members without a place follow by name, in an object, and so do those of a state. The id is in the key.
 * `endsAt` and `forgetAt` count from `startedAt`.
 *
 * How it changes: an optional member may be added at any time, by name. Everything else, such as a new place or another meaning,
 * is format 2, with a function beside each of these. A version reads its own format and the one before, and writes the one before
 * for one release, so that both work during a roll. Format and version stay the first two: `compareAndSetScript` compares them.
 */

/** The text of an attempt. */
export function encodeAttempt({ id: _, format, version, startedAt, ...attempt }: Attempt): string {
  const { startedCount, forgetAt, origin, browser, state, transactions, ...others } = attempt;
  const { userAgent, address, language, ...named } = others;
  const { status, ...since } = state;
  return JSON.stringify([
    ...[format, version, startedAt, startedCount, forgetAt - startedAt, origin, browser],
    [status, ...unlessEmpty(since)],
    transactions.map((transaction) => packTransaction(transaction, startedAt)),
    ...[userAgent, address, language],
    ...unlessEmpty(named),
  ]);
}

function packTransaction(transaction: Transaction, startedAt: number): unknown[] {
  const { id, endsAt, closed, numberCode, numberDigits, ...named } = transaction;
  return [id, endsAt - startedAt, closed ? 1 : 0, numberCode, numberDigits, ...unlessEmpty(named)];
}

const unlessEmpty = (named: object): object[] => (Object.keys(named).length === 0 ? [] : [named]);

/** How the text of an attempt of that version begins, and of no other. */
export const beginningOf = (version: number): string => `[${attemptFormat},${version},`;

/** The latest instant of a `Date`. */
const maxInstant = 8.64e15;
const instant = v.pipe(v.number(), v.minValue(-maxInstant), v.maxValue(maxInstant));
const count = v.pipe(v.number(), v.safeInteger());

const ticket = v.looseObject({
  hash: v.string(),
  endsAt: instant,
  redeemedAt: v.exactOptional(instant),
});

const state = v.variant("status", [
  v.looseObject({ status: v.literal("pending") }),
  v.looseObject({
    status: v.literal("approved"),
    userId: v.string(),
    transaction: v.string(),
    at: instant,
    asked: v.exactOptional(v.boolean()),
    wrongNumbers: v.exactOptional(count),
    lastNumber: v.exactOptional(v.string()),
  }),
  v.looseObject({
    status: v.literal("completed"),
    userId: v.string(),
    transaction: v.string(),
    at: instant,
    approvedAt: instant,
    logins: v.exactOptional(count),
    ticket: v.exactOptional(ticket),
    browser: v.exactOptional(v.picklist(["known", "new"])),
  }),
  v.looseObject({ status: v.picklist(["denied", "expired", "failed"]), at: instant }),
]);

const scan = v.looseObject({
  at: instant,
  userId: v.exactOptional(v.string()),
  address: v.exactOptional(v.string()),
  userAgent: v.exactOptional(v.string()),
  startedCount: count,
});

/** The places of a state. */
const storedState = v.pipe(
  v.strictTuple([v.string(), v.optional(v.looseObject({}))]),
  v.transform(([status, since]) => ({ ...since, status })),
  state,
);

/** The places of a transaction. JSON has `null` for what is missing. */
const storedTransaction = v.strictTuple([
  v.string(),
  instant,
  v.picklist([0, 1]),
  v.nullable(v.string()),
  v.nullable(v.picklist([4, 6])),
  v.optional(
    v.looseObject({
      calledBackAt: v.exactOptional(instant),
      scanned: v.exactOptional(scan),
      otherScans: v.exactOptional(v.array(scan)),
    }),
  ),
]);

/** The places of an attempt. */
const storedAttempt = v.strictTuple([
  v.literal(attemptFormat),
  count,
  instant,
  count,
  instant,
  v.string(),
  v.string(),
  storedState,
  v.array(storedTransaction),
  v.nullable(v.string()),
  v.nullable(v.string()),
  v.nullable(v.string()),
  v.optional(v.looseObject({})),
]);

const json = v.pipe(v.string(), v.parseJson());

/**
 * The attempt of that id in a text, which comes from Redis and may be anything.
 *
 * @throws RedisStoreError that says what it is, if it cannot be read
 */
export function decodeAttempt(id: string, text: unknown): Attempt {
  const parsed = v.safeParse(json, text);
  const values: unknown[] = parsed.success && Array.isArray(parsed.output) ? parsed.output : [];
  const other = otherFormat(values[0]);
  if (other !== undefined) throw unreadable(other);
  const { success, output, issues } = v.safeParse(storedAttempt, values, { abortEarly: true });
  if (!success) throw unreadable(`format ${attemptFormat} and a wrong value at ${v.getDotPath(issues[0])}`);
  const [format, version, startedAt, startedCount, life, origin, browser, ...others] = output;
  // Otherwise it could be read, and never be changed.
  if (!String(text).startsWith(beginningOf(version)))
    throw unreadable(`format ${format} and another beginning`);
  const [state, transactions, userAgent, address, language, named] = others;
  return {
    ...named,
    ...{ format, id, version, origin, browser, startedAt, startedCount, state },
    transactions: transactions.map((transaction) => unpackTransaction(transaction, startedAt)),
    forgetAt: startedAt + life,
    ...(userAgent !== null && { userAgent }),
    ...(address !== null && { address }),
    ...(language !== null && { language }),
  };
}

function unpackTransaction(values: v.InferOutput<typeof storedTransaction>, startedAt: number): Transaction {
  const [id, life, closed, numberCode, numberDigits, named] = values;
  return {
    ...named,
    ...{ id, endsAt: startedAt + life, closed: closed === 1 },
    ...(numberCode !== null && { numberCode }),
    ...(numberDigits !== null && { numberDigits }),
  };
}

const unreadable = (found: string): RedisStoreError =>
  new RedisStoreError("unreadable", `Redis: cannot read an attempt with ${found}`);
