import sharp from "sharp";

/** Pixels of four bytes each: red, green, blue and alpha. */
export interface Picture {
  width: number;
  height: number;
  data: Buffer;
}

/** A picture whose pixels are all transparent black. */
export const emptyPicture = (width: number, height: number): Picture => ({
  width,
  height,
  data: Buffer.alloc(width * height * 4),
});

/** Reads a screenshot, with or without alpha. */
export async function readPng(png: Uint8Array): Promise<Picture> {
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

export const writePng = ({ width, height, data }: Picture): Promise<Buffer> =>
  sharp(data, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
