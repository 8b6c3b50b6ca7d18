import { mkdir, writeFile } from "node:fs/promises";
import type { CDPSession, Page } from "playwright-core";
import { PNG } from "pngjs";
import type { inPage, Seen } from "./in-page.js";
import type { Picture } from "./readers.js";

type InPage = typeof inPage;

export interface View {
  width: number;
  height: number;
  devicePixelRatio: number;
}

/** Calls one of `in-page.ts`'s functions. */
export const call = <Name extends keyof InPage>(
  page: Page,
  name: Name,
  ...args: Parameters<InPage[Name]>
): Promise<Awaited<ReturnType<InPage[Name]>>> => page.evaluate(`renders.${name}(...${JSON.stringify(args)})`);

/** Gives the page another size or resolution. */
export const resize = (session: CDPSession, { width, height, devicePixelRatio }: View): Promise<unknown> =>
  session.send("Emulation.setDeviceMetricsOverride", {
    width: Math.ceil(width),
    height: Math.ceil(height),
    deviceScaleFactor: devicePixelRatio,
    mobile: false,
  });

/** A picture of all that is in view. */
export async function picture(session: CDPSession): Promise<Picture> {
  const { data } = await session.send("Page.captureScreenshot", { format: "png", optimizeForSpeed: true });
  const { width, height, data: pixels } = PNG.sync.read(Buffer.from(data, "base64"));
  return {
    width,
    height,
    data: new Uint8ClampedArray(pixels.buffer as ArrayBuffer, pixels.byteOffset, pixels.length),
  };
}

/** The part of a picture that shows the card, and its code where that lies over the edge, with a little around them. */
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
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * whole.width + left) * 4;
    data.set(whole.data.subarray(from, from + width * 4), y * width * 4);
  }
  return { data, width, height };
}

/** Keeps a picture for whoever looks into a miss, named by its seed. */
export async function keep({ data, width, height }: Picture, seed: string): Promise<void> {
  if (width === 0 || height === 0) return;
  const png = new PNG({ width, height });
  png.data = Buffer.from(data.buffer);
  await mkdir(".cache/renders", { recursive: true });
  await writeFile(`.cache/renders/${seed.replace(/[^\w.-]+/g, "-")}.png`, PNG.sync.write(png));
}
