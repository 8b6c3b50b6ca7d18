import { scanRGBABuffer, ZBarConfigType, ZBarScanner, ZBarSymbolType } from "@undecaf/zbar-wasm";
import { readBarcodes } from "zxing-wasm/reader";
// Hands ZXing its WebAssembly from the package instead of the network.
import "../../../support/qr.js";

/** Pixels, four bytes each. */
export interface Picture {
  data: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
}

/** Reads every QR code in a picture, from its pixels alone. */
export type Reader = (picture: Picture) => Promise<string[]>;

/** ZXing as zxing-cpp has it. White on black is none of its business here: many phones read only black on white. */
const zxing: Reader = async ({ data, width, height }) => {
  const results = await readBarcodes(
    { data, width, height, colorSpace: "srgb" },
    {
      formats: ["QRCode"],
      tryHarder: true,
      tryInvert: false,
    },
  );
  return results.filter(({ isValid }) => isValid).map(({ text }) => text);
};

let scanner: Promise<ZBarScanner> | undefined;

/** ZBar, looking at every line, as its own command does. */
const zbar: Reader = async ({ data, width, height }) => {
  scanner ??= ZBarScanner.create().then((created) => {
    created.setConfig(ZBarSymbolType.ZBAR_NONE, ZBarConfigType.ZBAR_CFG_ENABLE, 0);
    created.setConfig(ZBarSymbolType.ZBAR_QRCODE, ZBarConfigType.ZBAR_CFG_ENABLE, 1);
    return created;
  });
  const symbols = await scanRGBABuffer(data.slice().buffer, width, height, await scanner);
  return symbols.map((symbol) => symbol.decode());
};

/** Two that share no code. */
export const readers = { zbar, ZXing: zxing } as const satisfies Record<string, Reader>;
export type ReaderName = keyof typeof readers;
export const readerNames = Object.keys(readers) as ReaderName[];
