import { median } from "../../figures.js";

/** Figures of two things that were measured in turns, pair by pair. */
interface Pairs {
  what: string;
  ours: readonly number[];
  theirs: readonly number[];
  /** What the median of the ratios may be at most. Undefined: there is no bound. */
  atMost?: number;
  /** It must be less than that. Default: it may be equal. */
  isStrict?: boolean;
}

/** Prints the median of the pairs' ratios beside its bound. Makes the process fail if the bound is missed. */
export function compare({ what, ours, theirs, atMost, isStrict = false }: Pairs): void {
  const ratio = median(ours.map((value, index) => value / (theirs[index] ?? NaN)));
  const isMet = atMost === undefined || (isStrict ? ratio < atMost : ratio <= atMost);
  const bound = atMost === undefined ? "" : `  ${isStrict ? "<" : "≤"} ${atMost}  ${isMet ? "OK" : "MISSED"}`;
  console.log(`  ${what.padEnd(44)} ${ratio.toFixed(2).padStart(6)}${bound}`);
  if (!isMet) process.exitCode = 1;
}

/** Prints the median, the smallest and the largest of some figures. */
export function describe(what: string, unit: string, values: readonly number[]): void {
  const digits = (value: number): string => value.toFixed(0).padStart(6);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  console.log(`  ${what.padEnd(24)}${digits(median(values))} ${unit}  (${digits(least)} to ${digits(most)})`);
}
