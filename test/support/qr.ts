import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Locator, Page } from "playwright-core";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const wasm = readFileSync(fileURLToPath(import.meta.resolve("zxing-wasm/reader/zxing_reader.wasm")));
prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(wasm).buffer } });

/** Reads every QR code in a picture (PNG), from its pixels. */
export async function readCodes(png: Uint8Array): Promise<string[]> {
  const results = await readBarcodes(new Uint8Array(png), { formats: ["QRCode"], tryHarder: true });
  return results.filter(({ isValid }) => isValid).map(({ text }) => text);
}

/** The codes that are visible on a page, or in a part of it, right now. */
export const codesOn = async (seen: Page | Locator): Promise<string[]> => readCodes(await seen.screenshot());

/** Waits until exactly one code, other than the given ones, can be read from a page's pixels. */
export async function codeOn(seen: Page | Locator, ...before: string[]): Promise<string> {
  for (const until = Date.now() + 30_000; Date.now() < until;) {
    const codes = await codesOn(seen);
    const [code] = codes;
    if (codes.length === 1 && code !== undefined && !before.includes(code)) return code;
    // A picture takes a tenth of a second of CPU time, and many tests wait until a code is renewed.
    await setTimeout(100);
  }
  throw new Error("No new code could be read from the page in 30 seconds.");
}
