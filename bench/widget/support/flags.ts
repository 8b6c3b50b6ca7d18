import { parseArgs } from "node:util";
import { conditions, type Condition } from "./conditions.js";

/** The flags of a bench. */
interface Flags {
  rounds: number;
  conditions: readonly Condition[];
  /** A quick check that the bench runs. Its figures mean nothing. */
  isSmoke: boolean;
  /** All conditions are measured: the figures are shown in docs/performance.md. */
  isWhole: boolean;
}

/** `--rounds N`; `--only TEXT`: only the conditions with this in their name; `--smoke`: one round of the first one. */
export function readFlags(defaultRounds: number): Flags {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: String(defaultRounds) },
      only: { type: "string", default: "" },
      smoke: { type: "boolean", default: false },
    },
  });
  if (values.smoke) return { rounds: 1, conditions: conditions.slice(0, 1), isSmoke: true, isWhole: false };
  const rounds = Number(values.rounds);
  const chosen = conditions.filter(({ name }) => name.includes(values.only));
  if (!(rounds >= 1) || chosen.length === 0)
    throw new Error("--rounds takes a number, --only part of a condition's name.");
  const isWhole = chosen.length === conditions.length;
  return { rounds, conditions: chosen, isSmoke: false, isWhole };
}
