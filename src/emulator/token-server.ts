import { sendCallback } from "./oauth/callback-sender.js";
import { jsonResponse } from "./oauth/vendor-errors.js";
import { checkFaults } from "./check-faults.js";
import { type Faults } from "./faults.js";
import { createOAuthApi } from "./oauth/oauth-api.js";
import { type TokenServerOptions } from "./token-server-options.js";
import { parseOptions } from "./parse-token-server-options.js";
import { createPhoneApi } from "./phone/phone-api.js";
import { Transactions, type FailureReason, type Transaction } from "./oauth/transactions.js";

/** A stand-in for the vendor's Token Server, in memory. */
export interface TokenServer {
  /**
   * Answers a request: under `/oauth/` what a site asks (start a transaction, get its result), under `/phone/` what a
   * phone asks (enroll, scan, answer), 404 for anything else. Rejects only if a function of the faults does.
   */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Whether a request is for this server, where one port serves more: its path begins with `/oauth/` or `/phone/`. */
  readonly handles: (request: Request) => boolean;
  /** Sets what goes wrong from now on, in place of what went wrong before; `{}` heals everything. */
  readonly setFaults: (faults: Faults) => void;
  /** Ends a transaction as a failure, its callback included; false if it is unknown or over. */
  readonly failTransaction: (transactionId: string, reason: FailureReason) => boolean;
}

/**
 * Creates a Token Server emulator.
 *
 * @throws TypeError naming the option that is wrong
 */
export function createTokenServer(options: TokenServerOptions): TokenServer {
  const config = parseOptions(options);
  const transactions = new Transactions(config.now, config.maxTransactions);
  let faults = config.faults;

  const tellSite = ({ id, callbackUri }: Transaction) =>
    sendCallback(
      { transactionId: id, callbackUri, credentials: config.callbackCredentials.get(callbackUri) },
      config,
      faults.callbacks,
    );
  const oauthApi = createOAuthApi(config, transactions, () => faults);
  const phoneApi = createPhoneApi(transactions, tellSite);
  const apiFor = (pathname: string) =>
    pathname.startsWith("/oauth/") ? oauthApi : pathname.startsWith("/phone/") ? phoneApi : undefined;

  return {
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const api = apiFor(pathname);
      return api
        ? api.answer(request, pathname)
        : jsonResponse(404, { error: "not_found", error_description: "There is nothing here." });
    },
    handles: (request) => apiFor(new URL(request.url).pathname) !== undefined,
    setFaults(next) {
      faults = checkFaults(next);
    },
    failTransaction(transactionId, reason) {
      const transaction = transactions.find(transactionId);
      if (!transaction || transactions.isOver(transaction)) return false;
      const userId = transaction.state.kind === "scanned" ? transaction.state.userId : undefined;
      transaction.state = { kind: "failed", reason, userId };
      tellSite(transaction);
      return true;
    },
  };
}
