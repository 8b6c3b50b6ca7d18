/** A figure's bound: of the figure itself, or of its ratio to the baseline's. */
export interface Bound {
  of: "figure" | "ratio";
  relation: "≤" | "≥";
  value: number;
}

/**
 * One figure, measured once or several times. `bare`: the same figure of the baseline in the same run. `baseline`: its name, by
 * default "bare node:http".
 */
export interface Figure {
  what: string;
  unit: string;
  values: readonly number[];
  bare?: readonly number[];
  baseline?: string;
  bounds: readonly Bound[];
}

/** Prints a figure beside its baseline and its bounds, and makes the process fail if one of them is missed. */
export function conclude({ what, unit, values, bare, baseline = "bare node:http", bounds }: Figure): void {
  const figure = median(values);
  const ratio = bare ? figure / median(bare) : NaN;
  console.log(`${what}: ${describe(values)}${unit}`);
  if (bare)
    console.log(`  ${baseline}: ${describe(bare)}${unit}; the figure is ${ratio.toFixed(2)} times that`);
  for (const { of, relation, value } of bounds) {
    const actual = of === "ratio" ? ratio : figure;
    const isMet = relation === "≤" ? actual <= value : actual >= value;
    console.log(
      `  ${relation} ${value}${of === "ratio" ? " times the baseline" : unit}: ${isMet ? "OK" : "MISSED"}`,
    );
    if (!isMet) process.exitCode = 1;
  }
}

/** The median; of several values also the smallest and the largest. */
function describe(values: readonly number[]): string {
  if (values.length === 1) return digits(median(values));
  return `${digits(median(values))} (median of ${values.length}: ${digits(Math.min(...values))} to ${digits(Math.max(...values))})`;
}

const digits = (value: number): string => value.toFixed(value < 100 ? 1 : 0);

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** The smallest value that at least this share of the values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/** Runs a task for each index below `count`, at most `atATime` at once. */
export async function eachOf(
  count: number,
  atATime: number,
  task: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: atATime }, async () => {
      while (next < count) await task(next++);
    }),
  );
}

/** Like `eachOf`. Returns how many tasks were done per second. */
export async function perSecond(
  count: number,
  atATime: number,
  task: (index: number) => Promise<unknown>,
): Promise<number> {
  const beganAt = performance.now();
  await eachOf(count, atATime, task);
  return count / ((performance.now() - beganAt) / 1000);
}
