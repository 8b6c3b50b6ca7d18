import sharp from "sharp";

/**
 * A picture (PNG) with at most 256 colours, at less than half the size. As it is with `EXACT_PICTURES`, for a comparison: one
 * pixel more may change the whole palette.
 */
export const withPalette = async (png: Buffer): Promise<Buffer> =>
  process.env["EXACT_PICTURES"] ? png : sharp(png).png({ palette: true, dither: 0, effort: 10 }).toBuffer();
