import * as v from "valibot";
import { defaultPath } from "../protocol/login-api.js";
import { defaultLimits, type Limits } from "./defaults/limits.js";
import type { LoginKitOptions } from "./options.js";
import { pairingSchema } from "./pairing/pairing-options.js";
import { isSecretOption, type Secret } from "./token-server/secret.js";
import { isAddress, isOrigin, parseUrl } from "./text/safe-url.js";
import { defaultTimeouts, type Timeouts } from "./defaults/timeouts.js";

/* Each option has a schema. Its message says what is expected, and is part of the error that names the option. */

export const textThat = (isRight: (value: string) => boolean, expected: string) =>
  v.pipe(v.string(expected), v.check(isRight, expected));

export const numberThat = (isRight: (value: number) => boolean, expected: string) =>
  v.pipe(v.number(expected), v.check(isRight, expected));

export const text = (expected: string) => textThat((value) => value !== "", expected);

const origin = textThat(
  isOrigin,
  'an origin such as "https://www.example.com": https (http on loopback only), no path, no slash at the end',
);

/** A star for the first label. What follows is an origin by itself, and without a star. */
const originOrPattern = textThat(
  (value) =>
    isOrigin(value) ||
    (/^https:\/\/\*(?:\.[\w-]+)+(?::\d+)?$/.test(value) && isOrigin(value.replace("*", "a"))),
  'an origin such as "https://login.example.com", or for previews a pattern such as "https://*.preview.example.com": https, and "*" for the whole first label',
);

const address = (expected: string) =>
  textThat(isAddress, `${expected}: https (http on loopback only), without user, query, fragment or spaces`);

const callable = (expected: string) => v.custom((value) => typeof value === "function", expected);

const secret = (expected: string) => v.custom<Secret>(isSecretOption, expected);

const message = v.custom(
  (value) => typeof value === "string" || typeof value === "function",
  "a string, or a function that returns one",
);

const seconds = numberThat(
  (value) => value > 0 && value <= 86_400,
  "a number of seconds, more than 0 and at most 86400",
);

const count = numberThat((value) => Number.isSafeInteger(value) && value >= 1, "a whole number, at least 1");

/** A timer that is longer fires at once. */
const maxRateSeconds = 24 * 86_400;
const rateSeconds = numberThat(
  (value) => Number.isSafeInteger(value) && value >= 1 && value <= maxRateSeconds,
  `a whole number of seconds, from 1 to ${maxRateSeconds} (24 days)`,
);
const rate = v.union(
  [v.literal(false), v.strictObject({ count, seconds: rateSeconds })],
  `{ count, seconds }, two whole numbers from 1, the seconds up to ${maxRateSeconds} (24 days), or false`,
);
const waiting = v.union(
  [
    v.literal(false),
    v.strictObject({
      perAddress: v.optional(count, defaultLimits.waiting.perAddress),
      total: v.optional(count, defaultLimits.waiting.total),
    }),
  ],
  "{ perAddress, total }, whole numbers from 1, or false",
);
const countOrFalse = v.union([v.literal(false), count], "a whole number, at least 1, or false");

const limits = v.optional(
  v.strictObject(
    {
      startsPerAddress: v.optional(rate, defaultLimits.startsPerAddress),
      startsPerIpv6Prefix56: v.optional(rate),
      startsPerIpv6Prefix48: v.optional(rate),
      startsPerBrowser: v.optional(rate, defaultLimits.startsPerBrowser),
      waiting: v.optional(waiting, defaultLimits.waiting),
      streamsPerAttempt: v.optional(count, defaultLimits.streamsPerAttempt),
      streamsPerBrowser: v.optional(countOrFalse, defaultLimits.streamsPerBrowser),
      streamsPerNode: v.optional(countOrFalse, defaultLimits.streamsPerNode),
      tokenServerCalls: v.optional(rate, defaultLimits.tokenServerCalls),
      transactionsPerAttempt: v.optional(count, defaultLimits.transactionsPerAttempt),
      loginsPerAttempt: v.optional(count, defaultLimits.loginsPerAttempt),
      wrongNumbersPerUser: v.optional(rate, defaultLimits.wrongNumbersPerUser),
      wrongNumbersPerBrowser: v.optional(rate, defaultLimits.wrongNumbersPerBrowser),
      wrongUsersPerAddress: v.optional(rate, defaultLimits.wrongUsersPerAddress),
      bodyBytes: v.optional(count, defaultLimits.bodyBytes),
    } satisfies Record<keyof Limits, unknown>,
    "an object",
  ),
  {},
);

const timeouts = v.optional(
  v.strictObject(
    Object.fromEntries(
      Object.entries(defaultTimeouts).map(([name, value]) => [name, v.optional(seconds, value)]),
    ) as Record<keyof Timeouts, v.OptionalSchema<typeof seconds, number>>,
    "an object",
  ),
  {},
);

const storeMethods = ["create", "get", "compareAndSet", "findByTransaction", "subscribe"] as const;

const store = v.custom(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    storeMethods.every((method) => typeof (value as Record<string, unknown>)[method] === "function"),
  `an AttemptStore: an object with the methods ${storeMethods.join(", ")}`,
);

const path = textThat(
  (value) => /^(?:\/[\w.~-]+)+$/.test(value) && parseUrl(`http://a${value}`)?.pathname === value,
  'a path such as "/otp-login": a slash first and none at the end; letters, digits, "-", "_", "."',
);

const callback = v.pipe(
  v.strictObject(
    {
      uri: v.optional(address("the address of the callback")),
      username: v.optional(
        v.pipe(
          text("a string, together with callback.password"),
          v.check((name) => !name.includes(":"), "a string without a colon (RFC 7617 §2)"),
        ),
      ),
      password: v.optional(secret("a string, together with callback.username")),
    },
    "an object",
  ),
  v.forward(
    v.check(
      ({ username, password }) => username !== undefined || password === undefined,
      "a string, together with callback.password",
    ),
    ["username"],
  ),
  v.forward(
    v.check(
      ({ username, password }) => password !== undefined || username === undefined,
      "a string, together with callback.username",
    ),
    ["password"],
  ),
);

/** All options. */
export const optionSchema = v.strictObject(
  {
    origin,
    origins: v.optional(v.array(originOrPattern, "an array of origins"), []),
    apiOrigin: v.optional(origin),
    path: v.optional(path, defaultPath),
    tokenServer: v.strictObject(
      {
        url: v.pipe(
          address("the Token Server's address"),
          v.transform((url) => url.replace(/\/+$/, "")),
        ),
        clientId: text("the API client's id"),
        clientSecret: secret(
          "the API client's secret: a string, an array of two while it changes, or a function that returns either",
        ),
        clientAuthentication: v.optional(v.picklist(["basic", "body"], '"basic" or "body"'), "basic"),
        type: text("the name of the mobile authentication type"),
      },
      "an object with url, clientId, clientSecret and type",
    ),
    transport: v.optional(callable("a transport, such as nodeTransport of onegini-otp-login/node")),
    callback: v.optional(callback, {}),
    message: v.optional(message),
    maxMessageLength: v.optional(count, 155),
    pairing: v.optional(pairingSchema),
    signIn: v.optional(callable("a function that turns a login into a session")),
    handOver: v.optional(
      v.strictObject({ to: text('a path such as "/login/otp"') }, 'an object such as { to: "/login/otp" }'),
    ),
    store: v.optional(store),
    clientIp: v.optional(callable("a function (request, context)")),
    resultPolling: v.optional(seconds),
    onEvent: v.optional(callable("a function")),
    limits,
    timeouts,
  } satisfies Record<keyof LoginKitOptions, unknown>,
  "an object with origin, tokenServer and signIn or handOver",
);
