import { decode, encode } from "fast-png";

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

/** Reads a screenshot: eight bits a channel, with or without alpha. */
export function readPng(png: Uint8Array): Picture {
  const { width, height, data, depth, channels, palette } = decode(png);
  if (depth !== 8 || channels < 3 || palette)
    throw new Error("It is not a PNG as a browser's screenshot is.");
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (channels === 4) return { width, height, data: bytes };
  const picture = emptyPicture(width, height);
  picture.data.fill(255);
  for (let from = 0, to = 0; from < bytes.length; to += 4) {
    picture.data[to] = bytes[from++]!;
    picture.data[to + 1] = bytes[from++]!;
    picture.data[to + 2] = bytes[from++]!;
  }
  return picture;
}

export const writePng = ({ width, height, data }: Picture): Buffer =>
  Buffer.from(encode({ width, height, data, depth: 8, channels: 4 }));
