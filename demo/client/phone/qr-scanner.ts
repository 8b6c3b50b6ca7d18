import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import type { Frame, Trouble } from "./code-sources.js";

export interface Scan {
  /** The pictures to scan, from `cameraFrames` or another function of `code-sources.ts`. */
  frames: AsyncIterable<Frame>;
  /** Whether there is only one picture. */
  once: boolean;
  signal: AbortSignal;
  /** Shows the picture in the viewfinder. */
  show: (picture: ImageBitmap) => void;
  /** Reports why there is no code yet; `undefined` with the next picture. */
  report: (trouble: Trouble | undefined) => void;
}

/** Scans until a code is read; `undefined` if the pictures end or `signal` aborts before. Never rejects. */
export async function scanForCode(scan: Scan): Promise<string | undefined> {
  try {
    return await scanFrames(scan);
  } catch {
    if (!scan.signal.aborted) scan.report("reader-missing");
    return undefined;
  }
}

async function scanFrames({ frames, once, signal, show, report }: Scan): Promise<string | undefined> {
  for await (const frame of frames) {
    if (signal.aborted) return undefined;
    switch (frame.kind) {
      case "trouble":
        report(frame.trouble);
        break;
      case "picture": {
        const { picture } = frame;
        report(undefined);
        show(picture);
        const code = await readCode(picture, once ? "thorough" : "quick").finally(() => picture.close());
        if (signal.aborted) return undefined;
        if (code !== undefined) return code;
        if (once) report("photo-without-code");
        break;
      }
      default:
        return frame satisfies never;
    }
  }
  return undefined;
}

/** Draws a picture into the viewfinder: the whole picture (`contain`), or so that it fills the canvas (`cover`). */
export function drawInto(canvas: HTMLCanvasElement, picture: ImageBitmap, fit: "contain" | "cover"): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const edge = Math.round(canvas.clientWidth * devicePixelRatio);
  canvas.width = canvas.height = edge;
  const ratios = [edge / picture.width, edge / picture.height] as const;
  const scale = fit === "cover" ? Math.max(...ratios) : Math.min(...ratios);
  const [width, height] = [picture.width * scale, picture.height * scale];
  context.drawImage(picture, (edge - width) / 2, (edge - height) / 2, width, height);
}

/** Loads the QR reader, from this site alone. */
export function prepareReader(): void {
  prepareZXingModule({
    overrides: { locateFile: (name: string) => `/assets/${name}` },
    fireImmediately: true,
  })
    // A scan loads it again and reports the failure.
    .catch(() => undefined);
}

/** The sizes, in pixels, to which a picture is scaled down: a code that cannot be read at one size may be at another. */
const quick = [1_280];
const thorough = [1_600, 800, 3_200, 400];

/** Finds the QR code in a picture and reads it. `thorough` takes longer and is for photos. */
async function readCode(picture: ImageBitmap, effort: "quick" | "thorough"): Promise<string | undefined> {
  for (const edge of effort === "quick" ? quick : thorough) {
    const [code] = await readBarcodes(toPixels(picture, edge), {
      formats: ["QRCode"],
      tryHarder: true,
      maxNumberOfSymbols: 1,
    });
    if (code?.isValid) return code.text;
  }
  return undefined;
}

/** A picture's pixels, at most `edge` wide and high. */
function toPixels(picture: ImageBitmap, edge: number): ImageData {
  const scale = Math.min(1, edge / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser has no 2D canvas.");
  // Without it a code on a transparent background would be black on black.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
