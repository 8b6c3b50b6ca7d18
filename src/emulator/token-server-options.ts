import { type CallbackConfiguration, type CallbackDelivery } from "./oauth/callback-sender.js";
import { type ApiClient } from "./oauth/api-clients.js";
import { type Faults } from "./faults.js";
import { type Locate } from "./oauth/geolocation.js";

/** The languages in which an administrator can set a default message. */
export type MessageLanguage = "en" | "nl" | "fr" | "de";

/** A mobile authentication type whose method is OTP. */
export interface OtpType {
  /** The name that callers give as `type`, e.g. `qr-code`. */
  name: string;
  /** "Request expires in", in seconds. Default 60. */
  ttlSeconds?: number;
  /** What the phone shows if the caller sends no `message`, at most 155 characters each. English stands in for the rest. */
  defaultMessages?: Partial<Record<MessageLanguage, string>>;
  /**
   * How the phone's text is put together where the caller says which browser or address asks, from `[message]`,
   * `[operatingSystem]`, `[browser]` and `[location]`. Default: the vendor's,
   * `[message] Device: [operatingSystem] [browser], Location: [location]`.
   */
  template?: string;
}

/** What an administrator sets at a Token Server, and what a test wants of it. */
export interface TokenServerOptions {
  types: readonly OtpType[];
  clients: readonly ApiClient[];
  /** Basic authentication for callbacks, each for one exact URL. Default none. */
  callbacks?: readonly CallbackConfiguration[];
  /** The whitelist of callback URLs: exact ones, or a function that says. Default: any http or https address. */
  callbackUris?: readonly string[] | ((url: URL) => boolean);
  /** Features → Mobile authentication. Default true; false answers everything with 1000. */
  enabled?: boolean;
  /** What goes wrong from the start. Default nothing. */
  faults?: Faults;
  /** How many transactions are kept; beyond that starting one answers 1002. Default 200,000. */
  maxTransactions?: number;
  /** Milliseconds since the epoch. Default `Date.now`. */
  now?: () => number;
  /** Finds the place of an IP address for the phone's text. Default: what the address itself tells. */
  locate?: Locate;
  /** Sends callbacks. Default the global `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** Hears how each callback fared. */
  onCallback?: (delivery: CallbackDelivery) => void;
}

/** The options, checked and complete. */
export interface TokenServerConfig {
  types: ReadonlyMap<string, Required<OtpType>>;
  clients: ReadonlyMap<string, ApiClient>;
  callbackCredentials: ReadonlyMap<string, CallbackConfiguration>;
  allowsCallbackUri: (url: URL, text: string) => boolean;
  enabled: boolean;
  faults: Faults;
  maxTransactions: number;
  now: () => number;
  locate: Locate;
  fetch: typeof globalThis.fetch;
  onCallback: (delivery: CallbackDelivery) => void;
}
