/** One OTP at the Token Server, as its attempt knows it. The OTP itself is not kept. */
export interface Transaction {
  readonly id: string;
  /** When its time to live ends, in milliseconds since the epoch. */
  readonly endsAt: number;
  /** Whether it failed by itself, without ending the attempt. */
  readonly closed: boolean;
}

/** Where an attempt stands. Every time is in milliseconds since the epoch. */
export type AttemptState =
  | { readonly status: "pending" }
  | { readonly status: "approved"; readonly userId: string; readonly at: number }
  | { readonly status: "completed"; readonly userId: string; readonly at: number }
  | { readonly status: "denied" | "expired" | "failed"; readonly at: number };

/** One try of one element on one page to log in. Plain JSON, never changed in place. */
export interface Attempt {
  /** 128 random bits in base64url. */
  readonly id: string;
  /** Counts the changes, for `compareAndSet`. */
  readonly version: number;
  /** The hash of the cookie of the browser that owns it. */
  readonly browser: string;
  /** The language that the person reads, for every one of its transactions. */
  readonly language?: string;
  /** The address of the client that began it, for the site's events. */
  readonly address?: string;
  /** When it began. */
  readonly startedAt: number;
  /** Its transactions, the newest last. */
  readonly transactions: readonly Transaction[];
  /** How many transactions were begun, those included whose answer is still awaited. */
  readonly begun: number;
  readonly state: AttemptState;
  /** From when on a store may forget it. */
  readonly forgetAt: number;
}
