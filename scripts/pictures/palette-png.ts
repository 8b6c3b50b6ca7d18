import sharp from "sharp";

/** A picture (PNG) with at most 256 colours, at less than half the size. */
export const withPalette = (png: Buffer): Promise<Buffer> =>
  sharp(png).png({ palette: true, dither: 0, effort: 10 }).toBuffer();
