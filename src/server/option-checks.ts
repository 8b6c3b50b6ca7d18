import * as v from "valibot";
import { defaultBounds } from "./bounds.js";

/** What each option must be, in the words of the error that names it. */

const text = (expected: string) => v.pipe(v.string(expected), v.nonEmpty(expected));

const isLoopback = (hostname: string): boolean =>
  /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);

function parseUrl(value: string): URL | undefined {
  try {
    return new URL(value);
  } catch {
    return undefined;
  }
}

/** An address to which secrets can be sent: https, or http that does not leave the machine. */
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

const callable = (expected: string) =>
  v.custom<(...args: never[]) => unknown>((value) => typeof value === "function", expected);

const message = (() => {
  const expected = "a text of 1 to 155 characters, or a function (request, context) that returns one";
  return v.union(
    [
      v.pipe(
        v.string(),
        v.check((value) => value !== "" && [...value].length <= 155, expected),
      ),
      callable(expected),
    ],
    expected,
  );
})();

const seconds = (expected = "a number of seconds, more than 0") =>
  v.pipe(v.number(expected), v.finite(expected), v.gtValue(0, expected));

const count = (() => {
  const expected = "a whole number, at least 1";
  return v.pipe(v.number(expected), v.safeInteger(expected), v.minValue(1, expected));
})();

const bounds = v.strictObject(
  Object.fromEntries(
    Object.keys(defaultBounds).map((name) => [
      name,
      v.optional(name.endsWith("Seconds") ? seconds() : count),
    ]),
  ),
  "an object",
);

const limits = (() => {
  const expected = "{ count, seconds }, two whole numbers from 1, or false";
  const rate = v.union([v.literal(false), v.strictObject({ count, seconds: count })], expected);
  const most = v.union([v.literal(false), count], "a whole number, at least 1, or false");
  return v.strictObject(
    {
      startsPerAddress: v.optional(rate),
      startsPerBrowser: v.optional(rate),
      streamsPerBrowser: v.optional(most),
      streamsPerNode: v.optional(most),
      questions: v.optional(rate),
    },
    "an object",
  );
})();

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

const options = v.strictObject(
  {
    origin,
    origins: v.optional(v.array(origin, "an array of origins")),
    path: v.optional(path),
    tokenServer: v.strictObject(
      {
        url: address("the Token Server's address"),
        clientId: text("the API client's id"),
        clientSecret: text("the API client's secret"),
        clientAuthentication: v.optional(v.picklist(["basic", "body"], '"basic" or "body"')),
        type: text("the name of the mobile authentication type"),
      },
      "an object with url, clientId, clientSecret and type",
    ),
    callback: v.optional(callback),
    message: v.optional(message),
    signIn: callable("a function that turns a login into a session"),
    store: v.optional(store),
    clientIp: v.optional(callable("a function (request, context)")),
    resultPolling: v.optional(seconds()),
    onEvent: v.optional(callable("a function")),
    bounds: v.optional(bounds),
    limits: v.optional(limits),
  },
  "an object with origin, tokenServer and signIn",
);

/** @throws TypeError that names the first option that is missing, wrong or unknown, and says what is expected */
export function checkOptions(value: unknown): void {
  const { success, issues } = v.safeParse(options, value, { abortEarly: true, abortPipeEarly: true });
  if (success) return;
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

/** A missing option is the mistake of the object around it; what was expected is said by its own schema. */
function expectation(issue: v.BaseIssue<unknown>): string {
  if (issue.type !== "strict_object") return issue.message;
  let schema: unknown = options;
  for (const { key } of issue.path ?? []) {
    schema = (schema as { entries?: Record<string, unknown> }).entries?.[String(key)];
  }
  return (schema as { message?: string }).message ?? issue.message;
}

function isMissing(value: unknown, { path }: v.BaseIssue<unknown>): boolean {
  let at = value;
  for (const { key } of path ?? []) at = (at as Record<string, unknown> | undefined)?.[String(key)];
  return at === undefined;
}
