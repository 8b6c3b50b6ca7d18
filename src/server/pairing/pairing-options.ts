import * as v from "valibot";
import type { PairingOptions } from "../options.js";
import { atEachUse } from "../token-server/secret.js";

const maxKeys = 4;
const minKeyCharacters = 32;

const expectedKeys = `one to ${maxKeys} strings of at least ${minKeyCharacters} characters each`;

const expectedDays = "a number of days from 0 to 400";

const areKeys = (value: unknown): value is readonly string[] =>
  Array.isArray(value) &&
  value.length >= 1 &&
  value.length <= maxKeys &&
  value.every((key) => typeof key === "string" && [...key].length >= minKeyCharacters);

const callable = (expected: string) => v.custom((value) => typeof value === "function", expected);

/** What is expected of each member. */
export const pairingSchema = v.strictObject(
  {
    keys: v.custom<PairingOptions["keys"]>(
      (value) => typeof value === "function" || areKeys(value),
      `an array of ${expectedKeys}, or a function that returns one`,
    ),
    when: v.optional(
      v.picklist(["unknown-browsers", "always"], '"unknown-browsers" or "always"'),
      "unknown-browsers",
    ),
    digits: v.optional(v.picklist([4, 6], "4 or 6"), 4),
    rememberDays: v.optional(
      v.pipe(v.number(expectedDays), v.minValue(0, expectedDays), v.maxValue(400, expectedDays)),
      180,
    ),
    unnumbered: v.optional(v.picklist(["refuse", "allow"], '"refuse" or "allow"'), "refuse"),
    remember: v.optional(callable("a function")),
    knownSince: v.optional(callable("a function")),
  },
  "an object with keys",
);

/** @param options the site's own, because the schema loses the types of functions */
export function pairingSettings<Context>(
  { keys, when, digits, rememberDays, unnumbered }: v.InferOutput<typeof pairingSchema>,
  { remember, knownSince }: PairingOptions<Context>,
) {
  const mustReturn = `"pairing.keys" must return an array of ${expectedKeys}, and at once`;
  return {
    keys: atEachUse(keys, areKeys, mustReturn),
    when,
    digits,
    rememberDays,
    unnumbered,
    remember,
    knownSince,
  };
}
