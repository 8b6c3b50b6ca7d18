import * as v from "valibot";
import { isObject } from "../../protocol/login-api.js";
import { numberThat, text, textThat } from "../../server/option-schema.js";
import { parseUrl } from "../../server/text/safe-url.js";

/*
 * Schemas for the values of settings. A flag or a variable is always a string. Each message completes "… must be {message}".
 * An option of the kit has the kit's own schema.
 */

/**
 * A setting that is an option of the kit, with the kit's default.
 *
 * @param expected by default the kit's words, without its quotation marks
 */
export const option = <Schema extends v.GenericSchema>(schema: Schema, expected = expectedBy(schema)) =>
  v.pipe(
    v.unknown(),
    v.rawTransform<unknown, v.InferOutput<Schema>>(({ dataset, addIssue, NEVER }) => {
      const { success, output } = v.safeParse(schema, dataset.value);
      if (success) return output;
      addIssue({ message: expected });
      return NEVER;
    }),
  );

/** No option may be null. */
const expectedBy = (schema: v.GenericSchema): string =>
  v.safeParse(schema, null).issues?.[0].message.replaceAll('"', "") ?? "";

const numberIn = (value: unknown): unknown =>
  typeof value === "string" && /^\d{1,9}(?:\.\d{1,3})?$/.test(value) ? Number(value) : value;

/** The same for an option that is a number. */
export const numberOption = <Schema extends v.GenericSchema>(schema: Schema) =>
  v.pipe(v.unknown(), v.transform(numberIn), option(schema));

export const pemFile = text("the path of a file in PEM");

export const oneOf = <const Choice extends string>(...choices: Choice[]) =>
  v.picklist(choices, choices.join(" or "));

/** A flag or a variable is a string. */
export const yesOrNo = v.pipe(
  v.unknown(),
  v.transform((value) => ({ true: true, false: false })[String(value)]),
  v.boolean("true or false"),
);

const settingThat = (isRight: (number: number) => boolean, expected: string) =>
  v.pipe(v.unknown(), v.transform(numberIn), numberThat(isRight, expected));

export const wholeNumber = (from: number, to: number) =>
  settingThat(
    (number) => Number.isInteger(number) && number >= from && number <= to,
    `a whole number from ${from} to ${to}`,
  );

export const port = wholeNumber(0, 65_535);

export const drainSeconds = settingThat(
  (number) => number >= 0 && number <= 3600,
  "a number of seconds, 0 for none and at most 3600",
);

/** A list: a string that is split, or in the file also an array. */
const listThat = (
  isRight: (values: string[]) => boolean,
  expected: string,
  split: (text: string) => string[],
) =>
  v.pipe(
    v.unknown(),
    v.transform((value) => (typeof value === "string" ? split(value) : value)),
    v.array(v.string(expected), expected),
    v.check(isRight, expected),
  );

const byCommas = (value: string): string[] => value.split(",").map((each) => each.trim());
const byLines = (value: string): string[] => value.split(/\r?\n/);
const byCommasOrLines = (value: string): string[] => value.split(/,|\r?\n/);

/** An option of the kit that is a list, separated by commas. */
export const listOption = (schema: v.GenericSchema, expected: string) =>
  listThat((values) => v.is(schema, values), expected, byCommas);

/** Separated by line breaks, because a secret made by another system may contain any other character. */
export const secretsOption = (schema: v.GenericSchema, expected: string) =>
  listThat((values) => v.is(schema, values), `${expected}, or two of them, one per line`, byLines);

export const redisAddress = textThat((value) => {
  const url = parseUrl(value);
  return url !== undefined && /^rediss?:$/.test(url.protocol) && url.hostname !== "";
}, "an address such as redis://localhost:6379, or rediss:// for TLS");

const parsedHost = (value: string): URL | undefined =>
  /[/?#\s]/.test(value) ? undefined : parseUrl(`redis://${value}`);

const hostsExpected = "with commas between: host:port, or host alone";

/** Addresses of some nodes of a cluster. */
export const redisNodes = listThat(
  (values) => values.map(parsedHost).every((url) => url?.hostname && url.username + url.password === ""),
  `addresses of nodes of a cluster, ${hostsExpected}. User, password and TLS are those of redis-url`,
  byCommas,
);

/** Addresses of Sentinels, which may have a user name and a password of their own, and then have the same. */
export const redisSentinels = v.pipe(
  listThat(
    (values) => values.every((value) => parsedHost(value)?.hostname),
    `addresses of Sentinels, ${hostsExpected}; where Sentinels ask for a password, user:password@host:port`,
    byCommas,
  ),
  v.check(
    (values) => new Set(values.map((value) => value.slice(0, value.lastIndexOf("@") + 1))).size === 1,
    "addresses of Sentinels with one user and password for all of them",
  ),
);

/** Without characters that cannot be in a header or a list. */
const isPlain = (value: string): boolean => /^[\x21-\x2b\x2d-\x7e]+$/.test(value);

const howToMake = "without spaces, such as the output of: openssl rand -base64 32";

/** Too long to be guessed. Two while the site's backend changes from one to the other. */
export const internalSecrets = listThat(
  (values) => [1, 2].includes(values.length) && values.every((value) => value.length >= 32 && isPlain(value)),
  `a string of at least 32 characters, ${howToMake}; or two of them, separated by a comma`,
  byCommasOrLines,
);

/** A pseudonym must not tell whose it is by trying out users and addresses. */
export const pseudonymKey = textThat(
  (value) => value.length >= 32 && isPlain(value),
  `a string of at least 32 characters, ${howToMake}`,
);

/** The first one signs. */
export const pairingKeys = (schema: v.GenericSchema) =>
  listThat(
    (keys) => v.is(schema, keys) && keys.every(isPlain),
    `one to 4 strings of at least 32 characters, separated by a comma, ${howToMake}`,
    byCommasOrLines,
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
export const object = v.custom<Record<string, unknown>>(isObject, "an object, in the file only");
