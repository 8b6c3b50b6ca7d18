import { readerNames } from "./readers.js";
import type { Tally } from "./renders.js";

const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(2)} %`;

/** All of some tallies as one. */
export const sum = (condition: string, tallies: readonly Tally[]): Tally => {
  const total = (of: (tally: Tally) => number) => tallies.reduce((result, tally) => result + of(tally), 0);
  return {
    condition,
    renders: total(({ renders }) => renders),
    read: { zbar: total(({ read }) => read.zbar), ZXing: total(({ read }) => read.ZXing) },
    exact: total(({ exact }) => exact),
    misses: tallies.flatMap(({ misses }) => misses),
  };
};

/** A line a condition: renders, what each reader read, what was exact to the module. */
export const table = (tallies: readonly Tally[]): string =>
  [
    `| condition | renders | ${readerNames.join(" | ")} | exact |`,
    `| --- | --- | ${readerNames.map(() => "---").join(" | ")} | --- |`,
    ...tallies.map(({ condition, renders, read, exact }) => {
      const reads = readerNames.map((name) => percent(read[name], renders));
      return `| ${condition} | ${renders} | ${reads.join(" | ")} | ${percent(exact, renders)} |`;
    }),
  ].join("\n");

/** Each render that went wrong, with what repeats it. */
export const missesOf = ({ misses }: Tally): string =>
  misses
    .map(
      ({ condition, seed, what, devicePixelRatio, width, css }) =>
        `${condition}, ${width} px at ${devicePixelRatio}×: ${what} (${seed})\n    ${css}`,
    )
    .join("\n");
