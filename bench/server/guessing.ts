/**
 * Prints what an attacker gains over a year who relays codes and guesses the number on the phone, with the kit's own limits:
 * `node --import tsx bench/server/guessing.ts`. It measures nothing. docs/trust/threats.md has its output.
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { maxWrongNumbers } from "../../src/server/attempt/number-rule.js";
import { defaultLimits } from "../../src/server/defaults/limits.js";

const customers = 1_000_000;
/** Of the customers in a year: an assumption. No figure of a site is known here. */
const shares = [0.0001, 0.001, 0.01, 0.1];
const hoursPerYear = 24 * 365;

const { wrongNumbersPerUser } = defaultLimits;
if (wrongNumbersPerUser === false || wrongNumbersPerUser.seconds !== 3600)
  throw new Error("The sum takes a limit of wrong numbers an hour.");
const perHour = wrongNumbersPerUser.count;

/** The chance that one accepted code is guessed. The tries differ, and there is one number. */
const chanceOf = (digits: number, tries = maxWrongNumbers): number => tries / 10 ** digits;

/** The chance that at least one of so many codes is guessed. Each has a number of its own. */
const chanceOfAny = (codes: number, digits: number): number => 1 - (1 - chanceOf(digits)) ** codes;

/** The same for a victim who accepts all year without end: no more tries than the limit has in each hour. */
function mostChance(digits: number): number {
  const whole = Math.floor(perHour / maxWrongNumbers);
  const miss = (1 - chanceOf(digits)) ** whole * (1 - chanceOf(digits, perHour % maxWrongNumbers));
  return 1 - miss ** hoursPerYear;
}

const number = (value: number): string =>
  value.toLocaleString("en", value < 100 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 0 });
const percent = (value: number): string =>
  value > 0.995 && value < 1 ? "over 99.5 %" : `${number(value * 100)} %`;

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_cell, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column]!)).join("   ")).join("\n");
}

export function guessing(): string {
  const oneCustomer = [
    ["accepted codes", "4 digits", "6 digits", "no pairing"],
    ...[1, 4, 12, 52, 365].map((codes) => [
      number(codes),
      percent(chanceOfAny(codes, 4)),
      percent(chanceOfAny(codes, 6)),
      "100 %",
    ]),
    ["without end", percent(mostChance(4)), percent(mostChance(6)), "100 %"],
  ];
  const allCustomers = [
    ["who accept", "accepted codes", "4 digits", "6 digits", "no pairing", "any, 4 digits", "any, 6 digits"],
    ...shares.map((share) => {
      const codes = share * customers;
      return [
        percent(share),
        number(codes),
        number(codes * chanceOf(4)),
        number(codes * chanceOf(6)),
        number(codes),
        percent(chanceOfAny(codes, 4)),
        percent(chanceOfAny(codes, 6)),
      ];
    }),
  ];
  return `${maxWrongNumbers} tries of an accepted code, ${perHour} wrong numbers of a user in an hour

One customer, by the attacker's codes that they accept in a year: the chance that the attacker gets in
${aligned(oneCustomer)}

${number(customers)} customers, by the share that accepts one of the attacker's codes in a year:
accounts that the attacker is expected to get into, and the chance of at least one
${aligned(allCustomers)}
`;
}

if (resolve(process.argv[1] ?? "") === fileURLToPath(import.meta.url)) process.stdout.write(guessing());
