/** A scan of a code, as the site's app reported it (`kit.scanned`). */
export interface Scan {
  /** When the kit was told, in milliseconds since the epoch. */
  readonly at: number;
  /** The user who is logged in to the app. */
  readonly userId?: string;
  /** The phone's address. */
  readonly address?: string;
  /** The phone's user agent. */
  readonly userAgent?: string;
  /** How many transactions the attempt had started by then. Once it starts another, its page shows that code and no scan. */
  readonly startedCount: number;
}

/** One OTP at the Token Server. The OTP itself is not stored. */
export interface Transaction {
  readonly id: string;
  /** The end of its time to live, in milliseconds since the epoch. */
  readonly endsAt: number;
  /** Whether it failed without being denied. The attempt may have others that are open. */
  readonly closed: boolean;
  /** The code (HMAC) of the number that its phone shows, with `pairing`. The number itself is not stored. */
  readonly numberCode?: string;
  /** How many digits that number has. There with `numberCode`. */
  readonly numberDigits?: 4 | 6;
  /** When its callback came, once its result is known: another server may have received it. Missing if none came. */
  readonly calledBackAt?: number;
  /** The first scan. */
  readonly scanned?: Scan;
  /** The first scan of each other user, for a few users. */
  readonly otherScans?: readonly Scan[];
}

/** The first scan of each user, the earliest first. */
export const scansOf = ({ scanned, otherScans = [] }: Transaction): readonly Scan[] =>
  scanned ? [scanned, ...otherScans] : [];

/** A ticket, by which the site takes a login over in a request of its own. Its secret is not stored. */
export interface Ticket {
  /** The hash of its secret. */
  readonly hash: string;
  /** When its time is over, in milliseconds since the epoch. */
  readonly endsAt: number;
  /** When the site redeemed it. Missing if it did not. */
  readonly redeemedAt?: number;
}

/** The status of an attempt, and since when. Times are in milliseconds since the epoch. */
export type AttemptState =
  | { readonly status: "pending" }
  /** `transaction`: the id of the one that was accepted. */
  | {
      readonly status: "approved";
      readonly userId: string;
      readonly transaction: string;
      readonly at: number;
      /** Whether its page was asked for the number. Missing if it was not. */
      readonly asked?: boolean;
      /** How many wrong numbers came. Missing for none. */
      readonly wrongNumbers?: number;
      /** The code of the wrong number that came last: the same one again does not count. */
      readonly lastNumber?: string;
    }
  | {
      readonly status: "completed";
      readonly userId: string;
      readonly transaction: string;
      readonly at: number;
      readonly approvedAt: number;
      /** How often its browser logged in. Missing: once. */
      readonly logins?: number;
      /** The newest ticket, where the site takes logins over. */
      readonly ticket?: Ticket;
      /** Whether the user was known in its browser, or the number was typed there. Missing without a number. */
      readonly browser?: "known" | "new";
    }
  | { readonly status: "denied" | "expired" | "failed"; readonly at: number };

/** The state of an attempt that was accepted on a phone and is not yet claimed by its browser. */
export type ApprovedState = Extract<AttemptState, { status: "approved" }>;

/** The state of an attempt that its browser has claimed. */
export type CompletedState = Extract<AttemptState, { status: "completed" }>;

/** The format of the attempts that this version makes and reads. */
export const attemptFormat = 1 as const;

/** One try of one element on one page to log in. Plain JSON, never changed in place. */
export interface Attempt {
  /** The format of its other members. The kit takes a stored attempt of another format for an unknown one. */
  readonly format: 1;
  /** 128 random bits in base64url. */
  readonly id: string;
  /** Counts the changes, for `compareAndSet`. */
  readonly version: number;
  /** The site that began it, by the kit's `origin`. A kit of another origin on the same store does not know it. */
  readonly origin: string;
  /** The hash of the cookie of the browser that owns it. */
  readonly browser: string;
  /** The language of the page, for all of its transactions. */
  readonly language?: string;
  /** The address of the client that began it, for the site's events and `signIn`. */
  readonly address?: string;
  /** The user agent of the browser that began it, for `signIn`. */
  readonly userAgent?: string;
  /** When it began. */
  readonly startedAt: number;
  /** Its transactions, the newest last. */
  readonly transactions: readonly Transaction[];
  /** How many transactions were started, those included that the Token Server has not answered yet. */
  readonly startedCount: number;
  readonly state: AttemptState;
  /** The time from which a store may delete it. */
  readonly forgetAt: number;
}

/** A hash of a cookie tells browsers apart by far fewer characters. */
const browserIdLength = 16;

/** Names a browser in events. @param browser the hash of its cookie */
export const browserIdOf = (browser: string): string => browser.slice(0, browserIdLength);

/** The transaction that was accepted. */
export const acceptedTransaction = (
  { transactions }: Attempt,
  { transaction }: ApprovedState | CompletedState,
): Transaction | undefined => transactions.find(({ id }) => id === transaction);

/** Names a format that this version does not read; undefined for the one that it reads. It may be anything. */
export const otherFormat = (format: unknown): string | undefined =>
  format === attemptFormat
    ? undefined
    : Number.isSafeInteger(format)
      ? `format ${String(format)}`
      : "no format";
