/** `npm run bench:charts`: draws the bars of docs/performance.md from the figures that the benches have written. */
import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readResults, type Bar, type ChartName, type Comparison, type Results } from "./results.js";

const charts: Readonly<Record<ChartName, { title: string; unit: string }>> = {
  "first-code": { title: "Until the first code can be scanned", unit: " ms" },
  known: { title: "From “done” until the page knows it", unit: " ms" },
};

const schemes = {
  light: { text: "#15181e", quiet: "#4b5563", ours: "#1f4fd1", other: "#9aa3b2" },
  dark: { text: "#f1f3f6", quiet: "#b3bac5", ours: "#8fb0ff", other: "#6b7280" },
};

const width = 420;
const lineHeight = 22;
const barHeight = 12;

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

type Scheme = (typeof schemes)[keyof typeof schemes];

/** A title, and below it each comparison with its bars. All bars of a chart have the same scale. */
function draw(name: ChartName, comparisons: Record<string, Comparison>, scheme: Scheme): string {
  const { title, unit } = charts[name];
  const largest = Math.max(
    ...Object.values(comparisons).flatMap(({ bars }) => bars.map(({ value }) => value)),
  );
  const parts: string[] = [];
  let y = 0;
  const line = (text: string, style: string): void => {
    y += lineHeight;
    parts.push(`<text x="0" y="${y - 6}" ${style}>${escaped(text)}</text>`);
  };
  const bar = ({ name: label, value, isOurs }: Bar): void => {
    line(label, `fill="${scheme.text}"`);
    const figure = `${value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString("en")}${unit}`;
    parts.push(`<text x="${width}" y="${y - 6}" text-anchor="end" fill="${scheme.text}">${figure}</text>`);
    const length = Math.max(1, (value / largest) * width).toFixed(1);
    const fill = isOurs ? scheme.ours : scheme.other;
    parts.push(`<rect x="0" y="${y}" width="${length}" height="${barHeight}" rx="3" fill="${fill}"/>`);
    y += barHeight + 4;
  };
  line(title, `fill="${scheme.text}" font-weight="600" font-size="15"`);
  for (const [of, { rounds, bars }] of Object.entries(comparisons)) {
    y += 8;
    const runs = rounds === 1 ? "one round" : `medians of ${rounds} rounds`;
    line(`${of}, ${runs}`, `fill="${scheme.quiet}"`);
    bars.forEach(bar);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + 4}" width="${width}" height="${y + 4}" font-family="system-ui, sans-serif" font-size="13">\n${parts.join("\n")}\n</svg>\n`;
}

/** The pictures, by their paths. */
export function drawCharts(results: Results): Map<string, string> {
  const pictures = new Map<string, string>();
  for (const [name, comparisons] of Object.entries(results))
    for (const [scheme, colours] of Object.entries(schemes))
      pictures.set(`docs/performance/${name}-${scheme}.svg`, draw(name as ChartName, comparisons, colours));
  return pictures;
}

if (resolve(process.argv[1] ?? "") === fileURLToPath(import.meta.url)) {
  mkdirSync("docs/performance", { recursive: true });
  for (const [file, picture] of drawCharts(readResults())) writeFileSync(file, picture);
}
