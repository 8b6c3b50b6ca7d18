import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** The figures of the benches that docs/performance.md compares in bars. `bench/charts.ts` draws them. */
export const resultsFile = "bench/results.json";

export interface Bar {
  name: string;
  value: number;
  /** Of this package, and not of what it is compared with. */
  isOurs: boolean;
}

/** Figures that were measured in the same run, in turns. */
export interface Comparison {
  /** How often each was measured: a value is the median. */
  rounds: number;
  bars: readonly Bar[];
}

export type ChartName = "first-code" | "known";

/** The comparisons of each chart, by what they have in common, such as the network. */
export type Results = Partial<Record<ChartName, Record<string, Comparison>>>;

export const readResults = (): Results =>
  existsSync(resultsFile) ? (JSON.parse(readFileSync(resultsFile, "utf8")) as Results) : {};

/** Writes a comparison into the file, in the place of the one of an earlier run. */
export function record(chart: ChartName, of: string, comparison: Comparison): void {
  const results = readResults();
  results[chart] = { ...results[chart], [of]: comparison };
  writeFileSync(resultsFile, `${JSON.stringify(results, null, 2)}\n`);
}
