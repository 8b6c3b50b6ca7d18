import sharp from "sharp";

interface Difference {
  /** How many pixels differ. */
  changed: number;
  /** The two pictures, and the changed pixels black, side by side (PNG). */
  picture: Buffer;
}

/** Compares two pictures, by their paths. A smaller one ends in white. */
export async function compare(before: string, after: string): Promise<Difference> {
  const paths = [before, after];
  const sizes = await Promise.all(paths.map((path) => sharp(path).metadata()));
  const [width, height] = [
    Math.max(...sizes.map((size) => size.width)),
    Math.max(...sizes.map((size) => size.height)),
  ];
  const [old, now] = await Promise.all(
    paths.map((path, at) =>
      sharp(path)
        .flatten({ background: "#fff" })
        .extend({
          right: width - sizes[at]!.width,
          bottom: height - sizes[at]!.height,
          background: "#fff",
        })
        .toColourspace("srgb")
        .raw()
        .toBuffer(),
    ),
  );
  const marks = Buffer.alloc(width * height * 3, 255);
  let changed = 0;
  for (let at = 0; at < marks.length; at += 3) {
    if (old!.compare(now!, at, at + 3, at, at + 3) === 0) continue;
    marks.fill(0, at, at + 3);
    changed++;
  }
  const raw = { width, height, channels: 3 } as const;
  const picture = await sharp({ create: { ...raw, width: 3 * width, background: "#fff" } })
    .composite([old!, now!, marks].map((input, at) => ({ input, raw, left: at * width, top: 0 })))
    .png()
    .toBuffer();
  return { changed, picture };
}
