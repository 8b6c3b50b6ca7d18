import { mkdirSync, writeFileSync } from "node:fs";
import { median } from "./figures.js";

/** Bars under a common heading. */
export interface Group {
  heading?: string;
  bars: readonly Bar[];
}

/** The median of `values` as a bar. */
interface Bar {
  label: string;
  values: readonly number[];
  isOurs: boolean;
}

/** A bar of what we measure, in the accent colour. */
export const ourBar = (label: string, values: readonly number[]): Bar => ({ label, values, isOurs: true });

/** A bar of what we compare ourselves with, in grey. */
export const theirBar = (label: string, values: readonly number[]): Bar => ({ label, values, isOurs: false });

/** The element's colours (docs/theming.md): a picture does not know the page's. */
const palettes = {
  light: { surface: "#FFFFFF", text: "#15181E", ours: "#1F4FD1", theirs: "#7C8594" },
  dark: { surface: "#17191F", text: "#F1F3F6", ours: "#8FB0FF", theirs: "#7B8494" },
} as const;

/** In px. Figures stand behind their bars, in what is left of the width. */
const size = { width: 680, padding: 16, labels: 200, bars: 340, row: 28, bar: 18, heading: 34 };

const format = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/**
 * Draws a comparison as two pictures in docs/images/performance, for light pages and for dark ones.
 * @param name of the files, without `-light.svg` and `-dark.svg`
 */
export function writeChart(name: string, unit: string, ...groups: readonly Group[]): void {
  mkdirSync("docs/images/performance", { recursive: true });
  for (const [scheme, colours] of Object.entries(palettes))
    writeFileSync(`docs/images/performance/${name}-${scheme}.svg`, picture(groups, unit, colours));
}

function picture(
  groups: readonly Group[],
  unit: string,
  colours: (typeof palettes)["light" | "dark"],
): string {
  const longest = Math.max(...groups.flatMap(({ bars }) => bars.map(({ values }) => median(values))));
  const lines: string[] = [];
  let y = size.padding;
  const text = (x: number, anchor: "start" | "end", words: string, weight = 400): string =>
    `<text x="${x}" y="${y + size.bar / 2}" text-anchor="${anchor}" font-weight="${weight}">${words}</text>`;
  for (const { heading, bars } of groups) {
    if (heading !== undefined) {
      lines.push(text(size.padding, "start", heading, 600));
      y += size.heading - (size.row - size.bar) / 2;
    }
    for (const { label, values, isOurs } of bars) {
      const value = median(values);
      const length = Math.round((value / longest) * size.bars);
      const barX = size.padding + size.labels;
      lines.push(
        text(barX - 12, "end", label),
        `<rect x="${barX}" y="${y}" width="${length}" height="${size.bar}" rx="3" fill="${isOurs ? colours.ours : colours.theirs}"/>`,
        text(barX + length + 8, "start", `${format.format(value)} ${unit}`),
      );
      y += size.row;
    }
    y += size.row / 2;
  }
  const height = y - size.row / 2 - (size.row - size.bar) + size.padding;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${height}" width="${size.width}" height="${height}" font-family="system-ui, sans-serif" font-size="14" dominant-baseline="central" fill="${colours.text}">
<rect width="100%" height="100%" rx="10" fill="${colours.surface}"/>
${lines.join("\n")}
</svg>
`;
}
