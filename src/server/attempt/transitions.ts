import type { Timeouts } from "../timeouts.js";
import {
  acceptedTransaction,
  attemptFormat,
  scansOf,
  type ApprovedState,
  type Attempt,
  type AttemptState,
  type CompletedState,
  type Scan,
  type Transaction,
} from "./attempt.js";
import { ticketRefusal, type Redemption, type TicketRefusal } from "./ticket.js";
import {
  claimableUntil,
  forgetAt,
  isAcceptable,
  isOpen,
  keptUntil,
  openUntil,
  repeatableUntil,
  ticketUntil,
} from "./deadlines.js";

/** What can happen to an attempt. */
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
  /** The browser posts its login, or repeats it. A ticket replaces the one before, unless the site has redeemed that. */
  | {
      readonly kind: "claimed";
      readonly at: number;
      readonly maxLogins: number;
      /** The hash of the secret of the ticket that the page gets, if it gets one. */
      readonly ticketHash?: string;
      readonly proof: BrowserProof;
    }
  /** The Token Server answered the last calls. If the time is over, the attempt is `expired`. */
  | { readonly kind: "time_over"; readonly at: number }
  /** The Token Server did not answer the last calls. After `silenceSeconds` the attempt is `failed`; it is kept until then. */
  | { readonly kind: "silence"; readonly at: number };

/** A transaction that was started. `numberCode` and `numberDigits`: of its number, with `pairing`. */
export type NewTransaction = Pick<Transaction, "id" | "endsAt" | "numberCode" | "numberDigits">;

/** What a browser that claims a login has to show for itself, as the kit sees it that decides. */
export type BrowserProof =
  /** This kit has no `pairing`: it claims no code that has a number. */
  | { readonly kind: "not_asked" }
  /** The user has logged in there before. */
  | { readonly kind: "known" }
  /** Nothing: its page is to ask for the number. A code without one is claimed only if the site allows that. */
  | { readonly kind: "none"; readonly allowsUnnumbered?: boolean }
  /** The number that was typed, as the codes that each key makes of it, the first key's first. */
  | { readonly kind: "number"; readonly codes: readonly string[] }
  /** There were too many wrong numbers of this user, in this browser or from this address. */
  | { readonly kind: "limited"; readonly by: WrongNumberLimit; readonly retryAfterMs: number }
  /** The user's browsers were forgotten after the acceptance. */
  | { readonly kind: "revoked" };

/** Of what there were too many wrong numbers. */
export type WrongNumberLimit = "user" | "browser" | "address";

/** The third wrong number ends the attempt. */
export const maxWrongNumbers = 3;

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

/**
 * Applies a change: returns the next version of the attempt, or the same object if nothing changes. A final status never
 * changes; of a completed attempt the logins are counted.
 */
export function change(attempt: Attempt, what: Change, timeouts: Timeouts): Attempt {
  const next = decide(attempt, what, timeouts);
  return next === attempt ? attempt : nextVersion(attempt, next, timeouts);
}

/** Redeems the attempt's ticket: returns the next version of the attempt, or why the ticket is refused. */
export function redeemTicket(
  attempt: Attempt,
  redemption: Redemption,
  timeouts: Timeouts,
): Attempt | TicketRefusal {
  const { state } = attempt;
  if (state.status !== "completed" || !state.ticket) return "unknown";
  const refusal = ticketRefusal(attempt, state.ticket, redemption);
  if (refusal !== undefined) return refusal;
  const ticket = { ...state.ticket, redeemedAt: redemption.at };
  return nextVersion(attempt, { ...attempt, state: { ...state, ticket } }, timeouts);
}

function decide(attempt: Attempt, what: Change, timeouts: Timeouts): Attempt {
  const settle = (state: AttemptState, result?: Result): Attempt =>
    state === attempt.state ? attempt : { ...(result ? withCallback(attempt, result) : attempt), state };
  const isPending = attempt.state.status === "pending";
  switch (what.kind) {
    case "renewal_started":
      return isPending && attempt.startedCount < what.maxTransactions
        ? { ...attempt, startedCount: attempt.startedCount + 1 }
        : attempt;
    case "renewal_abandoned":
      return isPending && attempt.startedCount > attempt.transactions.length
        ? { ...attempt, startedCount: attempt.startedCount - 1 }
        : attempt;
    case "renewed":
      return isPending
        ? { ...attempt, transactions: [...attempt.transactions, openTransaction(what)] }
        : attempt;
    case "scanned":
      return isPending ? markScanned(attempt, what.id, what.scan) : attempt;
    case "approved": {
      const { id: transaction, userId, at } = what;
      return isPending ? settle({ status: "approved", userId, transaction, at }, what) : attempt;
    }
    case "denied":
      return isPending ? settle({ status: "denied", at: what.at }, what) : attempt;
    case "transaction_closed":
      return isPending ? closeTransaction(attempt, what, timeouts) : attempt;
    case "called_back":
      return withCallback(attempt, { id: what.id, calledBackAt: what.at });
    case "claimed": {
      const { state } = attempt;
      const ticket = what.ticketHash !== undefined && {
        ticket: { hash: what.ticketHash, endsAt: ticketUntil(what.at, timeouts) },
      };
      if (state.status === "approved" && what.at < claimableUntil(attempt, state, timeouts)) {
        const { userId, transaction, at: approvedAt } = state;
        const completed = {
          status: "completed",
          userId,
          transaction,
          at: what.at,
          approvedAt,
          ...ticket,
        } as const;
        const code = acceptedTransaction(attempt, state)?.numberCode;
        return settle(
          code === undefined
            ? claimedWithoutNumber(what.proof, what.at, completed)
            : claimedWithNumber(state, code, what.proof, what.at, completed),
        );
      }
      if (state.status !== "completed" || what.at >= repeatableUntil(state, timeouts)) return attempt;
      if (what.proof.kind === "revoked") return attempt;
      if (state.ticket?.redeemedAt !== undefined) return attempt;
      const logins = (state.logins ?? 1) + 1;
      return logins <= what.maxLogins ? settle({ ...state, logins, ...ticket }) : attempt;
    }
    case "time_over":
      return isOver(attempt, what.at, timeouts) ? settle({ status: "expired", at: what.at }) : attempt;
    case "silence":
      if (!isPending) return attempt;
      return what.at >= openUntil(attempt, timeouts) + timeouts.silenceSeconds * 1000
        ? settle({ status: "failed", at: what.at })
        : keptForSilence(attempt, timeouts);
    default:
      return what satisfies never;
  }
}

type Claimed = Omit<CompletedState, "browser">;

/**
 * The state after a claim of an attempt whose accepted code has no number. With `pairing` such a code comes from a server that
 * has none, and would let a relay in: only a browser that is known needs no number.
 */
function claimedWithoutNumber(proof: BrowserProof, at: number, completed: Claimed): AttemptState {
  switch (proof.kind) {
    case "not_asked":
      return completed;
    case "known":
      return { ...completed, browser: "known" };
    case "none":
      return proof.allowsUnnumbered === true ? completed : { status: "failed", at };
    case "number":
    case "limited":
    case "revoked":
      return { status: "failed", at };
    default:
      return proof satisfies never;
  }
}

/**
 * The state after a claim of an attempt whose accepted code has a number. The code of the number is compared here, where it is
 * counted too, so that no number of calls at the same time gets more tries. It is no secret by itself, so how long the
 * comparison takes tells nothing: nobody can make a code without the keys.
 *
 * @param code that of the number on the phone
 */
function claimedWithNumber(
  state: ApprovedState,
  code: string,
  proof: BrowserProof,
  at: number,
  completed: Claimed,
): AttemptState {
  switch (proof.kind) {
    case "not_asked":
      // Another server may have `pairing`.
      return state;
    case "known":
      return { ...completed, browser: "known" };
    case "none":
      return state.asked === true ? state : { ...state, asked: true };
    case "number": {
      if (proof.codes.includes(code)) return { ...completed, browser: "new" };
      // Its answer was lost, and the page posts it again.
      if (state.lastNumber !== undefined && proof.codes.includes(state.lastNumber)) return state;
      const wrongNumbers = (state.wrongNumbers ?? 0) + 1;
      const [lastNumber = ""] = proof.codes;
      return wrongNumbers < maxWrongNumbers
        ? { ...state, asked: true, wrongNumbers, lastNumber }
        : { status: "failed", at };
    }
    case "limited":
    case "revoked":
      return { status: "failed", at };
    default:
      return proof satisfies never;
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

const nextVersion = ({ version }: Attempt, next: Attempt, timeouts: Timeouts): Attempt => ({
  ...next,
  version: version + 1,
  forgetAt:
    next.state.status === "pending"
      ? Math.max(next.forgetAt, forgetAt(next, timeouts))
      : forgetAt(next, timeouts),
});
