import { encodeOtp, randomSecret } from "../phone/otp.js";

/** Why a transaction failed, in the vendor's words. */
export type FailureReason = "failed_to_send" | "invalid_request" | "not_accepted" | "invalid_answer";

/** How far a transaction is. That its time is up is no state of its own: it follows from the clock. */
export type TransactionState =
  | { kind: "waiting" }
  | { kind: "scanned"; userId: string }
  | { kind: "accepted"; userId: string }
  | { kind: "failed"; reason: FailureReason; userId: string | undefined };

export interface Transaction {
  readonly id: string;
  readonly clientId: string;
  readonly callbackUri: string;
  /** What the phone shows. */
  readonly message: string;
  readonly secret: string;
  /** Milliseconds since the epoch, like `expiresAt`. */
  readonly startedAt: number;
  readonly expiresAt: number;
  state: TransactionState;
}

export interface NewTransaction {
  typeName: string;
  timeToLiveMilliseconds: number;
  clientId: string;
  callbackUri: string;
  message: string;
}

/** How long a transaction is remembered after its time is up, so that its result can still be asked for. */
const retentionMilliseconds = 120_000;

/** Forgetting looks at the oldest transactions only, and not more often than this. */
const sweepIntervalMilliseconds = 1_000;

/** All transactions of one Token Server, in memory. */
export class Transactions {
  // One map a type: within a type the time to live is the same, so the oldest comes first and forgetting
  // needs no search.
  readonly #byType = new Map<string, Map<string, Transaction>>();
  readonly #now: () => number;
  readonly #max: number;
  #nextSweepAt = -Infinity;

  constructor(now: () => number, max: number) {
    this.#now = now;
    this.#max = max;
  }

  /** Starts a transaction; `undefined` when there are too many. */
  start(from: NewTransaction): Transaction | undefined {
    const now = this.#now();
    this.#sweep(now);
    if (this.#size() >= this.#max) return undefined;
    const transaction: Transaction = {
      id: crypto.randomUUID(),
      clientId: from.clientId,
      callbackUri: from.callbackUri,
      message: from.message,
      secret: randomSecret(),
      startedAt: now,
      expiresAt: now + from.timeToLiveMilliseconds,
      state: { kind: "waiting" },
    };
    let ofType = this.#byType.get(from.typeName);
    if (!ofType) this.#byType.set(from.typeName, (ofType = new Map<string, Transaction>()));
    ofType.set(transaction.id, transaction);
    return transaction;
  }

  find(id: string): Transaction | undefined {
    for (const ofType of this.#byType.values()) {
      const transaction = ofType.get(id);
      if (transaction) return transaction;
    }
    return undefined;
  }

  /** An answer counts until the transaction's own time is up. */
  isOver(transaction: Transaction): boolean {
    return this.#now() >= transaction.expiresAt || isEnded(transaction);
  }

  #size(): number {
    let size = 0;
    for (const ofType of this.#byType.values()) size += ofType.size;
    return size;
  }

  #sweep(now: number): void {
    if (now < this.#nextSweepAt) return;
    this.#nextSweepAt = now + sweepIntervalMilliseconds;
    for (const ofType of this.#byType.values()) {
      for (const [id, transaction] of ofType) {
        if (transaction.expiresAt + retentionMilliseconds > now) break;
        ofType.delete(id);
      }
    }
  }
}

/** Whether the transaction has its result. */
function isEnded({ state }: Transaction): boolean {
  switch (state.kind) {
    case "waiting":
    case "scanned":
      return false;
    case "accepted":
    case "failed":
      return true;
    default:
      return state satisfies never;
  }
}

/** The text for the QR code of a transaction. */
export const otpOf = ({ id, secret }: Transaction): string => encodeOtp({ transactionId: id, secret });
