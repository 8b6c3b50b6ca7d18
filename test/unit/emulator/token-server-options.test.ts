import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createTokenServer, type TokenServerOptions } from "onegini-otp-login/emulator";
import { options } from "./support.js";

const type = { name: "qr-code" };
const client = { id: "bank", secret: "bank-secret" };
const callback = { url: "https://bank.example/callback", username: "u", password: "p" };

const wrong: [string, unknown, RegExp][] = [
  ["no options at all", undefined, /options must be an object/],
  ["a misspelt option", { ...options, type: [] }, /options\.type is unknown; expected one of types, /],
  ["no types", { clients: [client] }, /types must be a list/],
  ["an empty list of types", { ...options, types: [] }, /types must not be empty/],
  ["a type that is a text", { ...options, types: ["qr-code"] }, /types\[0\] must be an object/],
  [
    "a type without a name",
    { ...options, types: [{ name: "" }] },
    /types\[0\]\.name must be a non-empty string/,
  ],
  [
    "two types with the same name",
    { ...options, types: [type, type] },
    /types\[1\]\.name is a duplicate: "qr-code"/,
  ],
  ["a misspelt member of a type", { ...options, types: [{ ...type, ttl: 5 }] }, /types\[0\]\.ttl is unknown/],
  ["no time to live", { ...options, types: [{ ...type, ttlSeconds: 0 }] }, /types\[0\]\.ttlSeconds must be/],
  [
    "a time to live that is a text",
    { ...options, types: [{ ...type, ttlSeconds: "60" }] },
    /types\[0\]\.ttlSeconds must be/,
  ],
  [
    "a time to live that is not a number",
    { ...options, types: [{ ...type, ttlSeconds: NaN }] },
    /ttlSeconds must be/,
  ],
  [
    "an unknown language",
    { ...options, types: [{ ...type, defaultMessages: { es: "x" } }] },
    /types\[0\]\.defaultMessages\.es is unknown; expected one of en, nl, fr, de/,
  ],
  [
    "an empty default message",
    { ...options, types: [{ ...type, defaultMessages: { nl: "" } }] },
    /types\[0\]\.defaultMessages\.nl must be a non-empty string/,
  ],
  [
    "a long default message",
    { ...options, types: [{ ...type, defaultMessages: { nl: "x".repeat(156) } }] },
    /defaultMessages\.nl must have at most 155/,
  ],
  [
    "a template without the message",
    { ...options, templates: { nl: "Device: [browser]" } },
    /templates\.nl must be a string that contains \[message\]/,
  ],
  ["no clients", { types: [type] }, /clients must be a list/],
  ["an empty list of clients", { ...options, clients: [] }, /clients must not be empty/],
  [
    "a client without an id",
    { ...options, clients: [{ secret: "x" }] },
    /clients\[0\]\.id must be a non-empty string/,
  ],
  [
    "a client without a secret",
    { ...options, clients: [client, { id: "shop" }] },
    /clients\[1\]\.secret must be a non-empty string/,
  ],
  [
    "two clients with the same id",
    { ...options, clients: [client, client] },
    /clients\[1\]\.id is a duplicate/,
  ],
  [
    "a scope that is not a boolean",
    { ...options, clients: [{ ...client, mobileAuthentication: 1 }] },
    /clients\[0\]\.mobileAuthentication must be a boolean/,
  ],
  ["callbacks that are not a list", { ...options, callbacks: callback }, /callbacks must be a list/],
  [
    "a callback with a relative address",
    { ...options, callbacks: [{ ...callback, url: "/callback" }] },
    /callbacks\[0\]\.url must be an absolute/,
  ],
  [
    "a colon in a user name",
    { ...options, callbacks: [{ ...callback, username: "a:b" }] },
    /callbacks\[0\]\.username must not contain a colon/,
  ],
  [
    "a callback without a password",
    { ...options, callbacks: [{ ...callback, password: "" }] },
    /callbacks\[0\]\.password must be a non-empty string/,
  ],
  [
    "two callbacks with the same address",
    { ...options, callbacks: [callback, callback] },
    /callbacks\[1\]\.url is a duplicate/,
  ],
  [
    "a whitelist that is a text",
    { ...options, callbackUris: "https://bank.example/" },
    /callbackUris must be a list/,
  ],
  [
    "a whitelist of host names",
    { ...options, callbackUris: ["bank.example"] },
    /callbackUris\[0\] must be an absolute/,
  ],
  ["hosts that are not a list", { ...options, hosts: "ts.example" }, /hosts must be a list/],
  ["geolocation that is not a boolean", { ...options, geolocation: 1 }, /geolocation must be a boolean/],
  ["enabled that is not a boolean", { ...options, enabled: "no" }, /enabled must be a boolean/],
  ["now that is not a function", { ...options, now: 0 }, /now must be a function/],
  ["locate that is not a function", { ...options, locate: "Utrecht" }, /locate must be a function/],
  ["fetch that is not a function", { ...options, fetch: "node-fetch" }, /fetch must be a function/],
  ["onCallback that is not a function", { ...options, onCallback: true }, /onCallback must be a function/],
  ["maxTransactions of 0", { ...options, maxTransactions: 0 }, /maxTransactions must be a whole number/],
  ["faults that are a list", { ...options, faults: [] }, /faults must be an object/],
  ["a wrong fault", { ...options, faults: { start: 7 } }, /faults\.start must be/],
];

suite("createTokenServer", () => {
  for (const [what, value, message] of wrong) {
    test(`names the option for ${what}`, () => {
      assert.throws(() => createTokenServer(value as TokenServerOptions), { name: "TypeError", message });
    });
  }

  test("accepts every option", () => {
    createTokenServer({
      types: [{ ...type, ttlSeconds: 0.5, defaultMessages: { en: "x".repeat(155) } }],
      clients: [{ ...client, mobileAuthentication: true }],
      callbacks: [callback],
      callbackUris: [callback.url],
      hosts: ["ts.example"],
      enabled: true,
      geolocation: true,
      templates: { en: "[message]" },
      faults: { delayMilliseconds: 0, callbacks: { lose: false, times: 1, delayMilliseconds: 0 } },
      maxTransactions: 1,
      now: Date.now,
      locate: () => undefined,
      fetch,
      onCallback: () => undefined,
    });
  });
});
