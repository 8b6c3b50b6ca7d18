import type { Timeouts } from "./defaults/timeouts.js";
import type { LoginKitEvent } from "./kit-events.js";
import type { Limits, WaitingLimit } from "./defaults/limits.js";
import type { AttemptStore } from "./store/attempt-store.js";
import type { Message } from "./token-server/message.js";
import type { Secret } from "./token-server/secret.js";
import type { Transport } from "./token-server/transport.js";

/**
 * Where and when a login began, so that a site can compare it with what it knows, ask for more, limit rights, or tell the
 * user about it. Times are in milliseconds since the epoch.
 */
export interface LoginSummary {
  /** When the page got its first code. */
  startedAt: number;
  /** When the kit learned that the user had accepted. */
  approvedAt: number;
  /** The address of the browser that began the login, by `clientIp`; undefined if unknown. */
  address: string | undefined;
  /** That browser's `User-Agent`, at most 512 characters. Any client can send any text. */
  userAgent: string | undefined;
  /** The page's language as two or three letters, e.g. `nl`. */
  language: string | undefined;
  /** How many codes the page has shown. */
  codes: number;
  /**
   * With `pairing`: `known` if this user has logged in with this browser before, `new` if the number on the phone was typed
   * here. Missing for a login without a number.
   */
  browser?: "known" | "new";
  /** The scan of the accepted code, if the site's app told it with `kit.scanned`: where the phone is. */
  scanned?: { at: number; address: string | undefined; userAgent: string | undefined };
}

/** A login that the user accepted on the phone. */
export interface Login<Context = unknown> {
  /** The user, as the Token Server names them. */
  userId: string;
  /**
   * The attempt's id: the idempotency key. `signIn` runs again with the same id if its answer was lost or took too long,
   * perhaps while the first run still goes on. Both must lead to the same session: the browser keeps the cookie of the
   * answer that arrives last.
   */
  attempt: string;
  /** Where and when the login began. */
  login: LoginSummary;
  /** The page's request: `POST {path}/{attempt}/login`. */
  request: Request;
  /** The second argument of `kit.fetch`; from the Node adapter `{ req, res }`. */
  context: Context;
  /** Aborts when `timeouts.signInSeconds` are over: the page has its answer, 500, and what `signIn` does is not used. */
  signal: AbortSignal;
}

/** What `signIn` may return: a `Response`, the members of a JSON answer with status 200, or nothing. */
export type SignInAnswer =
  | Response
  | { readonly redirect_to?: string | undefined; readonly [member: string]: unknown }
  | undefined
  | void;

/**
 * Turns a login into the site's session. Where a session library sets the cookie, it returns the JSON for the page, `{
 * redirect_to?, … }`, or nothing. Otherwise it returns a `Response`, 2xx with JSON, with the session's cookie. To refuse the
 * user, it returns 403 with JSON, which the page gets in the widget's `error` event. Any other `Response` is passed on too, and
 * the widget shows that the login failed (`login_refused`); one that it throws counts as returned. If it throws anything else or
 * takes longer than `timeouts.signInSeconds`, the page gets 500 and tries again for a minute. A run that takes longer goes on
 * beside the next one, unless it ends by `signal`. If it returns anything else, such as an array or an instance of a class, the
 * page gets 500 and does not try again. It must not answer by itself, as by Express's `res.redirect`.
 */
export type SignIn<Context = unknown> = (login: Login<Context>) => SignInAnswer | Promise<SignInAnswer>;

/** The Token Server, and the site's API client there. */
export interface TokenServerOptions {
  /** Its address, e.g. `https://ts.example.com`. http only on loopback. */
  url: string;
  /** The API client's id. It needs the API scope "Mobile authentication". */
  clientId: string;
  /**
   * Its secret. If there are two, the kit sends the one that the Token Server accepted last, at the start the first one; a call
   * that is refused (401) is repeated with the other.
   */
  clientSecret: Secret;
  /** How the client authenticates: HTTP Basic, or in the form if the call has one. Default `basic`. */
  clientAuthentication?: "basic" | "body";
  /** The name of the mobile authentication type whose method is OTP, e.g. `qr-code`. */
  type: string;
}

/** The Basic authentication of the callback: any of the passwords fits. */
export interface CallbackCredentials {
  username: string;
  passwords: () => readonly string[];
}

/** The callback, by which the Token Server reaches the kit. */
export interface CallbackOptions {
  /** The `callback_uri` of each transaction. Default: `apiOrigin` + `path` + `/callback`. */
  uri?: string;
  /** The Basic authentication that the administrator set for exactly that address; both or neither. Default none. */
  username?: string;
  /** If there are two, both are accepted. */
  password?: Secret;
}

/**
 * The number on the phone (RFC 10027: Request Initiation Verification). Each code has a random number, which only the phone
 * shows, in `message`. A browser in which its user has not logged in before asks for it, so a code that was relayed to a
 * victim logs nobody in by itself.
 */
export interface PairingOptions<Context = unknown> {
  /**
   * One to four secrets of at least 32 characters: the first one signs, each is accepted. They must be the same on all
   * servers. A function is called at each use, and returns at once. To rotate: a new one last on all servers, then first; the
   * old one goes after `rememberDays`.
   */
  keys: readonly string[] | (() => readonly string[]);
  /** Which browsers ask for the number: those in which this user has not logged in yet, or all. Default `unknown-browsers`. */
  when?: "unknown-browsers" | "always";
  /** How many digits the number has. Default 4. */
  digits?: 4 | 6;
  /** How many days a browser stays known after its last login, at most 400. 0: none is remembered. Default 180. */
  rememberDays?: number;
  /**
   * What becomes of a code without a number, which comes from a server without this option. `refuse`: it logs in only where the
   * user is known, with `when: "always"` nowhere. `allow`: it logs in, with an event for each and a warning each day: for the
   * first of the two rolls that turn this option on. Default `refuse`.
   */
  unnumbered?: "refuse" | "allow";
  /**
   * Whether this browser stays known after this login, such as what the person ticked. It gets what `signIn` gets, at each login,
   * once that has answered 2xx. With `handOver` it is called when the ticket is redeemed: `request` is then the site's own, with
   * the headers that `kit.redeem` got, and `context` is undefined. If it throws or takes over 2 s, the browser is not remembered.
   * Default: each browser is.
   */
  remember?: (login: Login<Context>) => boolean | Promise<boolean>;
  /**
   * When a user's browsers were forgotten, as after "log out everywhere": milliseconds since the epoch or a `Date`; undefined:
   * never. A login that was accepted at or before that instant ends: it gets no session and no ticket, and its ticket cannot be
   * redeemed. A browser is known by a login at least two minutes later, because servers' clocks differ. If it throws, takes over
   * 2 s or gives seconds, no browser is known. Default: never.
   */
  knownSince?: (userId: string) => Forgotten | Promise<Forgotten>;
}

type Forgotten = number | Date | KnownSince | undefined;

/** Since when browsers may be known: each in milliseconds since the epoch or as a `Date`; undefined for ever. */
export interface KnownSince {
  /** When this user's browsers were forgotten: as without an object. */
  user?: number | Date | undefined;
  /** When the browsers of all users were forgotten, by the clock that dates logins: the same, without the two minutes. */
  all?: number | Date | undefined;
  /** When the record of what was forgotten began: only a later login makes a browser known. It ends nothing under way. */
  epoch?: number | Date | undefined;
}

/** The headers of a request, of the Web or of Node. */
export interface HeadersOfRequest {
  headers: Pick<Headers, "get"> | Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** How the site takes a login over in a request of its own. */
export interface HandOver {
  /**
   * Where the page goes with its ticket, a path or a URL of `apiOrigin`, e.g. `/login/otp`: the site calls `kit.redeem`
   * there, because the browser sends the kit's cookie nowhere else. A query and a fragment are kept.
   */
  to: string;
}

/** The options of `createLoginKit`: exactly one of `signIn` and `handOver`, and the others. */
export type LoginKitOptions<Context = unknown> = CommonOptions<Context> &
  (
    | { signIn: SignIn<Context>; handOver?: never }
    | {
        /** In place of `signIn`: the login call answers a ticket, and the site calls `kit.redeem`. */
        handOver: HandOver;
        signIn?: never;
      }
  );

/** The options of every kit. */
export interface CommonOptions<Context = unknown> {
  /** Where the login page is: its origin in the browser, e.g. `https://www.example.com`. http only on loopback. */
  origin: string;
  /**
   * Where browsers reach the login API, if not at `origin`: another origin of the same site, e.g.
   * `https://login.example.com`, that of the element's `endpoint`. Pages then call with CORS, and the kit's cookie, the
   * callback's default address and `handOver.to` belong to this origin. Default `origin`.
   */
  apiOrigin?: string;
  /**
   * Further origins of the same site whose pages may call the kit; they get CORS. For previews also patterns such as
   * `https://*.preview.example.com`: https, the star is one whole label, and what follows is of the site of `origin`. Every
   * page there can log its visitors in. Default none.
   */
  origins?: readonly string[];
  /** The path of the login API. Default `/otp-login`. */
  path?: string;
  tokenServer: TokenServerOptions;
  callback?: CallbackOptions;
  /**
   * What the phone shows: 1 to `maxMessageLength` characters, or a function that makes a text for each language. Required
   * unless the type has a default message. It is sent as `message` and as `secure_message`.
   */
  message?: string | Message<Context>;
  /** The longest `message` that the Token Server accepts, in characters. Default 155, the vendor's own. */
  maxMessageLength?: number;
  /**
   * Asks for a number that only the phone shows. `message` is required then, and has `{number}` exactly once. Only for an app
   * that keeps the number on its screen after Accept. Default: off.
   */
  pairing?: PairingOptions<Context>;
  /** Where attempts are kept. Default `memoryStore()`: for one process. */
  store?: AttemptStore;
  /**
   * The client's IP address, or undefined; any other string counts as undefined. Default: the socket's, with the Node adapter.
   * Behind proxies: `clientIpBehind(n)`.
   */
  clientIp?: (request: Request, context: Context) => string | undefined;
  /**
   * Seconds between two result calls while a browser watches the attempt, for a server that the Token Server's
   * callbacks cannot reach. Default: off.
   */
  resultPolling?: number;
  /** Called for each event. Its errors are caught. Default: warnings and errors go to the console, one line each. */
  onEvent?: (event: LoginKitEvent) => void | Promise<void>;
  /**
   * How the kit calls the Token Server. Default: over `fetch`; for the `createLoginKit` of `onegini-otp-login/node`
   * `nodeTransport`, which costs less and uses Node's global agents, where client certificates, authorities and proxies
   * are set.
   */
  transport?: Transport;
  /** Limits that differ from their defaults; `false` switches one off. */
  limits?: Partial<Omit<Limits, "waiting">> & { waiting?: Partial<WaitingLimit> | false };
  /** Times in seconds that differ from their defaults. */
  timeouts?: Partial<Timeouts>;
}
