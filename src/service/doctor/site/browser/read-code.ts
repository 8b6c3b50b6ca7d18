import { PNG } from "pngjs";
import decodeQr from "qr/decode.js";

/** Whether a QR code can be read from the screen, and the edge of its modules there, in CSS pixels. */
export type ReadCode = { isReadable: true; modulePixels: number } | { isReadable: false };

/** The text of a code is a secret: it does not leave this function. */
export function readCode(png: Buffer): ReadCode {
  const { width, height, data } = PNG.sync.read(png);
  let edge = 0;
  let modules = Infinity;
  try {
    decodeQr(
      { width, height, data },
      {
        timeLimit: 2000,
        pointsOnDetect: ({ bounds: [first, second] }) =>
          void (edge = Math.hypot(second.x - first.x, second.y - first.y)),
        imageOnResult: (image) => void (modules = image.width),
      },
    );
    return { isReadable: true, modulePixels: edge / modules };
  } catch {
    return { isReadable: false };
  }
}
