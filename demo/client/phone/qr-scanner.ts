import { readCode } from "./reader.js";
import type { Look, Trouble } from "./code-sources.js";

export interface Scan {
  /** Where to look, as `cameraLooks` and its likes give it. */
  looks: AsyncIterable<Look>;
  /** Whether one look is all there is. */
  once: boolean;
  signal: AbortSignal;
  /** Shows the person what the phone sees. */
  show: (picture: ImageBitmap) => void;
  /** Tells why there is no code yet; `undefined` once there is something to look at again. */
  tell: (trouble: Trouble | undefined) => void;
}

/** Looks until a code is read; `undefined` if it did not come to that. Never rejects. */
export async function scanForCode(scan: Scan): Promise<string | undefined> {
  try {
    return await look(scan);
  } catch {
    if (!scan.signal.aborted) scan.tell("reader-missing");
    return undefined;
  }
}

async function look({ looks, once, signal, show, tell }: Scan): Promise<string | undefined> {
  for await (const look of looks) {
    if (signal.aborted) return undefined;
    switch (look.kind) {
      case "trouble":
        tell(look.trouble);
        break;
      case "picture": {
        const { picture } = look;
        tell(undefined);
        show(picture);
        const code = await readCode(picture, once ? "thorough" : "quick").finally(() => picture.close());
        if (signal.aborted) return undefined;
        if (code !== undefined) return code;
        if (once) tell("photo-without-code");
        break;
      }
      default:
        return look satisfies never;
    }
  }
  return undefined;
}

/** Draws a picture into the viewfinder: the whole of it, or as much as fills it. */
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
