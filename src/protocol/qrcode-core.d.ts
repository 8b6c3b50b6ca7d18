/** The encoder alone, without the package's renderers and command line. */
declare module "qrcode/lib/core/qrcode.js" {
  interface BitMatrix {
    /** Modules a side, without the quiet zone. */
    size: number;
    /** Row by row, 1 for a dark module. */
    data: Uint8Array;
  }
  interface Options {
    errorCorrectionLevel: "L" | "M" | "Q" | "H";
    /** Default: the one with the lowest penalty. */
    maskPattern: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;
  }
  /** @throws Error if the text is longer than a QR code holds */
  export function create(
    segments: { data: string; mode: "byte" }[],
    options: Options,
  ): { modules: BitMatrix };
}
