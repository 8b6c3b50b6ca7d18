import encoder from "qrcode/lib/core/qrcode.js";

/** A QR code as one path, in modules, with its quiet zone around it. */
export interface QrSymbol {
  /** Modules a side, the quiet zone included. */
  size: number;
  /** The dark modules, as SVG path data. */
  path: string;
}

const quietZone = 4;

/**
 * Encodes a text at error level L: a screen does not tear, and fewer modules are larger ones.
 * @throws Error if the text is longer than a QR code holds
 */
export function encode(text: string): QrSymbol {
  // Byte mode throughout: base64 gains nothing from others, and the best mix of them takes long to find.
  const { modules } = encoder.create([{ data: text, mode: "byte" }], { errorCorrectionLevel: "L" });
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
