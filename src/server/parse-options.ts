import * as v from "valibot";
import { defaultPath } from "../protocol/login-api.js";
import { memoryStore } from "./attempt/memory-store.js";
import { socketAddress } from "./http/client-ip.js";
import { defaultLimits, type Limits } from "./limits/limits.js";
import type { CallbackCredentials, LoginKitOptions, Message, SignIn } from "./options.js";
import type { Runtime } from "./runtime.js";
import type { AttemptStore } from "./attempt/attempt-store.js";
import { defaultTimeouts, type Timeouts } from "./timeouts.js";
import { fetchTransport, type Transport } from "./token-server/transport.js";
import type { TokenServerSettings } from "./token-server/token-server-client.js";

/** The options, parsed and with their defaults. */
export interface Config<Context> {
  origin: string;
  /** Further origins, without the site's own. */
  origins: readonly string[];
  path: string;
  tokenServer: TokenServerSettings;
  transport: Transport;
  callbackCredentials: CallbackCredentials | undefined;
  message: Message<Context> | undefined;
  signIn: SignIn<Context>;
  store: AttemptStore;
  clientIp: (request: Request, context: Context) => string | undefined;
  /** Milliseconds between two result calls while somebody watches; infinite if off. */
  resultPollingMs: number;
  onEvent: LoginKitOptions["onEvent"];
  limits: Limits;
  timeouts: Timeouts;
}

/** @throws TypeError that names the first option that is missing, wrong or unknown, and says what is expected */
export function parseOptions<Context>(options: LoginKitOptions<Context>, runtime: Runtime): Config<Context> {
  const parsed = parse(options);
  const { origin, path, tokenServer, callback } = parsed;
  const { username, password } = callback;
  // The schema does not change functions, but it loses their types.
  const { message, signIn, clientIp, onEvent, store, transport } = options;
  return {
    origin,
    origins: parsed.origins.filter((further) => further !== origin),
    path,
    tokenServer: {
      ...tokenServer,
      callbackUri: callback.uri ?? `${origin}${path}/callback`,
      timeoutMs: parsed.timeouts.tokenServerSeconds * 1000,
    },
    transport: transport ?? fetchTransport,
    callbackCredentials:
      username !== undefined && password !== undefined ? { username, password } : undefined,
    message: message === undefined ? undefined : checkedMessage(message),
    signIn,
    store: store ?? memoryStore(() => runtime.now()),
    clientIp: clientIp ?? socketAddress,
    resultPollingMs: (parsed.resultPolling ?? Infinity) * 1000,
    onEvent,
    limits: parsed.limits,
    timeouts: parsed.timeouts,
  };
}

/** The vendor's limit for `message`. */
const maxMessageCharacters = 155;
const isMessage = (text: unknown): text is string =>
  typeof text === "string" && text !== "" && [...text].length <= maxMessageCharacters;

/** Checks what the site's function returns, so that the site's log names the cause, and not the Token Server's error. */
function checkedMessage<Context>(message: string | Message<Context>): Message<Context> {
  if (typeof message === "string") return () => message;
  return async (request, context) => {
    const text: unknown = await message(request, context);
    if (isMessage(text)) return text;
    throw new TypeError(`"message" must return 1 to ${maxMessageCharacters} characters`);
  };
}

/* Each option has a schema. Its message says what is expected, and stands in the error that names the option. */

const text = (expected: string) => v.pipe(v.string(expected), v.nonEmpty(expected));

const isLoopback = (hostname: string): boolean =>
  /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);

const parseUrl = (value: string): URL | undefined => (URL.canParse(value) ? new URL(value) : undefined);

/** Secrets are sent over https, or over http to the same machine. */
const isSafe = (url: URL | undefined): url is URL =>
  url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));

const origin = (() => {
  const expected =
    'an origin such as "https://www.example.com": https (http on loopback only), no path, no slash at the end';
  return v.pipe(
    v.string(expected),
    v.check((value) => isSafe(parseUrl(value)) && parseUrl(value)?.origin === value, expected),
  );
})();

const address = (what: string) => {
  const expected = `${what}: https (http on loopback only), without user, query or fragment`;
  return v.pipe(
    v.string(expected),
    v.check((value) => {
      const url = parseUrl(value);
      return isSafe(url) && url.username === "" && url.password === "" && !/[?#]/.test(value);
    }, expected),
  );
};

const callable = (expected: string) => v.custom((value) => typeof value === "function", expected);

const message = v.custom(
  (value) => typeof value === "function" || isMessage(value),
  `a text of 1 to ${maxMessageCharacters} characters, or a function (request, context) that returns one`,
);

const seconds = (() => {
  const expected = "a number of seconds, more than 0";
  return v.pipe(v.number(expected), v.finite(expected), v.gtValue(0, expected));
})();

const count = (() => {
  const expected = "a whole number, at least 1";
  return v.pipe(v.number(expected), v.safeInteger(expected), v.minValue(1, expected));
})();

const rate = v.union(
  [v.literal(false), v.strictObject({ count, seconds: count })],
  "{ count, seconds }, two whole numbers from 1, or false",
);
const countOrFalse = v.union([v.literal(false), count], "a whole number, at least 1, or false");

const limits = v.optional(
  v.strictObject(
    {
      startsPerAddress: v.optional(rate, defaultLimits.startsPerAddress),
      startsPerBrowser: v.optional(rate, defaultLimits.startsPerBrowser),
      streamsPerAttempt: v.optional(count, defaultLimits.streamsPerAttempt),
      streamsPerBrowser: v.optional(countOrFalse, defaultLimits.streamsPerBrowser),
      streamsPerNode: v.optional(countOrFalse, defaultLimits.streamsPerNode),
      tokenServerCalls: v.optional(rate, defaultLimits.tokenServerCalls),
      transactionsPerAttempt: v.optional(count, defaultLimits.transactionsPerAttempt),
      bodyBytes: v.optional(count, defaultLimits.bodyBytes),
    } satisfies Record<keyof Limits, unknown>,
    "an object",
  ),
  {},
);

const timeouts = v.optional(
  v.strictObject(
    {
      tokenServerSeconds: v.optional(seconds, defaultTimeouts.tokenServerSeconds),
      graceSeconds: v.optional(seconds, defaultTimeouts.graceSeconds),
      silenceSeconds: v.optional(seconds, defaultTimeouts.silenceSeconds),
      claimSeconds: v.optional(seconds, defaultTimeouts.claimSeconds),
      repeatSeconds: v.optional(seconds, defaultTimeouts.repeatSeconds),
      signInSeconds: v.optional(seconds, defaultTimeouts.signInSeconds),
      keepAliveSeconds: v.optional(seconds, defaultTimeouts.keepAliveSeconds),
      pollSeconds: v.optional(seconds, defaultTimeouts.pollSeconds),
      returnSeconds: v.optional(seconds, defaultTimeouts.returnSeconds),
      memorySeconds: v.optional(seconds, defaultTimeouts.memorySeconds),
    } satisfies Record<keyof Timeouts, unknown>,
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

const path = (() => {
  const expected =
    'a path such as "/otp-login": a slash first and none at the end; letters, digits, "-", "_", "."';
  return v.pipe(
    v.string(expected),
    v.check(
      (value) => /^(?:\/[\w.~-]+)+$/.test(value) && parseUrl(`http://a${value}`)?.pathname === value,
      expected,
    ),
  );
})();

const callback = v.pipe(
  v.strictObject(
    {
      uri: v.optional(address("the address of the callback")),
      username: v.optional(
        v.pipe(
          text("a text, together with callback.password"),
          v.check((name) => !name.includes(":"), "a text without a colon (RFC 7617 §2)"),
        ),
      ),
      password: v.optional(text("a text, together with callback.username")),
    },
    "an object",
  ),
  v.forward(
    v.check(
      ({ username, password }) => username !== undefined || password === undefined,
      "a text, together with callback.password",
    ),
    ["username"],
  ),
  v.forward(
    v.check(
      ({ username, password }) => password !== undefined || username === undefined,
      "a text, together with callback.username",
    ),
    ["password"],
  ),
);

const schema = v.strictObject(
  {
    origin,
    origins: v.optional(v.array(origin, "an array of origins"), []),
    path: v.optional(path, defaultPath),
    tokenServer: v.strictObject(
      {
        url: v.pipe(
          address("the Token Server's address"),
          v.transform((url) => url.replace(/\/+$/, "")),
        ),
        clientId: text("the API client's id"),
        clientSecret: text("the API client's secret"),
        clientAuthentication: v.optional(v.picklist(["basic", "body"], '"basic" or "body"'), "basic"),
        type: text("the name of the mobile authentication type"),
      },
      "an object with url, clientId, clientSecret and type",
    ),
    transport: v.optional(callable("a transport, such as nodeTransport of onegini-otp-login/node")),
    callback: v.optional(callback, {}),
    message: v.optional(message),
    signIn: callable("a function that turns a login into a session"),
    store: v.optional(store),
    clientIp: v.optional(callable("a function (request, context)")),
    resultPolling: v.optional(seconds),
    onEvent: v.optional(callable("a function")),
    limits,
    timeouts,
  } satisfies Record<keyof LoginKitOptions, unknown>,
  "an object with origin, tokenServer and signIn",
);

function parse(value: unknown): v.InferOutput<typeof schema> {
  const { success, output, issues } = v.safeParse(schema, value, { abortEarly: true, abortPipeEarly: true });
  if (success) return output;
  const [issue] = issues;
  const name = v.getDotPath(issue);
  const isUnknown = issue.type === "strict_object" && issue.expected === "never";
  throw new TypeError(
    name === null
      ? `createLoginKit: the options must be ${issue.message}`
      : isUnknown
        ? `createLoginKit: there is no option "${name}"`
        : `createLoginKit: "${name}" is ${isMissing(value, issue) ? "missing" : "wrong"}; expected ${expectation(issue)}`,
  );
}

/** valibot reports a missing option at the object around it; the option's own schema says what was expected. */
function expectation(issue: v.BaseIssue<unknown>): string {
  if (issue.type !== "strict_object") return issue.message;
  let at: unknown = schema;
  for (const { key } of issue.path ?? []) {
    at = (at as { entries?: Record<string, unknown> }).entries?.[String(key)];
  }
  return (at as { message?: string } | undefined)?.message ?? issue.message;
}

function isMissing(value: unknown, { path }: v.BaseIssue<unknown>): boolean {
  let at = value;
  for (const { key } of path ?? []) at = (at as Record<string, unknown> | undefined)?.[String(key)];
  return at === undefined;
}
