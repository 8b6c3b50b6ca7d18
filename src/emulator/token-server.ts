import { sendCallback } from "./oauth/callback-sender.js";
import { createOAuthApi } from "./oauth/oauth-api.js";
import { Transactions, type FailureReason, type Transaction } from "./oauth/transactions.js";
import { createPhoneApi } from "./phone/phone-api.js";
import { type Faults } from "./faults.js";
import { jsonResponse } from "./http-bodies.js";
import { parseFaults, parseTokenServerOptions, type TokenServerOptions } from "./token-server-options.js";

/** A stand-in for the vendor's Token Server, in memory. */
export interface TokenServer {
  /**
   * Answers a request: the calls of a site under `/oauth/` (start a transaction, get its result), the calls of a phone
   * under `/phone/` (enroll, scan, answer). 404 elsewhere, 421 for another host. Rejects only if a function of a fault rejects.
   */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Whether a request is for this server, by its path: `/oauth/…` or `/phone/…`. For a port that also serves other paths. */
  readonly handles: (request: Request) => boolean;
  /** Replaces the faults. `{}` removes all of them. */
  readonly setFaults: (faults: Faults) => void;
  /** Fails a transaction and sends its callback. Returns false if the transaction is unknown or over. */
  readonly failTransaction: (transactionId: string, reason: FailureReason) => boolean;
}

/**
 * Creates a Token Server emulator.
 *
 * @throws TypeError that names the option that is wrong
 */
export function createTokenServer(options: TokenServerOptions): TokenServer {
  const config = parseTokenServerOptions(options);
  const transactions = new Transactions(config.now, config.maxTransactions);
  let { faults } = config;

  const sendCallbackOf = ({ id, callbackUri }: Transaction) =>
    sendCallback(
      { transactionId: id, callbackUri, credentials: config.callbackCredentials.get(callbackUri) },
      config,
      faults.callbacks,
    );
  const oauthApi = createOAuthApi(config, transactions, () => faults);
  const phoneApi = createPhoneApi(transactions, sendCallbackOf);
  const apiFor = (pathname: string) =>
    pathname.startsWith("/oauth/") ? oauthApi : pathname.startsWith("/phone/") ? phoneApi : undefined;

  return {
    async fetch(request) {
      const { hostname, pathname } = new URL(request.url);
      if (!config.isOwnHost(hostname)) {
        const error_description = `The emulator does not answer at this host name. See its option "hosts".`;
        return jsonResponse(421, { error: "invalid_request", error_description });
      }
      const api = apiFor(pathname);
      return api
        ? api(request, pathname)
        : jsonResponse(404, { error: "not_found", error_description: "Nothing is at this address." });
    },
    handles: (request) => apiFor(new URL(request.url).pathname) !== undefined,
    setFaults(next) {
      faults = parseFaults(next);
    },
    failTransaction(transactionId, reason) {
      const transaction = transactions.find(transactionId);
      if (!transaction || transactions.isOver(transaction)) return false;
      const userId = transaction.state.kind === "scanned" ? transaction.state.userId : undefined;
      transaction.state = { kind: "failed", reason, userId };
      sendCallbackOf(transaction);
      return true;
    },
  };
}
