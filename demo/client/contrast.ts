import {
  A98RGB,
  ColorSpace,
  type ColorTypes,
  contrastWCAG21,
  inGamut,
  Lab,
  LCH,
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
 * scheme. Null if it is no colour by itself.
 */
export function computedColour(value: string, scheme: Scheme): string | null {
  const around = document.createElement("span");
  const probe = document.createElement("span");
  around.hidden = true;
  around.style.color = surroundings;
  probe.style.colorScheme = scheme;
  probe.style.color = value;
  if (probe.style.color === "") return null;
  around.append(probe);
  document.body.append(around);
  const { color } = getComputedStyle(probe);
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

/**
 * The contrast of two CSS colours by WCAG 2, from 1 to 21. Null if one of them is invalid or not opaque: then the contrast
 * depends on what is behind it.
 */
export function contrast(one: string, other: string, scheme: Scheme): number | null {
  const [first, second] = [one, other].map((value) => {
    const computed = computedColour(value, scheme);
    const colour = computed === null ? null : parse(computed);
    return colour?.alpha === 1 ? onScreen(colour) : null;
  });
  return first && second ? contrastWCAG21(first, second) : null;
}

/** A CSS colour as `#rrggbb`, the only form that a colour picker knows; without its alpha. Null if it is invalid. */
export function hexColour(value: string, scheme: Scheme): string | null {
  const computed = computedColour(value, scheme);
  if (computed === null) return null;
  const colour = to(parse(computed), sRGB);
  return serialize({ ...colour, alpha: 1 }, { format: "hex", collapse: false });
}
