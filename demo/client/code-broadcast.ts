import { openPageChannel } from "./page-channel.js";

/**
 * Lets the demo phone see a login page in another tab or window of the same browser. Only pixels are sent, as a camera
 * would see them: the phone has to read the code from them.
 */

const channelName = "demo-bank-beside";

/** A login page's reply. */
interface CodePixels {
  pixels: ImageData;
  /** When a person last used this page, in milliseconds of `Date.now()`. */
  usedAt: number;
}

/** Replies to phones with the pixels of the code, while the widget shows it. */
export function shareCodePixels(widget: () => HTMLElement): void {
  let usedAt = Date.now();
  for (const sign of ["visibilitychange", "focus", "pointerdown"]) {
    window.addEventListener(sign, () => (usedAt = Date.now()), { capture: true });
  }

  const channel = openPageChannel(channelName, (message) => {
    if (message !== "look") return;
    const pixels = pixelsOf(widget());
    if (pixels) channel.post({ pixels, usedAt } satisfies CodePixels);
  });
}

/** Reads a copy, because reading the canvas itself would move it off the graphics card. */
function pixelsOf({ shadowRoot }: HTMLElement): ImageData | undefined {
  const canvas = shadowRoot?.querySelector<HTMLCanvasElement>("canvas[part~=qr]");
  if (!canvas?.checkVisibility({ visibilityProperty: true }) || !canvas.width || !canvas.height)
    return undefined;
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", {
    willReadFrequently: true,
  });
  copy?.drawImage(canvas, 0, 0);
  return copy?.getImageData(0, 0, canvas.width, canvas.height);
}

/** Requests the pixels of the open login pages once; of several, the page that a person used last. */
export async function requestCodePixels(signal: AbortSignal): Promise<ImageData | undefined> {
  const channel = new BroadcastChannel(channelName);
  const replies: CodePixels[] = [];
  channel.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (isCodePixels(data)) replies.push(data);
  });
  channel.postMessage("look");
  await waitForReplies(signal);
  channel.close();
  return replies.sort((a, b) => b.usedAt - a.usedAt)[0]?.pixels;
}

/** How long replies are collected, because the number of open pages is unknown. */
const repliesMilliseconds = 250;

const waitForReplies = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, repliesMilliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });

const isCodePixels = (data: unknown): data is CodePixels =>
  typeof data === "object" && data !== null && "pixels" in data && data.pixels instanceof ImageData;
