import { scansOf, type Attempt, type CompletedState } from "../store/attempt.js";
import type { LoginSummary } from "../options.js";

/** A login of the browser that began its attempt. */
export interface ClaimedLogin {
  userId: string;
  attempt: string;
  /** The id of the transaction that was accepted. */
  transaction: string;
  /** The hash of the browser's cookie. */
  browser: string;
  login: LoginSummary;
  /** When the browser claimed it for the first time. */
  claimedAt: number;
  /** Whether the browser called before. */
  repeated: boolean;
}

/** Where and when a completed attempt began. */
export function summaryOf(
  { startedAt, address, userAgent, language, transactions }: Attempt,
  { userId, approvedAt, transaction, browser }: CompletedState,
): LoginSummary {
  const accepted = transactions.find(({ id }) => id === transaction);
  const scans = accepted ? scansOf(accepted) : [];
  // Another user's scan tells nothing about the phone that accepted.
  const scan =
    scans.find((each) => each.userId === userId) ?? scans.find((each) => each.userId === undefined);
  return {
    startedAt,
    approvedAt,
    address,
    userAgent,
    language,
    codes: transactions.length,
    ...(browser && { browser }),
    ...(scan && { scanned: { at: scan.at, address: scan.address, userAgent: scan.userAgent } }),
  };
}
