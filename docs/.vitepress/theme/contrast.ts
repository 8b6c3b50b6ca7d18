import {
  ColorSpace,
  contrastWCAG21,
  getColor,
  Lab,
  LCH,
  mix,
  OKLab,
  OKLCH,
  P3,
  type PlainColorObject,
  REC_2020,
  sRGB,
  sRGB_Linear,
  XYZ_D50,
  XYZ_D65,
} from "colorjs.io/fn";

// The spaces in which browsers give computed colours.
for (const space of [sRGB, sRGB_Linear, P3, REC_2020, Lab, LCH, OKLab, OKLCH, XYZ_D50, XYZ_D65])
  ColorSpace.register(space);

/** A colour as it looks on another one, which may show through. */
const over = (ground: PlainColorObject, colour: string): PlainColorObject => {
  const { alpha, ...opaque } = getColor(colour);
  return mix(ground, { ...opaque, alpha: 1 }, alpha ?? 0, { space: sRGB });
};

/**
 * The contrast of WCAG 2, from 1 to 21, of colours as `getComputedStyle` gives them.
 * @param behind what is behind the text, from the page to the nearest
 */
export function contrast(text: string, ...behind: string[]): number {
  const ground = behind.reduce(over, getColor("rgb(255, 255, 255)"));
  return contrastWCAG21(over(ground, text), ground);
}
