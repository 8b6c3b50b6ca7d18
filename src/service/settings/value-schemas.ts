import * as v from "valibot";
import { isLoopback } from "../process/loopback.js";

/* Schemas for the values of settings. Each message completes "… must be {message}". A flag or a variable is always a string. */

const textThat = (isRight: (text: string) => boolean, expected: string) =>
  v.pipe(v.string(expected), v.check(isRight, expected));

export const text = (expected: string) => textThat((value) => value !== "", expected);

export const oneOf = <const Choice extends string>(...choices: Choice[]) =>
  v.picklist(choices, choices.join(" or "));

const numberThat = (pattern: RegExp, isRight: (number: number) => boolean, expected: string) =>
  v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(pattern), v.transform(Number))], expected),
    v.check(isRight, expected),
  );

export const wholeNumber = (from: number, to: number) =>
  numberThat(
    /^\d{1,9}$/,
    (number) => Number.isInteger(number) && number >= from && number <= to,
    `a whole number from ${from} to ${to}`,
  );

export const port = wholeNumber(0, 65_535);

export const seconds = numberThat(
  /^\d{1,9}(?:\.\d{1,3})?$/,
  (number) => number > 0 && number <= 86_400,
  "a number of seconds, more than 0 and at most 86400",
);

export const drainSeconds = numberThat(
  /^\d{1,9}(?:\.\d{1,3})?$/,
  (number) => number >= 0 && number <= 3600,
  "a number of seconds, 0 for none and at most 3600",
);

/** A list: a string with commas, or in the file also an array. */
export const listOf = (element: v.GenericSchema<string>, expected: string) =>
  v.pipe(
    v.union(
      [
        v.array(v.string()),
        v.pipe(
          v.string(),
          v.transform((value) => value.split(",").map((each) => each.trim())),
        ),
      ],
      expected,
    ),
    v.check((values) => values.every((each) => v.is(element, each)), expected),
  );

const parseUrl = (value: string): URL | undefined => (URL.canParse(value) ? new URL(value) : undefined);

/** Cookies and secrets are sent over https, or over http that does not leave the machine. */
const isSafe = (url: URL | undefined): url is URL =>
  url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));

/** Node's `URL` accepts a star in a host name. */
const isOrigin = (value: string): boolean =>
  isSafe(parseUrl(value)) && parseUrl(value)?.origin === value && !value.includes("*");

export const origin = textThat(
  isOrigin,
  "an origin such as https://www.example.com: https (http on loopback only), no path, no slash at the end",
);

/** An origin or a pattern. The kit checks whether a pattern belongs to the site of `origin`. */
export const originOrPattern = textThat(
  (value) => isOrigin(value) || isOrigin(value.replace("https://*.", "https://a.")),
  "an origin such as https://login.example.com, or a pattern such as https://*.preview.example.com",
);

export const address = textThat((value) => {
  const url = parseUrl(value);
  return isSafe(url) && url.username === "" && url.password === "" && !/[?#\s]/.test(value);
}, "an address: https (http on loopback only), without user, query or fragment");

export const redisAddress = textThat((value) => {
  const url = parseUrl(value);
  return url !== undefined && /^rediss?:$/.test(url.protocol) && url.hostname !== "";
}, "an address such as redis://localhost:6379, or rediss:// for TLS");

const parsedHost = (value: string): URL | undefined =>
  /[/?#\s]/.test(value) ? undefined : parseUrl(`redis://${value}`);

const hostsExpected = "with commas between: host:port, or host alone";

/** Addresses of some nodes of a cluster. */
export const redisNodes = listOf(
  textThat((value) => {
    const url = parsedHost(value);
    return url !== undefined && url.hostname !== "" && url.username === "" && url.password === "";
  }, ""),
  `addresses of nodes of a cluster, ${hostsExpected}. User, password and TLS are those of redis-url`,
);

/** Addresses of Sentinels, which may have a user name and a password of their own, and then have the same. */
export const redisSentinels = v.pipe(
  listOf(
    textThat((value) => (parsedHost(value)?.hostname ?? "") !== "", ""),
    `addresses of Sentinels, ${hostsExpected}; where Sentinels ask for a password, user:password@host:port`,
  ),
  v.check(
    (values) => new Set(values.map((value) => value.slice(0, value.lastIndexOf("@") + 1))).size === 1,
    "addresses of Sentinels with one user and password for all of them",
  ),
);

/** One secret, or two while the other side changes from one to the other. In the file it may be an array. */
const oneOrTwo = (isRight: (text: string) => boolean, expected: string, separator: RegExp) =>
  v.pipe(
    v.union(
      [
        v.array(v.string()),
        v.pipe(
          v.string(),
          v.transform((value) => value.split(separator)),
        ),
      ],
      expected,
    ),
    v.check((values) => (values.length === 1 || values.length === 2) && values.every(isRight), expected),
  );

/** Separated by line breaks, because a secret made by another system may contain any other character. */
export const secrets = (expected: string) =>
  oneOrTwo((value) => value !== "", `${expected}, or two of them, one per line`, /\r?\n/);

const minSecretBytes = 32;

/** Too long to be guessed, and without characters that cannot be in a header or a list. */
const isLongSecret = (value: string): boolean =>
  value.length >= minSecretBytes && /^[\x21-\x2b\x2d-\x7e]+$/.test(value);

export const internalSecrets = oneOrTwo(
  isLongSecret,
  `a string of at least ${minSecretBytes} characters, without spaces, such as the output of: openssl rand -base64 32; or two of them, separated by a comma`,
  /,|\r?\n/,
);

const maxPairingKeys = 4;

const pairingKeysExpected = `one to ${maxPairingKeys} strings of at least ${minSecretBytes} characters, without spaces, separated by a comma, such as the output of: openssl rand -base64 32`;

/** The first one signs. */
export const pairingKeys = v.pipe(
  v.union(
    [
      v.array(v.string()),
      v.pipe(
        v.string(),
        v.transform((value) => value.split(/,|\r?\n/)),
      ),
    ],
    pairingKeysExpected,
  ),
  v.check(
    (keys) => keys.length <= maxPairingKeys && keys.length > 0 && keys.every(isLongSecret),
    pairingKeysExpected,
  ),
);

/** How many digits the number has. */
export const fourOrSix = v.pipe(
  numberThat(/^\d$/, (number) => number === 4 || number === 6, "4 or 6"),
  v.transform((number) => (number === 6 ? 6 : 4)),
);

export const hostToListenAt = textThat(
  (value) => /^[\w.:%-]+$/.test(value),
  "an address of this machine such as 127.0.0.1, or 0.0.0.0 for all of them",
);

/** One string, or in the file one for each language. */
export const message = v.union(
  [
    v.pipe(v.string(), v.nonEmpty()),
    v.pipe(
      v.record(v.pipe(v.string(), v.regex(/^[a-z]{2,3}$/)), v.pipe(v.string(), v.nonEmpty())),
      v.check((texts) => Object.keys(texts).length > 0),
    ),
  ],
  "a string; in the file also an object with one for each language, such as { en: …, nl: … }",
);

/** An object whose content the kit checks. */
export const object = v.pipe(
  v.record(v.string(), v.unknown(), "an object, in the file only"),
  v.check((value) => !Array.isArray(value), "an object, in the file only"),
);
