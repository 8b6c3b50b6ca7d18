/** The tables of docs/theming.md: what a site can style or fill in, as the element's manifest has it. */
import { pictures, type Callout } from "./pictures/callouts.js";

interface Styled {
  name: string;
  description: string;
  /** Of properties alone. */
  default?: string;
  syntax?: string;
}

interface Styling {
  cssProperties: Styled[];
  cssParts: Styled[];
  slots: Styled[];
}

/** What the element's docstring says of its properties, parts and slots, from the text of `custom-elements.json`. */
export const stylingIn = (manifest: string): Styling =>
  (JSON.parse(manifest) as { modules: { declarations: ({ tagName?: string } & Styling)[] }[] }).modules
    .flatMap(({ declarations }) => declarations)
    .find(({ tagName }) => tagName === "onegini-otp-login")!;

/** The names that the pictures point at, as they have them: a property without its `onegini-otp-login-`. */
export const namesInPictures: ReadonlySet<string> = new Set(
  Object.values<readonly Callout[]>(pictures).flatMap((callouts) => callouts.map(({ name }) => name)),
);

export const shortName = (name: string): string => name.replace("onegini-otp-login-", "");

/** The marks of the pictures, by those names: letters of properties and slots, numbers of parts. */
export function legendOf({ cssProperties, cssParts, slots }: Styling): ReadonlyMap<string, string> {
  const pointedAt = (list: Styled[]): string[] =>
    list.map(({ name }) => shortName(name)).filter((name) => namesInPictures.has(name));
  return new Map([
    ...pointedAt([...cssProperties, ...slots]).map(
      (name, at) => [name, String.fromCharCode("A".charCodeAt(0) + at)] as const,
    ),
    ...pointedAt(cssParts).map((name, at) => [name, String(at + 1)] as const),
  ]);
}

/** "The card's corners." is "the card's corners"; where no value of CSS is the default, it is told behind "Default:". */
const cellsOf = (description: string): string[] =>
  description
    .replace(/\.$/, "")
    .split(". Default: ")
    .map((text) => text.charAt(0).toLowerCase() + text.slice(1));

/** A table, aligned as Prettier aligns it. */
export function tableOf(rows: string[][]): string {
  const widths = rows[0]!.map((_head, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const [head, ...body] = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)));
  const line = widths.map((width) => "-".repeat(width));
  return [head!, line, ...body].map((row) => `| ${row.join(" | ")} |\n`).join("");
}

/** The table of this name. A dash in place of a mark says that no picture points at it. */
export function stylingTable(wanted: string | undefined, manifest: string): string {
  const styling = stylingIn(manifest);
  const { cssProperties, cssParts, slots } = styling;
  const isColour = ({ syntax }: Styled): boolean => syntax === "<color>";
  const ofProperties = ["property", "letter", "what", "default"];
  const tables: Record<string, [head: string[], list: Styled[]]> = {
    colours: [ofProperties, cssProperties.filter(isColour)],
    "other-properties": [ofProperties, cssProperties.filter((each) => !isColour(each))],
    parts: [["part", "no.", "what"], cssParts],
    slots: [["slot", "letter", "what"], slots],
  };
  const [head, list] = tables[wanted ?? ""] ?? [];
  if (!head || !list) throw new Error(`custom-elements.json has no table "${wanted}"`);
  const legend = legendOf(styling);
  const rows = list.map(({ name, description, default: value }) => {
    const [what = "", byDefault = ""] = cellsOf(description);
    const mark = legend.get(shortName(name)) ?? "–";
    return [`\`${name}\``, mark, what, value === undefined ? byDefault : `\`${value}\``].slice(
      0,
      head.length,
    );
  });
  return tableOf([head, ...rows]);
}
