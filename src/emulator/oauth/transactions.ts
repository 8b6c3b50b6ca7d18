/** Why a transaction failed, in the vendor's words. */
export type FailureReason = "failed_to_send" | "invalid_request" | "not_accepted" | "invalid_answer";

/** The state of a transaction. "Expired" is not among them: it follows from the clock. */
type TransactionState =
  | { kind: "waiting" }
  | { kind: "scanned"; userId: string }
  | { kind: "accepted"; userId: string }
  | { kind: "failed"; reason: FailureReason; userId: string | undefined };

export interface Transaction {
  readonly id: string;
  readonly clientId: string;
  readonly callbackUri: string;
  /** The phone's text. */
  readonly message: string;
  /** The 16 random bytes in the OTP, in base64. */
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

/** How long a transaction is kept after its time is up, so that its result can still be read. */
const retentionMilliseconds = 120_000;

/** Old transactions are removed at most this often. */
const sweepIntervalMilliseconds = 1_000;

/** All transactions of one Token Server, in memory. */
export class Transactions {
  // One map for each type: all its transactions have the same lifetime, so the oldest comes first, and removing old ones needs no
  // search.
  readonly #byType = new Map<string, Map<string, Transaction>>();
  readonly #now: () => number;
  readonly #max: number;
  #nextSweepAt = -Infinity;

  constructor(now: () => number, max: number) {
    this.#now = now;
    this.#max = max;
  }

  /** Starts a transaction; `undefined` if there are too many. */
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

/** 16 random bytes in base64. */
const randomSecret = (): string => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));

/** The text of a QR code: standard base64, with padding, of compact JSON. 120 characters for a UUID. */
export const otpOf = ({ id, secret }: Transaction): string =>
  btoa(JSON.stringify({ transaction_id: id, otp: secret }));

/** Parses the text of a QR code; `undefined` if it is not an OTP. */
export function parseOtp(text: unknown): { transactionId: string; secret: string } | undefined {
  if (typeof text !== "string" || text.length > 400 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  try {
    const content: unknown = JSON.parse(atob(text));
    if (typeof content !== "object" || content === null) return undefined;
    const { transaction_id: transactionId, otp: secret } = content as Record<string, unknown>;
    return typeof transactionId === "string" && typeof secret === "string"
      ? { transactionId, secret }
      : undefined;
  } catch {
    return undefined;
  }
}
