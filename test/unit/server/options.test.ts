import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createLoginKit, memoryStore } from "onegini-otp-login/server";
import { holds } from "../../support/until.js";
import { exampleOptions } from "./support/site.js";

const good = { ...exampleOptions, message: "Log in" };
const create = (changes: object): unknown => createLoginKit({ ...good, ...changes });
const ofTokenServer = (changes: object) => ({ tokenServer: { ...good.tokenServer, ...changes } });

const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    holds(error instanceof TypeError);
    return error.message;
  }
  return "nothing";
};

describe("wrong options", () => {
  const cases: [string, object, RegExp][] = [
    ["origin that is missing", { origin: undefined }, /"origin" is missing; expected an origin such as/],
    ["origin", { origin: 1 }, /"origin" is wrong; expected an origin such as/],
    ["origin with a path", { origin: "https://a.example/login" }, /"origin" is wrong/],
    ["origin with a slash", { origin: "https://a.example/" }, /"origin" is wrong.*no slash/],
    ["origin over http", { origin: "http://www.example.com" }, /"origin" is wrong.*https/],
    ["origin that looks like loopback", { origin: "http://127.0.0.1.evil.example" }, /"origin"/],
    ["origin with a star", { origin: "https://*.example.com" }, /"origin" is wrong/],
    ["origin null", { origin: "null" }, /"origin" is wrong/],
    ["one of origins", { origins: [good.origin, "example.com"] }, /"origins.1" is wrong/],
    ["origins", { origins: "https://a.example" }, /"origins" is wrong; expected an array/],
    ["apiOrigin", { apiOrigin: "https://a.example/" }, /"apiOrigin" is wrong; expected an origin/],
    ...[
      "https://login.example.org",
      "https://example.com.evil.org",
      "http://localhost:3000",
      "https://127.0.0.1",
    ].map((apiOrigin): [string, object, RegExp] => [
      `apiOrigin of another site, ${apiOrigin}`,
      { apiOrigin },
      /"apiOrigin" is wrong; expected an origin of the same site as "origin"/,
    ]),
    [
      "apiOrigin of another protocol",
      { origin: "http://localhost:3000", apiOrigin: "https://localhost:3001" },
      /"apiOrigin" is wrong; expected an origin of the same site/,
    ],
    [
      "apiOrigin of another address",
      { origin: "http://localhost:3000", apiOrigin: "http://127.0.0.1:3001" },
      /"apiOrigin" is wrong; expected an origin of the same site/,
    ],
    ...[
      "*",
      "https://*",
      "https://*.preview.example.com/",
      "https://*.preview.example.com/login",
      "http://*.preview.example.com",
      "http://*.localhost",
      "*.preview.example.com",
      "https://pr-*.example.com",
      "https://*preview.example.com",
      "https://**.example.com",
      "https://*.*.example.com",
      "https://a.*.example.com",
      "https://preview.*.com",
      "https://*..example.com",
      "https://*.example.com.",
      "https://*.Preview.example.com",
      "https://*.preview.example.com:443",
      "https://*.preview.example.com:*",
      "https://user@*.example.com",
      "https://*.127.0.0.1",
    ].map((pattern): [string, object, RegExp] => [
      `pattern ${pattern}`,
      { origins: [pattern] },
      /"origins.0" is wrong; expected an origin .*"https:\/\/\*\.preview\.example\.com"/,
    ]),
    ...(
      [
        ["https://www.example.com", "https://*.com"],
        ["https://www.example.com", "https://*.preview.example.org"],
        ["https://www.example.com", "https://www.other.com"],
        ["https://www.example.com", "https://*.notexample.com"],
        ["https://www.example.com", "https://*.example.com.evil.org"],
        ["https://www.example.co.uk", "https://*.co.uk"],
        ["https://www.example.co.uk", "https://*.preview.other.co.uk"],
        ["https://www.example.com.au", "https://*.com.au"],
        ["https://intranet", "https://*.intranet"],
        ["https://10.0.0.1", "https://*.preview.example.com"],
        ["http://localhost:3000", "https://*.preview.example.com"],
      ] as const
    ).map(([origin, pattern]): [string, object, RegExp] => [
      `${pattern} among the origins beside ${origin}`,
      { origin, origins: [origin, pattern] },
      /"origins.1" is wrong; expected an origin or a pattern of the same site/,
    ]),
    ["path", { path: "otp-login" }, /"path" is wrong; expected a path such as/],
    ["path with a slash at the end", { path: "/otp-login/" }, /"path" is wrong/],
    ["path that is only a slash", { path: "/" }, /"path" is wrong/],
    ["path with dots", { path: "/a/../b" }, /"path" is wrong/],
    ["path with a pattern", { path: "/:a/*" }, /"path" is wrong/],
    ["tokenServer", { tokenServer: undefined }, /"tokenServer" is missing; expected an object with url/],
    [
      "its url",
      ofTokenServer({ url: undefined }),
      /"tokenServer.url" is missing; expected the Token Server's/,
    ],
    [
      "its url over http",
      ofTokenServer({ url: "http://ts.example.com" }),
      /"tokenServer.url" is wrong.*https/,
    ],
    [
      "its url with a user",
      ofTokenServer({ url: "https://a:b@ts.example.com" }),
      /"tokenServer.url" is wrong/,
    ],
    [
      "its url with a query",
      ofTokenServer({ url: "https://ts.example.com?a" }),
      /"tokenServer.url" is wrong/,
    ],
    [
      "clientId",
      ofTokenServer({ clientId: "" }),
      /"tokenServer.clientId" is empty; expected the API client's id/,
    ],
    ["clientSecret", ofTokenServer({ clientSecret: undefined }), /"tokenServer.clientSecret" is missing/],
    [
      "clientAuthentication",
      ofTokenServer({ clientAuthentication: "jwt" }),
      /clientAuthentication" is wrong.*"basic"/,
    ],
    ["type", ofTokenServer({ type: undefined }), /"tokenServer.type" is missing; expected the name/],
    ["an option in the wrong place", { clientId: "a" }, /there is no option "clientId"/],
    ["a misspelt option", { orgin: "a" }, /there is no option "orgin"/],
    ["a misspelt option of tokenServer", ofTokenServer({ uri: "a" }), /there is no option "tokenServer.uri"/],
    ["callback.uri", { callback: { uri: "/callback" } }, /"callback.uri" is wrong; expected the address/],
    ["a user without a password", { callback: { username: "a" } }, /"callback.password" is missing/],
    [
      "a user with a colon, which no header can carry",
      { callback: { username: "a:b", password: "c" } },
      /"callback.username" is wrong.*colon/,
    ],
    ["a password without a user", { callback: { password: "a" } }, /"callback.username" is missing/],
    ["message", { message: 1 }, /"message" is wrong; expected a string, or a function/],
    ["a long message", { message: "x".repeat(156) }, /"message" is wrong; expected a string of 1 to 155/],
    [
      "a message that is longer than maxMessageLength",
      { message: "xxx", maxMessageLength: 2 },
      /"message" is wrong; expected a string of 1 to 2 characters/,
    ],
    ["maxMessageLength", { maxMessageLength: 0 }, /"maxMessageLength" is wrong/],
    ["an empty message", { message: "" }, /"message" is empty/],
    ["an empty origin", { origin: "" }, /"origin" is empty; expected an origin such as/],
    ["an empty url", ofTokenServer({ url: "" }), /"tokenServer.url" is empty; expected the Token Server's/],
    ["an empty secret", ofTokenServer({ clientSecret: "" }), /"tokenServer.clientSecret" is empty/],
    ["an empty password", { callback: { username: "a", password: "" } }, /"callback.password" is empty/],
    ["signIn", { signIn: undefined }, /"signIn" is missing; expected a function/],
    ["store", { store: {} }, /"store" is wrong; expected an AttemptStore: .*compareAndSet/],
    ["clientIp", { clientIp: "127.0.0.1" }, /"clientIp" is wrong; expected a function/],
    ["resultPolling", { resultPolling: 0 }, /"resultPolling" is wrong; expected a number of seconds/],
    ["resultPolling that is infinite", { resultPolling: Infinity }, /"resultPolling" is wrong/],
    ["onEvent", { onEvent: console }, /"onEvent" is wrong; expected a function/],
    ["a limit", { limits: { bodyBytes: 1.5 } }, /"limits.bodyBytes" is wrong; expected a whole number/],
    ["a timeout", { timeouts: { graceSeconds: "10" } }, /"timeouts.graceSeconds" is wrong/],
    [
      "a timeout of more than a day",
      { timeouts: { ticketSeconds: 1e300 } },
      /"timeouts.ticketSeconds" is wrong; expected a number of seconds, more than 0 and at most 86400/,
    ],
    ["an unknown timeout", { timeouts: { seconds: 1 } }, /there is no option "timeouts.seconds"/],
    ["transport", { transport: {} }, /"transport" is wrong; expected a transport/],
  ];
  for (const [name, changes, expected] of cases) {
    test(`${name}: the error names the option and says what is expected`, () => {
      const message = messageOf(() => create(changes));
      assert.match(message, /^createLoginKit: /);
      assert.match(message, expected);
      holds(!message.includes("undefined"), message);
    });
  }

  test("a kit without options says which it needs", () => {
    const message = /^createLoginKit: the options must be an object with origin, tokenServer/;
    assert.throws(() => createLoginKit(undefined as never), { name: "TypeError", message });
    assert.throws(() => createLoginKit({} as never), /"origin" is missing/);
  });

  test("no error contains a value, which may be a secret", () => {
    for (const value of [{ value: "hunter2" }, ["hunter2"], "hunter2"]) {
      for (const message of [
        messageOf(() => create(ofTokenServer({ clientSecret: value, url: value }))),
        messageOf(() => create({ callback: { password: value } })),
      ]) {
        assert.match(message, /expected/);
        assert.doesNotMatch(message, /hunter2/);
      }
    }
  });
});

describe("valid options", () => {
  for (const [name, changes] of [
    ["only the required ones", { message: undefined }],
    [
      "loopback over http",
      { origin: "http://localhost:3000", ...ofTokenServer({ url: "http://127.0.0.1:8080" }) },
    ],
    [
      "loopback by IPv6",
      { origin: "http://[::1]:3000", ...ofTokenServer({ url: "http://[::1]:8080/base/" }) },
    ],
    ["a subdomain of localhost", { origin: "http://app.localhost:3000" }],
    ["a message of 155 characters", { message: "😀".repeat(155) }],
    ["a longer message", { message: "x".repeat(300), maxMessageLength: 300 }],
    ["the site's own origin among the further", { origins: ["https://www.example.com"] }],
    ["a login API on another host of the site", { apiOrigin: "https://login.example.com" }],
    ["a login API on another port", { origin: "http://localhost:5173", apiOrigin: "http://localhost:3001" }],
    [
      "a login API beside a page in the United Kingdom",
      { origin: "https://www.example.co.uk", apiOrigin: "https://login.example.co.uk" },
    ],
    [
      "patterns of the site",
      { origins: ["https://*.preview.example.com", "https://*.example.com", "https://*.example.com:8443"] },
    ],
    [
      "a pattern of a site below a suffix of two labels",
      { origin: "https://example.co.uk", origins: ["https://*.preview.example.co.uk"] },
    ],
    ["undefined values", { path: undefined, store: undefined, limits: { bodyBytes: undefined } }],
    [
      "all",
      {
        origins: ["https://a.example.com"],
        apiOrigin: "https://login.example.com",
        path: "/api/v1/otp",
        callback: { uri: "https://www.example.com/hook", username: "a", password: "b" },
        message: () => "Hello",
        store: memoryStore(),
        clientIp: () => undefined,
        resultPolling: 2,
        onEvent: () => undefined,
        limits: { bodyBytes: 100 },
        timeouts: { graceSeconds: 1 },
        transport: () => Promise.reject(new Error("never called")),
        ...ofTokenServer({ clientAuthentication: "body" }),
      },
    ],
  ] as const) {
    test(`are ${name}`, () => holds(create(changes)));
  }
});
