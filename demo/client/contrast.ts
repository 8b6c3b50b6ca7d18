import {
  A98RGB,
  ColorSpace,
  type ColorTypes,
  contrastWCAG21,
  getColor,
  inGamut,
  Lab,
  LCH,
  mix,
  OKLab,
  OKLCH,
  P3,
  parse,
  ProPhoto,
  REC_2020,
  serialize,
  sRGB,
  sRGB_Linear,
  to,
  XYZ_D50,
  XYZ_D65,
} from "colorjs.io/fn";

// Those in which a browser states a computed colour.
const spaces = [sRGB, sRGB_Linear, OKLab, OKLCH, Lab, LCH, P3, A98RGB, ProPhoto, REC_2020, XYZ_D50, XYZ_D65];
for (const space of spaces) ColorSpace.register(space);

export type Scheme = "light" | "dark";

/** What a colour becomes that is not one by itself, such as `inherit` or `var(--unknown)`. */
const surroundings = "rgba(1, 2, 3, 0)";

/**
 * Computes a CSS colour, such as `light-dark(#000, #fff)` or a `color-mix()`, as the browser does in a page of this colour
 * scheme, whatever style sheets a page has. Null if it is no colour by itself.
 */
export function computedColour(value: string, scheme: Scheme, page = document): string | null {
  const around = page.createElement("span");
  const probe = page.createElement("span");
  around.hidden = true;
  around.style.setProperty("color", surroundings, "important");
  probe.style.setProperty("color-scheme", scheme, "important");
  probe.style.setProperty("forced-color-adjust", "none", "important");
  probe.style.setProperty("color", value, "important");
  if (probe.style.color === "") return null;
  around.append(probe);
  page.body.append(around);
  const { color } = page.defaultView!.getComputedStyle(probe);
  around.remove();
  return color === surroundings ? null : color;
}

/** A colour as a screen can show it: within Rec. 2020, the widest space of screens. */
function onScreen(colour: ColorTypes): ColorTypes {
  if (inGamut(colour, REC_2020)) return colour;
  const { coords, alpha } = to(colour, REC_2020);
  const clipped = coords.map((share) => Math.min(Math.max(share ?? 0, 0), 1)) as typeof coords;
  return { space: REC_2020, coords: clipped, alpha };
}

/** A colour as it looks on another one, which may show through. */
const over = (ground: ColorTypes, colour: string): ColorTypes => {
  const { alpha, ...opaque } = getColor(colour);
  return mix(ground, { ...opaque, alpha: 1 }, alpha ?? 0, { space: sRGB });
};

/**
 * The contrast of WCAG 2, from 1 to 21, of colours as `getComputedStyle` gives them.
 * @param behind what is behind the text, from the page to the nearest; each may show what is behind it
 */
export function contrast(text: string, ...behind: string[]): number {
  const ground = behind.reduce<ColorTypes>(over, getColor("rgb(255, 255, 255)"));
  return contrastWCAG21(onScreen(over(ground, text)), onScreen(ground));
}

/** A CSS colour as `#rrggbb`, the only form that a colour picker knows; without its alpha. Null if it is invalid. */
export function hexColour(value: string, scheme: Scheme): string | null {
  const computed = computedColour(value, scheme);
  if (computed === null) return null;
  const colour = to(parse(computed), sRGB);
  return serialize({ ...colour, alpha: 1 }, { format: "hex", collapse: false });
}
