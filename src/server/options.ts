import type { Timeouts } from "./timeouts.js";
import type { LoginKitEvent } from "./kit-events.js";
import type { Limits } from "./limits/limits.js";
import type { AttemptStore } from "./attempt/attempt-store.js";
import type { Transport } from "./token-server/transport.js";

/** A login that a phone accepted. */
export interface Login<Context = unknown> {
  /** The user, as the Token Server names them. */
  userId: string;
  /** The attempt's id: the idempotency key. `signIn` may run again with the same one, if its answer got lost. */
  attempt: string;
  /** The page's request: `POST {path}/{attempt}/login`. */
  request: Request;
  /** What was given to `kit.fetch` beside the request; from the Node adapter `{ req, res }`. */
  context: Context;
}

/**
 * Turns a login into the site's session. Answers 2xx with JSON for the page, `{ redirect_to?, … }`, and the session's
 * cookie. Another answer is passed on too; the widget takes it for a refusal. If it throws or takes longer than ten
 * seconds the page gets 500, and tries again for a minute.
 */
export type SignIn<Context = unknown> = (login: Login<Context>) => Response | Promise<Response>;

/** What the phone shows, at most 155 characters: for every login the same, or made for each. */
export type Message<Context = unknown> = (request: Request, context: Context) => string | Promise<string>;

/** How the kit reaches the Token Server. */
export interface TokenServerOptions {
  /** Its address, e.g. `https://ts.example.com`. http is refused except on loopback. */
  url: string;
  /** The API client. It needs the API scope "Mobile authentication". */
  clientId: string;
  clientSecret: string;
  /** How the client authenticates: HTTP Basic, or in the form where there is one. Default `basic`. */
  clientAuthentication?: "basic" | "body";
  /** The name of the mobile authentication type whose method is OTP, e.g. `qr-code`. */
  type: string;
}

/** The Basic authentication of the callback. */
export interface CallbackCredentials {
  username: string;
  password: string;
}

/** How the Token Server reaches the kit. */
export interface CallbackOptions {
  /** The address that is given as `callback_uri`. Default: `origin` + `path` + `/callback`. */
  uri?: string;
  /** The Basic authentication that the administrator set for that exact address; both or neither. Default none. */
  username?: string;
  password?: string;
}

/** The options of `createLoginKit`. */
export interface LoginKitOptions<Context = unknown> {
  /** The origin of the login page, e.g. `https://www.example.com`. http is refused except on loopback. */
  origin: string;
  /** Further origins of the same site whose pages may call the kit; they get CORS. Default none. */
  origins?: readonly string[];
  /** The path under which the login API lies. Default `/otp-login`. */
  path?: string;
  tokenServer: TokenServerOptions;
  callback?: CallbackOptions;
  /** What the phone shows, at most 155 characters. Required unless the type has a default message. */
  message?: string | Message<Context>;
  signIn: SignIn<Context>;
  /** Where attempts live. Default `memoryStore()`: one process. */
  store?: AttemptStore;
  /**
   * The address of the client, or undefined. Default: the socket's, where the context is the Node adapter's. Behind
   * proxies: `clientIpBehind(n)`.
   */
  clientIp?: (request: Request, context: Context) => string | undefined;
  /**
   * Seconds between two questions to the Token Server while somebody watches, for a server that its callbacks cannot
   * reach. Default: off.
   */
  resultPolling?: number;
  /** Called for each event; what it throws is caught. Default: warnings and errors go to the console, a line each. */
  onEvent?: (event: LoginKitEvent) => void | Promise<void>;
  /**
   * How the kit calls the Token Server. Default: over `fetch`. On Node pass `nodeTransport` of `onegini-otp-login/node`:
   * it costs less and uses Node's global agents, where client certificates, authorities and proxies are set.
   */
  transport?: Transport;
  /** The limits that differ from their defaults; `false` switches one off. */
  limits?: Partial<Limits>;
  /** The times, in seconds, that differ from their defaults. */
  timeouts?: Partial<Timeouts>;
}
