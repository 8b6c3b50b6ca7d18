import { PNG } from "pngjs";

/** Turns a picture (PNG) by a quarter, clockwise. */
export function turn(png: Buffer): Buffer {
  const from = PNG.sync.read(png);
  const to = new PNG({ width: from.height, height: from.width });
  for (let y = 0; y < from.height; y++) {
    for (let x = 0; x < from.width; x++) {
      const source = (y * from.width + x) * 4;
      const target = (x * to.width + (from.height - 1 - y)) * 4;
      from.data.copy(to.data, target, source, source + 4);
    }
  }
  return PNG.sync.write(to);
}

/** A picture with nothing on it. */
export function blank(width: number, height: number): Buffer {
  const png = new PNG({ width, height });
  png.data.fill(0xdd);
  return PNG.sync.write(png);
}

/** A film of one still picture, as Chromium's fake camera plays it: YUV4MPEG2, in grey. */
export function filmOf(png: Buffer): Buffer {
  const { width, height, data } = PNG.sync.read(png);
  // The format wants even edges: the last column and row may be left off.
  const [w, h] = [width - (width % 2), height - (height % 2)];
  const luma = Buffer.alloc(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) luma[y * w + x] = data[(y * width + x) * 4] ?? 0;
  }
  const chroma = Buffer.alloc((w * h) / 2, 128);
  const head = Buffer.from(`YUV4MPEG2 W${w} H${h} F10:1 Ip A1:1 C420jpeg\n`);
  const frame = Buffer.from("FRAME\n");
  return Buffer.concat([head, frame, luma, chroma, frame, luma, chroma]);
}
