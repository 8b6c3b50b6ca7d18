import { mkdir, writeFile } from "node:fs/promises";
import { scanRGBABuffer, ZBarConfigType, ZBarScanner, ZBarSymbolType } from "@undecaf/zbar-wasm";
import type { CDPSession } from "playwright-core";
import { create } from "qrcode";
import { readBarcodes } from "zxing-wasm/reader";
import type { Seen } from "./in-page.js";
import { emptyPicture, readPng, writePng, type Picture } from "../../../support/png.js";
// Loads ZXing's WebAssembly from the package instead of the network.
import "../../../support/qr.js";

/** Reads every QR code in a picture, from its pixels alone. */
type Reader = (picture: Picture) => Promise<string[]>;

/** ZXing as zxing-cpp has it. It does not try white on black, because many phones read only black on white. */
const zxing: Reader = async ({ data, width, height }) => {
  const results = await readBarcodes(
    { data: new Uint8ClampedArray(data), width, height, colorSpace: "srgb" },
    {
      formats: ["QRCode"],
      tryHarder: true,
      tryInvert: false,
    },
  );
  return results.filter(({ isValid }) => isValid).map(({ text }) => text);
};

let scanner: Promise<ZBarScanner> | undefined;

/** ZBar, which scans every line as its own command does. */
const zbar: Reader = async ({ data, width, height }) => {
  scanner ??= ZBarScanner.create().then((created) => {
    created.setConfig(ZBarSymbolType.ZBAR_NONE, ZBarConfigType.ZBAR_CFG_ENABLE, 0);
    created.setConfig(ZBarSymbolType.ZBAR_QRCODE, ZBarConfigType.ZBAR_CFG_ENABLE, 1);
    return created;
  });
  const symbols = await scanRGBABuffer(new Uint8Array(data).buffer, width, height, await scanner);
  return symbols.map((symbol) => symbol.decode());
};

/** Two readers without common code. */
export const readers = { zbar, ZXing: zxing } as const satisfies Record<string, Reader>;
export type ReaderName = keyof typeof readers;
export const readerNames = Object.keys(readers) as ReaderName[];

const quietZone = 4;

/** The modules of a text's code with its quiet zone, computed without the element. True is dark. */
function modulesOf(text: string): { size: number; isDark: (x: number, y: number) => boolean } {
  const { modules } = create([{ data: Buffer.from(text), mode: "byte" }], {
    errorCorrectionLevel: "L",
    maskPattern: 0,
  });
  const { size, data } = modules;
  const inside = (i: number) => i >= 0 && i < size;
  return {
    size: size + 2 * quietZone,
    isDark: (x, y) => {
      const [column, row] = [x - quietZone, y - quietZone];
      return inside(column) && inside(row) && data[row * size + column] !== 0;
    },
  };
}

/** What is wrong with a code in the page's picture, if anything: its size, its place or its colours. */
export function flawOf(
  text: string,
  whole: Picture,
  { code, canvasWidth, finder }: Seen,
  devicePixelRatio: number,
): string | undefined {
  const { size, isDark } = modulesOf(text);
  const edge = (code.right - code.left) * devicePixelRatio;
  const height = (code.bottom - code.top) * devicePixelRatio;
  if (Math.abs(edge - canvasWidth) > 0.2 || Math.abs(height - canvasWidth) > 0.2)
    return `${canvasWidth} px, shown at ${edge} × ${height}`;
  // The canvas may be a little larger than the code.
  const module = finder.width / 7;
  const [left, top] = [finder.x - quietZone * module, finder.y - quietZone * module];
  if (module % 1 !== 0) return `${module} px a module`;
  const room = canvasWidth - size * module;
  if (Math.min(left, top) < 0 || Math.max(left, top) > room) return `its quiet zone is cut: ${left}, ${top}`;
  if (module < 4 * devicePixelRatio - 0.01) return `${module / devicePixelRatio} CSS px a module`;
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const column = Math.floor(code.left * devicePixelRatio + left + (x + 0.5) * module);
      const row = Math.floor(code.top * devicePixelRatio + top + (y + 0.5) * module);
      if (column < 0 || row < 0 || column >= whole.width || row >= whole.height) return "it is cut off";
      const [red, green, blue] = whole.data.subarray((row * whole.width + column) * 4);
      const wanted = isDark(x, y) ? 0 : 255;
      if (red !== wanted || green !== wanted || blue !== wanted)
        return `module ${x},${y} is ${red},${green},${blue}, not ${wanted}`;
    }
  return undefined;
}

/** The same code alone, black on white. If a reader cannot read this, the page is not the reason. */
export function bareCode(text: string, module: number): Picture {
  const { size, isDark } = modulesOf(text);
  const edge = size * module;
  const bare = emptyPicture(edge, edge);
  bare.data.fill(255);
  for (let y = 0; y < edge; y++)
    for (let x = 0; x < edge; x++)
      if (isDark(Math.floor(x / module), Math.floor(y / module)))
        bare.data.fill(0, (y * edge + x) * 4, (y * edge + x) * 4 + 3);
  return bare;
}

/** A picture of the whole viewport. */
export async function picture(session: CDPSession): Promise<Picture> {
  const { data } = await session.send("Page.captureScreenshot", { format: "png", optimizeForSpeed: true });
  return readPng(Buffer.from(data, "base64"));
}

/** The part of a picture with the card and a margin, and with the code if it overflows the card. */
export function cut(whole: Picture, { card, code }: Seen, devicePixelRatio: number): Picture {
  const around = 12;
  const start = (a: number, b: number) =>
    Math.max(0, Math.floor((Math.min(a, b) - around) * devicePixelRatio));
  const end = (a: number, b: number, most: number) =>
    Math.max(0, Math.min(most, Math.ceil((Math.max(a, b) + around) * devicePixelRatio)));
  const left = Math.min(start(card.left, code.left), whole.width);
  const top = Math.min(start(card.top, code.top), whole.height);
  const width = end(card.right, code.right, whole.width) - left;
  const height = end(card.bottom, code.bottom, whole.height) - top;
  const part = emptyPicture(width, height);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * whole.width + left) * 4;
    whole.data.copy(part.data, y * width * 4, from, from + width * 4);
  }
  return part;
}

/** Saves the picture of a miss under its seed. */
export async function keep(card: Picture, seed: string): Promise<void> {
  if (card.data.length === 0) return;
  await mkdir(".cache/renders", { recursive: true });
  await writeFile(`.cache/renders/${seed.replace(/[^\w.-]+/g, "-")}.png`, await writePng(card));
}
