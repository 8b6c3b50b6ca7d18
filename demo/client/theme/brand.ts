import { getColor, OKLCH, serialize, sRGB, to, toGamut } from "colorjs.io/fn";
import { contrast, type Scheme } from "../contrast.js";
import { prefix } from "./theme.js";

const hexOf = (lightness: number, chroma: number | null, hue: number | null): string => {
  const colour = toGamut({ space: OKLCH, coords: [lightness, chroma, hue], alpha: 1 }, { space: sRGB });
  return serialize(to(colour, sRGB), { format: "hex", collapse: false });
};

/**
 * A colour as `#rrggbb` with at least this contrast on each of the grounds: its OKLCH lightness moves as little as it must, its
 * hue stays. Black or white, if the grounds allow no more.
 */
export function readable(colour: string, least: number, ...grounds: readonly string[]): string {
  const [lightness, chroma, hue] = to(getColor(colour), OKLCH).coords;
  const lowest = (each: string): number => Math.min(...grounds.map((ground) => contrast(each, ground)));
  let good = lowest("#000000") > lowest("#ffffff") ? 0 : 1;
  let bad = lightness ?? 0;
  const same = hexOf(bad, chroma, hue);
  if (lowest(same) >= least) return same;
  for (let step = 0; step < 12; step++) {
    const middle = (good + bad) / 2;
    if (lowest(hexOf(middle, chroma, hue)) >= least) good = middle;
    else bad = middle;
  }
  return hexOf(good, chroma, hue);
}

/** White, or else a dark tone of the accent. */
function onAccent(accent: string, least: number): string {
  if (contrast("#ffffff", accent) >= least) return "#ffffff";
  const [, chroma, hue] = to(getColor(accent), OKLCH).coords;
  return readable(hexOf(0.2, Math.min(chroma ?? 0, 0.05), hue), least, accent);
}

/** What the accent is drawn on. */
export type Grounds = Readonly<Record<Scheme, readonly string[]>>;

/** The card's own surface and the square in it, in light and in dark. */
export const ownGrounds: Grounds = { light: ["#ffffff", "#f3f5f8"], dark: ["#17191f", "#20242c"] };

/**
 * The element's accent colours from a site's brand colour, for light and dark pages.
 * @param brand a colour as `getComputedStyle` gives it, or `#rrggbb`
 * @param least the contrast of words. Controls and the focus have it too, and need 3
 */
export function brandValues(
  brand: string,
  grounds: Grounds = ownGrounds,
  least = 4.5,
): Record<string, string> {
  const light = readable(brand, least, ...grounds.light);
  const dark = readable(brand, least, ...grounds.dark);
  const pair = (one: string, other: string): string => (one === other ? one : `light-dark(${one}, ${other})`);
  return {
    [`${prefix}accent`]: pair(light, dark),
    [`${prefix}on-accent`]: pair(onAccent(light, least), onAccent(dark, least)),
    // The dialog is white on dark pages, too.
    [`${prefix}dialog-accent`]: readable(brand, least, "#ffffff"),
  };
}
