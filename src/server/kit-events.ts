import type { ApiErrorCode } from "../protocol/login-api.js";
import type { LimitName } from "./defaults/limits.js";

/* Types, not interfaces, which nobody could pass on as a `Record<string, unknown>`. */

/** An event of an attempt. */
type OfAttempt = { attempt: string; address?: string; durationMs: number };

/** An event of a login that somebody accepted on the phone. */
type AcceptedLogin = OfAttempt & {
  userId: string;
  transaction: string;
  browserId: string;
  userAgent?: string;
};

/**
 * An event of the kit, for the site's log. No event contains an OTP, a cookie, a session or a secret. Some contain the
 * user's id, because a log of logins needs it. Line breaks and control characters of its texts are replaced by spaces, but
 * an `error` stays as it was thrown. `address` is the result of `clientIp` for the client that calls; for an
 * event after a result call, and for a redeemed ticket, it is the address that began the attempt; so are `userAgent`, of which
 * at most 512 characters are kept, and `browserId`, which tells browsers apart: the first 16 characters of the hash of the kit's
 * cookie. `transaction` is the Token Server's id of the code that was accepted or declined. `durationMs`, in whole milliseconds,
 * is how long a call took or, for an attempt that was scanned or settled, how long it has lived.
 */
export type LoginKitEvent =
  | (OfAttempt & { type: "attempt_started"; level: "info" })
  | (OfAttempt & { type: "code_renewed"; level: "info" })
  /** The site's app scanned a code (`kit.scanned`). `address` is the phone's. */
  | (OfAttempt & { type: "code_scanned"; level: "info"; transaction: string })
  /**
   * The user accepted on the phone. `code` counts the attempt's codes up to the accepted one, `codes` all of them; `startedAt`, in
   * ISO 8601, is when the first one was asked for.
   */
  | (AcceptedLogin & {
      type: "attempt_approved";
      level: "info";
      code: number;
      codes: number;
      startedAt: string;
    })
  /** The user declined on the phone. Which user, the Token Server does not say. The others as in `attempt_approved`. */
  | (OfAttempt & {
      type: "attempt_denied";
      level: "info";
      transaction: string;
      code: number;
      codes: number;
      startedAt: string;
      browserId: string;
      userAgent?: string;
    })
  /**
   * The time was over. `userId` and `transaction`, if somebody had accepted: no browser claimed it. `asked`: nobody typed the
   * number that the page asked for (`pairing`). Many of these are the best sign that codes are relayed.
   */
  | (OfAttempt & {
      type: "attempt_expired";
      level: "info" | "warn";
      asked?: true;
      userId?: string;
      transaction?: string;
      browserId: string;
    })
  | (OfAttempt & { type: "attempt_failed"; level: "warn" })
  /** A transaction ended without a decision of the user: `reason` is the vendor's, e.g. `failed_to_send`. */
  | (OfAttempt & {
      type: "transaction_failed";
      level: "warn";
      transaction: string;
      reason: string;
      description?: string;
    })
  /** Once for an attempt: the user is not known in this browser, so its page asks for the number (`pairing`). */
  | (AcceptedLogin & { type: "number_asked"; level: "info" })
  /** A wrong number was typed. `triesLeft`: how many there may still be in this attempt. */
  | (AcceptedLogin & { type: "wrong_number"; level: "info"; triesLeft: number })
  /**
   * The attempt has failed: the third number was wrong (`wrong_numbers`); there were too many wrong ones of this user, in this
   * browser or from this address, over all attempts (`user_limit`, `browser_limit`, `address_limit`); or the user's browsers were
   * forgotten after the acceptance (`revoked`).
   */
  | (AcceptedLogin & {
      type: "pairing_failed";
      level: "warn";
      reason: "wrong_numbers" | "user_limit" | "browser_limit" | "address_limit" | "revoked";
    })
  /**
   * So many users, at least `limits.wrongUsersPerAddress`, have typed only wrong numbers at one address within its time: somebody
   * tries numbers of many accounts. Once for each further user. `address` is the IPv4 address or the IPv6 network of 48 bits.
   */
  | { type: "numbers_sprayed"; level: "warn"; address: string; users: number }
  /**
   * A login was refused (503), because its code has a number and this server has no `pairing`: the site's servers have different
   * options. One in ten seconds is an error.
   */
  | (AcceptedLogin & { type: "pairing_unavailable"; level: "error" | "info"; description: string })
  /**
   * A code without a number was accepted on a site with `pairing`, so a server without that option gave it out. `allowed`: it
   * logged in, by `pairing.unnumbered`; otherwise the attempt has failed.
   */
  | (AcceptedLogin & { type: "unnumbered_login"; level: "error" | "warn"; allowed: boolean })
  /** At the start and each day, while `pairing.unnumbered` is `allow`. */
  | { type: "unnumbered_allowed"; level: "warn"; description: string }
  /**
   * Once: of the `handedOut` cookies of known browsers none came back, a day after the fiftieth. Probably the site does not send
   * them on (`kit.redeem`).
   */
  | { type: "known_browsers_lost"; level: "warn"; handedOut: number; description: string }
  /** `pairing.remember` or `pairing.knownSince` threw or took over 2 s: the browser is not remembered, or not known. */
  | {
      type: "pairing_error";
      level: "error";
      operation: "remember" | "knownSince";
      attempt: string;
      userId: string;
      error: unknown;
      durationMs: number;
    }
  /**
   * `signIn` answered. `browser`: with `pairing`, whether the user was known there. `repeated`: the browser called again,
   * because it did not get the first answer.
   */
  | (AcceptedLogin & {
      type: "logged_in";
      level: "info";
      browser?: "known" | "new";
      status: number;
      repeated: boolean;
    })
  /**
   * The page got a ticket (`handOver`). `browser` as in `logged_in`: a `new` one is known once the ticket is redeemed.
   * `repeated`: the browser called again, and the ticket before is void.
   */
  | (AcceptedLogin & { type: "ticket_issued"; level: "info"; browser?: "known" | "new"; repeated: boolean })
  /**
   * The site redeemed a ticket (`kit.redeem`): the person is logged in. `browser` as in `logged_in`. `address` and `userAgent` are
   * those of the browser that began the attempt: `kit.redeem` does not hear where it is now.
   */
  | (AcceptedLogin & { type: "ticket_redeemed"; level: "info"; browser?: "known" | "new" })
  /**
   * A ticket was refused: there is none, or a newer one has replaced it (`unknown`), the request came without the kit's browser
   * cookie (`no_cookie`), another browser has the ticket, it was used before, its time was over, or the user's browsers were
   * forgotten after the acceptance (`revoked`), or a server without `pairing` took the login without a number (`unnumbered`). The
   * first that fits. `browserId`: of the browser that sent it; the others are the login's, if it is known. One a minute of each
   * reason is a warning.
   */
  | {
      type: "ticket_refused";
      level: "info" | "warn";
      reason: "unknown" | "no_cookie" | "other_browser" | "used" | "expired" | "revoked" | "unnumbered";
      attempt?: string;
      userId?: string;
      transaction?: string;
      browserId?: string;
      durationMs: number;
    }
  /**
   * `signIn` threw, took too long, or answered something other than 2xx with JSON. `reason` is `not_a_response` if it returned
   * something that is not an answer, or answered by itself; `description` then says what it did and what to return. If it
   * answered, `status` is the answer's, and `code` the `code` of its JSON, else its `error`, at most 200 characters.
   */
  | (AcceptedLogin & {
      type: "sign_in_failed";
      level: "error" | "warn";
      reason: string;
      description?: string;
      status?: number;
      code?: string;
      error?: unknown;
    })
  /**
   * A call was answered with an error, or `kit.begin` with `null`: then there is no `path`. Strangers can cause 403, refused
   * preflights and refused callbacks: one a minute of each kind is a warning. `method` and `path` are what the client sent,
   * and may be anything. `path` is the URL's path, percent-encoded and without the query: at most 200 characters, with `…` in
   * place of each segment of 20 characters or more, which may be an id or a code. With
   * `forbidden_origin`, and for a preflight that is refused for the same reason: `origin` and `fetchSite` are the
   * `Origin` and `Sec-Fetch-Site` that came, at most 200 characters of each, `expectedOrigins` are the kit's `origin` and
   * `origins`, and `description` says which option to change; the caller is not told.
   */
  | {
      type: "request_refused";
      level: "info" | "warn";
      error: ApiErrorCode;
      status: number;
      description: string;
      origin?: string;
      fetchSite?: string;
      expectedOrigins?: string[];
      method: string;
      path?: string;
      attempt?: string;
      address?: string;
      durationMs: number;
    }
  /** A call exceeded a limit; `limit` is its name in the options. One a minute of each is a warning. */
  | {
      type: "limited";
      level: "info" | "warn";
      limit: LimitName;
      status: number;
      retryAfterSeconds: number;
      method: string;
      attempt?: string;
      address?: string;
      durationMs: number;
    }
  /**
   * `kit.begin` or `kit.browserCookie` did nothing, because a login that begins on that page would be refused: pages of its
   * `origin`, that of `pageUrl`, may not call the login API, or their server cannot set the cookie of `apiOrigin`. One a minute
   * is a warning.
   */
  | {
      type: "page_refused";
      level: "info" | "warn";
      description: string;
      origin: string;
      expectedOrigins?: string[];
    }
  /**
   * Once: `kit.begin` or `kit.browserCookie` got a request without `pageUrl`, whose `Host` is not that of an origin whose pages
   * may call. It decides nothing.
   */
  | { type: "host_differs"; level: "warn"; description: string; host: string }
  /** Once, at the first start, if it has no address: the phone then shows the message alone. */
  | { type: "no_client_address"; level: "warn"; description: string }
  /** Once, where the login API is on http, on Node: the answer of a login was sent without a cookie of the site. */
  | { type: "no_session_cookie"; level: "warn"; description: string }
  /**
   * Once, when the kit is created on Node: the environment names a proxy for the Token Server, and this Node does not use it.
   * `variable` is its name.
   */
  | { type: "proxy_unused"; level: "warn"; variable: string; description: string }
  /**
   * Once for each `source`: the site gave a string that is not an IP address, by `clientIp` or to `kit.scanned`. The address
   * counts as unknown. The string probably came from a client, and is not in the event.
   */
  | { type: "invalid_client_address"; level: "warn"; description: string; source: AddressSource }
  /**
   * A callback was handled, `durationMs` after it came; `address` is the client that posted it. `known` is false where no attempt
   * of this site has its transaction: it belongs to another site or region, or a stranger posted it. One such a minute is a
   * warning, the others are `info`.
   */
  | {
      type: "callback_received";
      level: "info" | "warn";
      known: boolean;
      transaction: string;
      attempt?: string;
      address?: string;
      durationMs: number;
    }
  /**
   * A person's answer was found by asking, and 10 s later (`durationMs`) no callback for it had come to any server.
   * `callbackUri` is the address that the Token Server was told, `description` says what to check, and `missing` counts such
   * answers since the last event of this kind. At most once a minute; `info` with `resultPolling`.
   */
  | (OfAttempt & {
      type: "callback_missing";
      level: "info" | "warn";
      callbackUri: string;
      missing: number;
      description: string;
      transaction: string;
    })
  /**
   * The Token Server gave no usable answer. `code` and `description` are its own words. One event in ten seconds about the same
   * trouble has its level; the others are `info`. A 4xx is an error.
   */
  | {
      type: "token_server_trouble";
      level: "warn" | "error" | "info";
      call: "start" | "result";
      reason: string;
      status?: number;
      code?: string;
      description?: string;
      attempt?: string;
      transaction?: string;
      address?: string;
      durationMs: number;
    }
  /**
   * The Token Server is down for everybody: `failures` starts in a row have failed since `since` (an instant in ISO 8601), and
   * then one of the kit itself, which has nothing of a client. `reason`, `status`, `code` and `description` are that one's, as in
   * `token_server_trouble`. Most starts are now answered 503 without a call.
   */
  | {
      type: "token_server_down";
      level: "error";
      failures: number;
      since: string;
      reason: string;
      status?: number;
      code?: string;
      description?: string;
    }
  /** The Token Server is up again: a start of a client or of the kit has reached it. `failures` starts failed in `durationMs`. */
  | { type: "token_server_recovered"; level: "warn"; failures: number; durationMs: number }
  /**
   * The store does not work. `failures` counts the failed calls since the last such event, `durationMs` is the time
   * since the first. At most one event in ten seconds.
   */
  | {
      type: "store_trouble";
      level: "error";
      operation: string;
      error: unknown;
      failures: number;
      durationMs: number;
    }
  /** The store works again, after `durationMs`. */
  | { type: "store_recovered"; level: "warn"; durationMs: number }
  /**
   * The store has something that this version cannot read, because another version or program wrote it: an attempt, which counts
   * as unknown; a limit, which counts as used up; a pause, which pauses. `description` says what was found, never its contents.
   * At most one a minute of each `what`.
   */
  | {
      type: "store_unreadable";
      level: "error";
      what: "attempt" | "pause" | "mark" | "limit";
      description: string;
    }
  /**
   * Logins are paused (`kit.pause`), on this server too: each server reports it when it learns of it, after a restart with
   * its first start. `until`: when they go on by themselves, in ISO 8601. `by` and `reason` are the operator's.
   * `onThisServer`: it is a pause of this server alone.
   */
  | {
      type: "login_paused";
      level: "warn";
      until?: string;
      by?: string;
      reason?: string;
      onThisServer?: true;
    }
  /**
   * Logins go on. `cause`: an operator said so (`resume`), with `by` and `reason`; the pause's time is over (`until`); or the store
   * no longer has a pause that could not be read (`store`). `onThisServer` as in `login_paused`.
   */
  | {
      type: "login_resumed";
      level: "warn";
      cause: "resume" | "until" | "store";
      by?: string;
      reason?: string;
      onThisServer?: true;
    }
  /** Something else went wrong: one of the site's functions threw, or the kit has a bug. */
  | { type: "internal_error"; level: "error"; operation: string; error: unknown };

/** What gave a string that is not an address: the option `clientIp`, or `kit.scanned`. */
export type AddressSource = "clientIp" | "scanned";

/** Reports an event to the site. Never throws. */
export type Report = (event: LoginKitEvent) => void;
