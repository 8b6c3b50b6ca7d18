import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

/** Loads the QR reader. Nothing of it comes from elsewhere. */
export function prepareReader(): void {
  prepareZXingModule({
    overrides: { locateFile: (name: string) => `/assets/${name}` },
    fireImmediately: true,
  })
    // A scan tries again and tells.
    .catch(() => undefined);
}

/** Edges, in pixels, to which a picture is brought before it is read; what one size hides, another may show. */
const quick = [1_280];
const thorough = [1_600, 800, 3_200, 400];

/** Finds the QR code in a picture and reads it. A `thorough` look takes longer: for photos, which come once. */
export async function readCode(
  picture: ImageBitmap,
  look: "quick" | "thorough",
): Promise<string | undefined> {
  for (const edge of look === "quick" ? quick : thorough) {
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
  // A code with transparent paper is black on black without it.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
