import type { Timeouts } from "../defaults/timeouts.js";
import {
  attemptFormat,
  scansOf,
  type Attempt,
  type AttemptState,
  type Scan,
  type Transaction,
} from "../store/attempt.js";
import { claimableUntil, forgetAt, isAcceptable, isOpen, keptUntil, openUntil } from "./deadlines.js";

/** What can happen to an attempt, but for its browser's claim (`claim.ts`) and its ticket (`ticket.ts`). */
export type Change =
  /** Counted before the Token Server is called, so that the limit also holds for renewals at the same time. */
  | { readonly kind: "renewal_started"; readonly maxTransactions: number }
  /** No transaction was started: it does not count. */
  | { readonly kind: "renewal_abandoned" }
  | ({ readonly kind: "renewed" } & NewTransaction)
  /** The site's app scanned the code of a transaction. A user's first scan counts, and none after the code's end. */
  | { readonly kind: "scanned"; readonly id: string; readonly scan: NewScan }
  /** A transaction was accepted. */
  | (Result & { readonly kind: "approved"; readonly userId: string })
  | (Result & { readonly kind: "denied" })
  /** A transaction failed without being denied. */
  | (Result & { readonly kind: "transaction_closed" })
  /** The callback of a transaction whose result is known has come. It decides nothing. */
  | { readonly kind: "called_back"; readonly id: string; readonly at: number }
  /** The Token Server answered the last calls. If the time is over, the attempt is `expired`. */
  | { readonly kind: "time_over"; readonly at: number }
  /** The Token Server did not answer the last calls. After `silenceSeconds` the attempt is `failed`; it is kept until then. */
  | { readonly kind: "silence"; readonly at: number };

/** A transaction that was started. `numberCode` and `numberDigits`: of its number, with `pairing`. */
export type NewTransaction = Pick<Transaction, "id" | "endsAt" | "numberCode" | "numberDigits">;

/** A scan before the attempt has noted it. */
export type NewScan = Omit<Scan, "startedCount">;

/** The result of a transaction. `calledBackAt`: when its callback came; missing if none did. */
interface Result {
  readonly id: string;
  readonly at: number;
  readonly calledBackAt?: number;
}

/** Begins an attempt with its first transaction. */
export function beginAttempt(
  parts: Pick<Attempt, "id" | "origin" | "browser" | "language" | "address" | "userAgent" | "startedAt"> & {
    transaction: NewTransaction;
  },
  timeouts: Timeouts,
): Attempt {
  const { id, origin, browser, language, address, userAgent, startedAt, transaction } = parts;
  // Written out and with a shared state, because copies of copies take far more memory.
  const attempt = {
    format: attemptFormat,
    id,
    version: 1,
    origin,
    browser,
    ...(language !== undefined && { language }),
    ...(address !== undefined && { address }),
    ...(userAgent !== undefined && { userAgent }),
    startedAt,
    transactions: [openTransaction(transaction)],
    startedCount: 1,
    state: pending,
    forgetAt: 0,
  };
  attempt.forgetAt = forgetAt(attempt, timeouts);
  return attempt;
}

const pending: AttemptState = { status: "pending" };

const openTransaction = ({ id, endsAt, numberCode, numberDigits }: NewTransaction): Transaction =>
  numberCode === undefined || numberDigits === undefined
    ? { id, endsAt, closed: false }
    : { id, endsAt, closed: false, numberCode, numberDigits };

/** Applies a change. `next` is the attempt's next version, or the same object if nothing changes. A final status stays. */
export function change(
  attempt: Attempt,
  happened: Change,
  timeouts: Timeouts,
): { next: Attempt; outcome: "changed" | "unchanged" } {
  const next = decide(attempt, happened, timeouts);
  if (next === attempt) return { next, outcome: "unchanged" };
  return { next: nextVersion(attempt, next, timeouts), outcome: "changed" };
}

function decide(attempt: Attempt, happened: Change, timeouts: Timeouts): Attempt {
  const isPending = attempt.state.status === "pending";
  switch (happened.kind) {
    case "renewal_started":
      return isPending && attempt.startedCount < happened.maxTransactions
        ? { ...attempt, startedCount: attempt.startedCount + 1 }
        : attempt;
    case "renewal_abandoned":
      return isPending && attempt.startedCount > attempt.transactions.length
        ? { ...attempt, startedCount: attempt.startedCount - 1 }
        : attempt;
    case "renewed":
      return isPending
        ? { ...attempt, transactions: [...attempt.transactions, openTransaction(happened)] }
        : attempt;
    case "scanned":
      return isPending ? markScanned(attempt, happened.id, happened.scan) : attempt;
    case "approved": {
      const { id: transaction, userId, at } = happened;
      return isPending
        ? { ...withCallback(attempt, happened), state: { status: "approved", userId, transaction, at } }
        : attempt;
    }
    case "denied":
      return isPending
        ? { ...withCallback(attempt, happened), state: { status: "denied", at: happened.at } }
        : attempt;
    case "transaction_closed":
      return isPending ? closeTransaction(attempt, happened, timeouts) : attempt;
    case "called_back":
      return withCallback(attempt, { id: happened.id, calledBackAt: happened.at });
    case "time_over":
      return isOver(attempt, happened.at, timeouts)
        ? { ...attempt, state: { status: "expired", at: happened.at } }
        : attempt;
    case "silence":
      if (!isPending) return attempt;
      return happened.at >= openUntil(attempt, timeouts) + timeouts.silenceSeconds * 1000
        ? { ...attempt, state: { status: "failed", at: happened.at } }
        : keptForSilence(attempt, timeouts);
    default:
      return happened satisfies never;
  }
}

/** Notes when the callback of a transaction came. The first one counts. */
function withCallback(attempt: Attempt, { id, calledBackAt }: Pick<Result, "id" | "calledBackAt">): Attempt {
  const called = attempt.transactions.find((transaction) => transaction.id === id);
  if (calledBackAt === undefined || !called || called.calledBackAt !== undefined) return attempt;
  const transactions = attempt.transactions.map((transaction) =>
    transaction === called ? { ...transaction, calledBackAt } : transaction,
  );
  return { ...attempt, transactions };
}

/** One code may be scanned by the phones of this many users. Only one of them can answer it. */
const maxScans = 5;

function markScanned(attempt: Attempt, id: string, scan: NewScan): Attempt {
  const scannable = attempt.transactions.find(
    (transaction) => transaction.id === id && isAcceptable(transaction, scan.at),
  );
  if (!scannable) return attempt;
  // Each user's: otherwise a stranger's scan could keep out or replace that of the user who accepts.
  const scans = scansOf(scannable);
  if (scans.length >= maxScans || scans.some(({ userId }) => userId === scan.userId)) return attempt;
  // A code that was scanned once cannot hide a newer one by another scan.
  const startedCount = scans[0]?.startedCount ?? attempt.startedCount;
  const [scanned, ...otherScans] = [...scans, { ...scan, startedCount }];
  const transactions = attempt.transactions.map((transaction) =>
    transaction === scannable
      ? { ...transaction, scanned, ...(otherScans.length > 0 && { otherScans }) }
      : transaction,
  );
  return { ...attempt, transactions };
}

/** A failed transaction ends its attempt only if no other can still be accepted. */
function closeTransaction(attempt: Attempt, result: Result, timeouts: Timeouts): Attempt {
  const { id, at } = result;
  const wasOpen = attempt.transactions.some((transaction) => transaction.id === id && !transaction.closed);
  if (!wasOpen) return attempt;
  const { transactions: present } = withCallback(attempt, result);
  const transactions = present.map((transaction) =>
    transaction.id === id ? { ...transaction, closed: true } : transaction,
  );
  return transactions.some((transaction) => isOpen(transaction, at, timeouts))
    ? { ...attempt, transactions }
    : { ...attempt, transactions, state: { status: "failed", at } };
}

/** Checked here again, because the attempt may have been renewed during the last calls. */
function isOver(attempt: Attempt, at: number, timeouts: Timeouts): boolean {
  const { state } = attempt;
  switch (state.status) {
    case "pending":
      return at >= openUntil(attempt, timeouts);
    case "approved":
      return at >= claimableUntil(attempt, state, timeouts);
    case "completed":
    case "denied":
    case "expired":
    case "failed":
      return false;
    default:
      return state satisfies never;
  }
}

/** Somebody asks about it, and the Token Server may have its answer later. */
function keptForSilence(attempt: Attempt, timeouts: Timeouts): Attempt {
  const until = keptUntil(attempt, timeouts);
  return attempt.forgetAt < until ? { ...attempt, forgetAt: until } : attempt;
}

/** The version of an attempt after `before`. */
export function nextVersion(before: Attempt, changed: Partial<Attempt>, timeouts: Timeouts): Attempt {
  const next = { ...before, ...changed, version: before.version + 1 };
  const until = forgetAt(next, timeouts);
  return { ...next, forgetAt: next.state.status === "pending" ? Math.max(next.forgetAt, until) : until };
}
