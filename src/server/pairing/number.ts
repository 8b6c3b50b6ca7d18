import type { Randomness } from "../runtime.js";
import type { SigningKeys } from "./signing-keys.js";

/** How many digits a number has. */
type Digits = 4 | 6;

/** Which number a code is for: that of one transaction of one attempt of one site. */
interface NumberOwner {
  readonly origin: string;
  readonly attempt: string;
  /** Random, one for each transaction: equal numbers must not have equal codes. */
  readonly nonce: string;
}

/** A random number, each equally likely, with its leading zeros. */
export function createNumber(digits: Digits, randomness: Randomness): string {
  const count = 10 ** digits;
  // Below a multiple of `count` each remainder is equally likely. What is above is drawn again.
  const bound = Math.floor(2 ** 24 / count) * count;
  for (;;) {
    const [high = 0, middle = 0, low = 0] = randomness.random(3);
    const drawn = (high << 16) | (middle << 8) | low;
    if (drawn < bound) return String(drawn % count).padStart(digits, "0");
  }
}

/** The stored code of a number. A store's reader cannot try all numbers without the key. */
export const signNumber = (keys: SigningKeys, owner: NumberOwner, number: string): Promise<string> =>
  keys.sign(parts(owner, number));

/** The codes that a number would have been stored with, by each key. */
export const numberCodes = (keys: SigningKeys, owner: NumberOwner, number: string): Promise<string[]> =>
  keys.codes(parts(owner, number));

const parts = ({ origin, attempt, nonce }: NumberOwner, number: string) => [
  "number/1",
  origin,
  attempt,
  nonce,
  number,
];

/**
 * The digits of a number as a person typed it, in any script's digits: white space, hyphens and invisible characters are
 * left out. Undefined unless it has exactly that many digits and nothing else.
 */
export function parseNumber(typed: string, digits: number): string | undefined {
  const characters = [...typed.replace(/[\p{White_Space}\p{Cf}\u002D\u2010\u2011]/gu, "")];
  if (characters.length !== digits || !characters.every((character) => isDigit(character))) return undefined;
  return characters.map((character) => digitOf(character)).join("");
}

const isDigit = (character: string): boolean => /^\p{Nd}$/u.test(character);

/** The value of a decimal digit: Unicode has the ten of a script in a row, zero first, and some scripts' side by side. */
function digitOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  let first = point;
  while (isDigit(String.fromCodePoint(first - 1))) first--;
  return (point - first) % 10;
}
