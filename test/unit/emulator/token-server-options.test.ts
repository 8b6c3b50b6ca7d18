import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createTokenServer, type TokenServerOptions } from "onegini-otp-login/emulator";
import { options } from "./support.js";

const type = { name: "qr-code" };
const client = { id: "bank", secret: "bank-secret" };
const callback = { url: "https://bank.example/callback", username: "u", password: "p" };

const but = (more: object) => ({ ...options, ...more });
const ofType = (more: object) => but({ types: [{ ...type, ...more }] });
const ofCallback = (more: object) => but({ callbacks: [{ ...callback, ...more }] });

const wrong: [string, unknown, RegExp][] = [
  ["no options at all", undefined, /options must be an object/],
  ["a misspelt option", but({ type: [] }), /options\.type is unknown; expected one of types, /],
  ["no types", { clients: [client] }, /types must be a list/],
  ["an empty list of types", but({ types: [] }), /types must not be empty/],
  ["a type that is a text", but({ types: ["qr-code"] }), /types\[0\] must be an object/],
  ["a type without a name", but({ types: [{ name: "" }] }), /types\[0\]\.name must be a non-empty string/],
  [
    "two types with the same name",
    but({ types: [type, type] }),
    /types\[1\]\.name is a duplicate: "qr-code"/,
  ],
  ["a misspelt member of a type", ofType({ ttl: 5 }), /types\[0\]\.ttl is unknown/],
  ["no time to live", ofType({ ttlSeconds: 0 }), /types\[0\]\.ttlSeconds must be/],
  ["a time to live that is a text", ofType({ ttlSeconds: "60" }), /types\[0\]\.ttlSeconds must be/],
  ["a time to live that is not a number", ofType({ ttlSeconds: NaN }), /ttlSeconds must be/],
  [
    "an unknown language",
    ofType({ defaultMessages: { es: "x" } }),
    /types\[0\]\.defaultMessages\.es is unknown; expected one of en, nl, fr, de/,
  ],
  [
    "an empty default message",
    ofType({ defaultMessages: { nl: "" } }),
    /types\[0\]\.defaultMessages\.nl must be a non-empty string/,
  ],
  [
    "a long default message",
    ofType({ defaultMessages: { nl: "x".repeat(156) } }),
    /defaultMessages\.nl must have at most 155/,
  ],
  [
    "a template without the message",
    but({ templates: { nl: "Device: [browser]" } }),
    /templates\.nl must be a string that contains \[message\]/,
  ],
  ["no clients", { types: [type] }, /clients must be a list/],
  ["an empty list of clients", but({ clients: [] }), /clients must not be empty/],
  [
    "a client without an id",
    but({ clients: [{ secret: "x" }] }),
    /clients\[0\]\.id must be a non-empty string/,
  ],
  [
    "a client without a secret",
    but({ clients: [client, { id: "shop" }] }),
    /clients\[1\]\.secret must be a non-empty string/,
  ],
  ["two clients with the same id", but({ clients: [client, client] }), /clients\[1\]\.id is a duplicate/],
  [
    "a scope that is not a boolean",
    but({ clients: [{ ...client, mobileAuthentication: 1 }] }),
    /clients\[0\]\.mobileAuthentication must be a boolean/,
  ],
  ["callbacks that are not a list", but({ callbacks: callback }), /callbacks must be a list/],
  [
    "a callback with a relative address",
    ofCallback({ url: "/callback" }),
    /callbacks\[0\]\.url must be an absolute/,
  ],
  [
    "a colon in a user name",
    ofCallback({ username: "a:b" }),
    /callbacks\[0\]\.username must not contain a colon/,
  ],
  [
    "a callback without a password",
    ofCallback({ password: "" }),
    /callbacks\[0\]\.password must be a non-empty string/,
  ],
  [
    "two callbacks with the same address",
    but({ callbacks: [callback, callback] }),
    /callbacks\[1\]\.url is a duplicate/,
  ],
  [
    "a whitelist that is a text",
    but({ callbackUris: "https://bank.example/" }),
    /callbackUris must be a list/,
  ],
  [
    "a whitelist of host names",
    but({ callbackUris: ["bank.example"] }),
    /callbackUris\[0\] must be an absolute/,
  ],
  ["hosts that are not a list", but({ hosts: "ts.example" }), /hosts must be a list/],
  ["geolocation that is not a boolean", but({ geolocation: 1 }), /geolocation must be a boolean/],
  ["enabled that is not a boolean", but({ enabled: "no" }), /enabled must be a boolean/],
  ["now that is not a function", but({ now: 0 }), /now must be a function/],
  ["locate that is not a function", but({ locate: "Utrecht" }), /locate must be a function/],
  ["fetch that is not a function", but({ fetch: "node-fetch" }), /fetch must be a function/],
  ["onCallback that is not a function", but({ onCallback: true }), /onCallback must be a function/],
  ["maxTransactions of 0", but({ maxTransactions: 0 }), /maxTransactions must be a whole number/],
  ["faults that are a list", but({ faults: [] }), /faults must be an object/],
  ["a wrong fault", but({ faults: { start: 7 } }), /faults\.start must be/],
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
