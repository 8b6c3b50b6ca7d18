import * as v from "valibot";
import { type ApiClient } from "./oauth/api-clients.js";
import { writeProblem, type CallbackDelivery } from "./oauth/callback-problem.js";
import { parseCallbackUri, type CallbackConfiguration } from "./oauth/callback-sender.js";
import {
  countCharacters,
  locateInUtrecht,
  maxMessageCharacters,
  type Locate,
} from "./oauth/confirmation-message.js";
import { isTokenServerErrorCode } from "./oauth/vendor-errors.js";
import { type CallbackFaults, type Faults, type FaultyAnswer } from "./faults.js";

/** The languages in which an administrator can set texts. */
export type MessageLanguage = "en" | "nl" | "fr" | "de";

/** A mobile authentication type whose method is OTP. */
export interface OtpType {
  /** The name that callers send as `type`, e.g. `qr-code`. */
  name: string;
  /** "Request expires in", in seconds. Default 60. */
  ttlSeconds?: number;
  /**
   * What the phone shows if the caller sends no `message`, at most 155 characters each. The default for a language is the
   * English text.
   */
  defaultMessages?: Partial<Record<MessageLanguage, string>>;
}

/** The settings of a Token Server, and options for tests. */
export interface TokenServerOptions {
  types: readonly OtpType[];
  clients: readonly ApiClient[];
  /** Basic authentication for callbacks, each for one exact URL. Default none. */
  callbacks?: readonly CallbackConfiguration[];
  /** The callback URLs that are allowed: exact ones, or a function that decides. Default: any http or https URL. */
  callbackUris?: readonly string[] | ((url: URL) => boolean);
  /**
   * The host names at which it answers, besides those of this machine (`localhost`, `127.0.0.1`, `[::1]`). Requests for others
   * get 421, because a web page could make its own host name point here (DNS rebinding). Default none.
   */
  hosts?: readonly string[];
  /** Features → Mobile authentication. Default true; with false every call is answered with 1000. */
  enabled?: boolean;
  /** Features → Geolocation for mobile authentication. Default true; with false the phone shows the message alone. */
  geolocation?: boolean;
  /**
   * The template of the phone's text for each language, `mobileAuthentication.confirmation.template`, with `[message]`,
   * `[operatingSystem]`, `[browser]`, `[countryCode]`, `[region]` and `[city]`. The default for a language is the English
   * template, and for English the vendor's: `[message] Device: [operatingSystem] [browser], Location: [countryCode], [region],
   * [city]`. It is used if the site sends a user agent and an IP address whose location is found.
   */
  templates?: Partial<Record<MessageLanguage, string>>;
  /** The faults at the start; `setFaults` replaces them. Default none. */
  faults?: Faults;
  /** How many transactions are kept. Above it, starting one is answered with 1002. Default 200,000. */
  maxTransactions?: number;
  /** The clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: () => number;
  /** Finds the location of an IP address for the phone's text. Default: the vendor's example, Utrecht, for every address. */
  locate?: Locate;
  /** Sends callbacks. Default the global `fetch`. */
  fetch?: typeof globalThis.fetch;
  /**
   * Called with the outcome of each callback. Default: for a failed callback, one line on the console with the reason and what to
   * set.
   */
  onCallback?: (delivery: CallbackDelivery) => void;
}

/** The options, parsed and complete. */
export interface TokenServerConfig {
  types: ReadonlyMap<string, Required<OtpType>>;
  clients: ReadonlyMap<string, ApiClient>;
  callbackCredentials: ReadonlyMap<string, CallbackConfiguration>;
  allowsCallbackUri: (url: URL, text: string) => boolean;
  isOwnHost: (hostname: string) => boolean;
  enabled: boolean;
  faults: ActiveFaults;
  maxTransactions: number;
  now: () => number;
  /** Undefined if geolocation is off. */
  locate: Locate | undefined;
  templates: Partial<Record<MessageLanguage, string>>;
  fetch: typeof globalThis.fetch;
  onCallback: (delivery: CallbackDelivery) => void;
}

/** Faults, parsed and complete. */
export type ActiveFaults = v.InferOutput<typeof faults>;

const loopbackName = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** @throws TypeError that names the first option that is wrong and says what is expected */
export function parseTokenServerOptions(value: TokenServerOptions): TokenServerConfig {
  const parsed = parse("options", options, value);
  const { callbackUris } = parsed;
  return {
    types: byKey("types", "name", parsed.types),
    clients: byKey("clients", "id", parsed.clients),
    callbackCredentials: byKey("callbacks", "url", parsed.callbacks),
    allowsCallbackUri:
      typeof callbackUris === "function"
        ? (url) => callbackUris(url)
        : (_url, text) => callbackUris?.includes(text) ?? true,
    isOwnHost: (hostname) => loopbackName.test(hostname) || parsed.hosts.includes(hostname),
    enabled: parsed.enabled,
    faults: parsed.faults,
    maxTransactions: parsed.maxTransactions,
    now: parsed.now ?? Date.now,
    locate: parsed.geolocation ? (parsed.locate ?? locateInUtrecht) : undefined,
    templates: parsed.templates,
    // Looked up at each call, because a test may replace the global `fetch` later.
    fetch: parsed.fetch ?? ((...request) => globalThis.fetch(...request)),
    onCallback: parsed.onCallback ?? writeProblem,
  };
}

/** @throws TypeError that names the first fault that is wrong and says what is expected */
export const parseFaults = (value: Faults): ActiveFaults => parse("faults", faults, value);

/* The schemas. A message completes the sentence "options.types[0].name …". */

const text = v.pipe(v.string("must be a non-empty string"), v.nonEmpty("must be a non-empty string"));
const flag = v.boolean("must be a boolean");

/** Valibot loses the types of functions: they are given here. */
const callable = <Type>() => v.custom<Type>((value) => typeof value === "function", "must be a function");

const numberBetween = (min: number, max: number, expected: string) =>
  v.pipe(v.number(expected), v.minValue(min, expected), v.maxValue(max, expected));

const integerBetween = (min: number, max: number, expected: string) =>
  v.pipe(numberBetween(min, max, expected), v.integer(expected));

const oneOf = <const Words extends readonly string[]>(words: Words) =>
  v.picklist(words, `must be one of ${words.join(", ")}`);

/** An object with these members and no others: a misspelt name would silently mean the default. */
const object = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(
    v.unknown(),
    v.check((value) => !Array.isArray(value), "must be an object"),
    v.strictObject(entries, ({ expected }) => {
      if (expected === "never") return `is unknown; expected one of ${Object.keys(entries).join(", ")}`;
      // For a missing member `expected` is its name in quotes; the member's own schema says what it must be.
      const member = entries[expected?.slice(1, -1) ?? ""] as { message?: string } | undefined;
      return member?.message ?? "must be an object";
    }),
  );

const uri = v.pipe(
  text,
  v.check((value) => parseCallbackUri(value) !== undefined, "must be an absolute http or https address"),
);

const defaultMessage = v.pipe(
  text,
  v.check(
    (value) => countCharacters(value) <= maxMessageCharacters,
    `must have at most ${maxMessageCharacters} characters`,
  ),
);

const languages = ["en", "nl", "fr", "de"] as const satisfies readonly MessageLanguage[];

/** A text for each language; a language may be missing. */
const textsOf = <Text extends v.GenericSchema<unknown, string>>(schema: Text) =>
  v.optional(
    v.record(
      v.picklist(languages, `is unknown; expected one of ${languages.join(", ")}`),
      schema,
      "must be an object",
    ),
    {},
  );

const template = v.pipe(
  v.string("must be a string that contains [message]"),
  v.includes("[message]", "must be a string that contains [message]"),
);

const otpType = object({
  name: text,
  ttlSeconds: v.optional(
    numberBetween(0.001, 86_400, "must be a number of seconds from 0.001 to 86400 (a day)"),
    60,
  ),
  defaultMessages: textsOf(defaultMessage),
} satisfies Record<keyof OtpType, unknown>);

const client = object({
  id: text,
  secret: text,
  mobileAuthentication: v.optional(flag, true),
} satisfies Record<keyof ApiClient, unknown>);

const callbackConfiguration = object({
  url: uri,
  // Basic authentication ends the user name at the first colon (RFC 7617).
  username: v.pipe(
    text,
    v.check((name) => !name.includes(":"), "must not contain a colon"),
  ),
  password: text,
} satisfies Record<keyof CallbackConfiguration, unknown>);

const wait = v.optional(
  numberBetween(0, 3_600_000, "must be a number of milliseconds from 0 to 3600000 (an hour)"),
  0,
);

const statusExpected = "must be a status from 200 to 599 that may have a body";
const replacement = object({
  // `Response` takes no other status, and no body with these three.
  status: v.pipe(
    integerBetween(200, 599, statusExpected),
    v.check((status) => ![204, 205, 304].includes(status), statusExpected),
  ),
  body: v.string("must be a string"),
  contentType: v.exactOptional(v.string("must be a string")),
});

/** `lazy` and not `union`, so that an error names the member of the object that is wrong. */
const faultyAnswer = v.optional(
  v.lazy<v.GenericSchema<unknown, FaultyAnswer>>((value) =>
    typeof value === "object"
      ? replacement
      : v.custom<FaultyAnswer>(
          () => typeof value === "function" || isTokenServerErrorCode(value),
          `must be a number of the vendor's error table, "not_found", {status, body, contentType} or a function`,
        ),
  ),
);

const faults = object({
  delayMilliseconds: wait,
  start: faultyAnswer,
  result: faultyAnswer,
  callbacks: v.optional(
    object({
      lose: v.optional(flag, false),
      times: v.optional(integerBetween(1, 100, "must be a whole number from 1 to 100"), 1),
      delayMilliseconds: wait,
    } satisfies Record<keyof CallbackFaults, unknown>),
    {},
  ),
  errorShape: v.optional(oneOf(["error", "error_code"]), "error"),
  unanswered: v.optional(oneOf(["not_found", "not_authenticated"]), "not_found"),
} satisfies Record<keyof Faults, unknown>);

const listExpected = "must be a list of addresses or a function";

const options = object({
  types: v.pipe(v.array(otpType, "must be a list"), v.nonEmpty("must not be empty")),
  clients: v.pipe(v.array(client, "must be a list"), v.nonEmpty("must not be empty")),
  callbacks: v.optional(v.array(callbackConfiguration, "must be a list"), []),
  callbackUris: v.optional(
    v.lazy<v.GenericSchema<unknown, readonly string[] | ((url: URL) => boolean)>>((value) =>
      typeof value === "function" ? callable<(url: URL) => boolean>() : v.array(uri, listExpected),
    ),
  ),
  hosts: v.optional(v.array(text, "must be a list of host names"), []),
  enabled: v.optional(flag, true),
  geolocation: v.optional(flag, true),
  templates: textsOf(template),
  faults: v.optional(faults, {}),
  maxTransactions: v.optional(
    integerBetween(1, Number.MAX_SAFE_INTEGER, "must be a whole number above 0"),
    200_000,
  ),
  now: v.optional(callable<() => number>()),
  locate: v.optional(callable<Locate>()),
  fetch: v.optional(callable<typeof globalThis.fetch>()),
  onCallback: v.optional(callable<(delivery: CallbackDelivery) => void>()),
} satisfies Record<keyof TokenServerOptions, unknown>);

function parse<Output>(name: string, schema: v.GenericSchema<unknown, Output>, value: unknown): Output {
  const result = v.safeParse(schema, value, { abortEarly: true, abortPipeEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = (issue.path ?? []).map(({ key }) =>
    typeof key === "number" ? `[${key}]` : `.${String(key)}`,
  );
  throw wrong(name + path.join(""), issue.message);
}

const wrong = (name: string, expectation: string): TypeError =>
  new TypeError(`Token Server emulator: ${name} ${expectation}.`);

/** @throws TypeError if two items have the same key */
function byKey<Key extends string, Item extends Record<Key, string>>(
  name: keyof TokenServerOptions,
  key: Key,
  items: readonly Item[],
): ReadonlyMap<string, Item> {
  const map = new Map<string, Item>();
  items.forEach((item, index) => {
    if (map.has(item[key])) throw wrong(`options.${name}[${index}].${key}`, `is a duplicate: "${item[key]}"`);
    map.set(item[key], item);
  });
  return map;
}
