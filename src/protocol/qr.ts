import { create } from "qrcode/lib/core/qrcode.js";

/** A QR code as one path, in modules, with its quiet zone around it. */
export interface QrSymbol {
  /** Modules a side, the quiet zone included. */
  size: number;
  /** The dark modules, as SVG path data. */
  path: string;
}

const quietZone = 4;

/**
 * Always the same mask. An OTP is random, so no mask is better than another for readers (measured on blurred, noisy and
 * tilted pictures), and the search for the best of eight takes most of the encoding's time.
 */
const maskPattern = 0;

/** The width of the code's place at its widest, and the space around the code in it, both sides together; CSS pixels. */
export const fullWidth = 310;
export const margin = 16;
export const minPixelsPerModule = 4;

/** The edge of one module at full width, in CSS pixels: whole, so that server and element draw the code in the same place. */
export const modulePixelsAtFullWidth = (modules: number): number =>
  Math.max(Math.floor((fullWidth - margin) / modules), minPixelsPerModule);

/**
 * Encodes a text at error level L: a screen does not get damaged as paper does, and with fewer modules each one is larger.
 * @throws Error if the text is longer than a QR code holds
 */
export function encode(text: string): QrSymbol {
  // Byte mode throughout: base64 gains nothing from others, and the best mix of them takes long to find.
  // The package's build knows only this mode, level L and mask 0: to change one, change `build/qrcode/` too.
  const { modules } = create([{ data: text, mode: "byte" }], {
    errorCorrectionLevel: "L",
    maskPattern,
  });
  const { size, data } = modules;
  let path = "";
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const start = x;
      while (x < size && data[y * size + x]) x++;
      if (x > start) path += `M${start + quietZone} ${y + quietZone}h${x - start}v1h${start - x}z`;
    }
  return { size: size + 2 * quietZone, path };
}
