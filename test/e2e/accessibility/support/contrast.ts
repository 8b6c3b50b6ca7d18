import { PNG } from "pngjs";

/** Relative luminance as WCAG 2 has it. */
const luminance = (data: Buffer, at: number): number => {
  const [red = 0, green = 0, blue = 0] = [0, 1, 2].map((offset) => {
    const share = data[at + offset]! / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

/** How many pixels of two pictures (PNG) of the same place differ by that contrast at least. */
export function pixelsThatDiffer(before: Buffer, after: Buffer, contrast: number): number {
  const [one, other] = [PNG.sync.read(before), PNG.sync.read(after)];
  if (one.width !== other.width || one.height !== other.height) throw new Error("Not of the same place.");
  let count = 0;
  for (let at = 0; at < one.data.length; at += 4) {
    const [dark = 0, light = 0] = [luminance(one.data, at), luminance(other.data, at)].sort((a, b) => a - b);
    if ((light + 0.05) / (dark + 0.05) >= contrast) count++;
  }
  return count;
}
