import { parseCallbackUri } from "./oauth/callback-uri.js";
import { type CallbackConfiguration } from "./oauth/callback-sender.js";
import { checkFaults } from "./check-faults.js";
import { expect, expectObject, expectText, isList, optional } from "./option-assertions.js";
import { type ApiClient } from "./oauth/api-clients.js";
import { countCharacters, defaultTemplate, maxMessageCharacters } from "./oauth/confirmation-message.js";
import {
  type MessageLanguage,
  type OtpType,
  type TokenServerConfig,
  type TokenServerOptions,
} from "./token-server-options.js";
import { locateByAddress } from "./oauth/geolocation.js";

const languages: readonly MessageLanguage[] = ["en", "nl", "fr", "de"];

/** Checks the options. Throws an error that names the one that is wrong and says what is expected. */
export function parseOptions(options: TokenServerOptions): TokenServerConfig {
  expectObject("options", options, optionNames);
  return {
    types: byKey("types", "name", options.types, parseType),
    clients: byKey("clients", "id", options.clients, parseClient),
    callbackCredentials: byKey("callbacks", "url", options.callbacks ?? [], parseCallback),
    allowsCallbackUri: parseWhitelist(options.callbackUris),
    enabled: optional("enabled", options.enabled, "boolean") ?? true,
    faults: checkFaults(options.faults ?? {}),
    maxTransactions: parseMax(options.maxTransactions ?? 200_000),
    now: optional("now", options.now, "function") ?? Date.now,
    locate: optional("locate", options.locate, "function") ?? locateByAddress,
    // Looked up at each call, so that what replaces the global later counts too.
    fetch: optional("fetch", options.fetch, "function") ?? ((...request) => globalThis.fetch(...request)),
    onCallback: optional("onCallback", options.onCallback, "function") ?? (() => undefined),
  };
}

const optionNames: readonly (keyof TokenServerOptions)[] = [
  "types",
  "clients",
  "callbacks",
  "callbackUris",
  "enabled",
  "faults",
  "maxTransactions",
  "now",
  "locate",
  "fetch",
  "onCallback",
];

function parseType(type: OtpType, at: string): Required<OtpType> {
  expectObject(at, type, ["name", "ttlSeconds", "defaultMessages", "template"]);
  const { name, ttlSeconds = 60, defaultMessages = {}, template = defaultTemplate } = type;
  expectText(`${at}.name`, name);
  expect(
    typeof ttlSeconds === "number" && ttlSeconds >= 0.001 && ttlSeconds <= 86_400,
    `${at}.ttlSeconds`,
    "must be a number of seconds, at least 0.001 and at most a day",
  );
  expectObject(`${at}.defaultMessages`, defaultMessages, languages);
  for (const [language, message] of Object.entries(defaultMessages)) {
    const messageAt = `${at}.defaultMessages.${language}`;
    expectText(messageAt, message);
    expect(
      countCharacters(message) <= maxMessageCharacters,
      messageAt,
      `must have at most ${maxMessageCharacters} characters`,
    );
  }
  expect(
    typeof template === "string" && template.includes("[message]"),
    `${at}.template`,
    "must be a text that contains [message]",
  );
  return { name, ttlSeconds, defaultMessages, template };
}

function parseClient(client: ApiClient, at: string): ApiClient {
  expectObject(at, client, ["id", "secret", "mobileAuthentication"]);
  expectText(`${at}.id`, client.id);
  expectText(`${at}.secret`, client.secret);
  optional(`${at}.mobileAuthentication`, client.mobileAuthentication, "boolean");
  return { ...client };
}

function parseCallback(callback: CallbackConfiguration, at: string): CallbackConfiguration {
  expectObject(at, callback, ["url", "username", "password"]);
  expectText(`${at}.url`, callback.url);
  expect(
    parseCallbackUri(callback.url) !== undefined,
    `${at}.url`,
    "must be an absolute http or https address",
  );
  expectText(`${at}.username`, callback.username);
  // Basic authentication ends the user name at the first colon (RFC 7617).
  expect(!callback.username.includes(":"), `${at}.username`, "must not contain a colon");
  expectText(`${at}.password`, callback.password);
  return { ...callback };
}

function parseWhitelist(
  whitelist: TokenServerOptions["callbackUris"],
): TokenServerConfig["allowsCallbackUri"] {
  if (whitelist === undefined) return () => true;
  if (typeof whitelist === "function") return (url) => whitelist(url);
  expect(isList(whitelist), "callbackUris", "must be a list of addresses or a function");
  whitelist.forEach((uri, index) => {
    expect(
      typeof uri === "string" && parseCallbackUri(uri) !== undefined,
      `callbackUris[${index}]`,
      "must be an absolute http or https address",
    );
  });
  return (_url, text) => whitelist.includes(text);
}

function parseMax(max: number): number {
  expect(Number.isInteger(max) && max > 0, "maxTransactions", "must be a whole number above 0");
  return max;
}

/** Reads a list whose members each have a key of their own. */
function byKey<Key extends string, Item extends Record<Key, string>, Parsed>(
  name: string,
  key: Key,
  items: readonly Item[],
  parse: (item: Item, at: string) => Parsed,
): ReadonlyMap<string, Parsed> {
  expect(isList(items), name, "must be a list");
  expect(name === "callbacks" || items.length > 0, name, "must not be empty");
  const parsed = new Map<string, Parsed>();
  items.forEach((item, index) => {
    const at = `${name}[${index}]`;
    const value = parse(item, at);
    expect(!parsed.has(item[key]), `${at}.${key}`, `is there twice: "${item[key]}"`);
    parsed.set(item[key], value);
  });
  return parsed;
}
