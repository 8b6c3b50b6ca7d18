/**
 * How the demo phone sees a login page in another tab or window of the same browser. What passes is what a camera would
 * see, pixels and no more: the phone has to read the code from them.
 */

const channelName = "demo-bank-beside";

/** What a page answers that is looked at. */
interface Sight {
  pixels: ImageData;
  /** When a person last had this page in front, in milliseconds of `Date.now()`. */
  seenAt: number;
}

/**
 * Lets phones look at this page.
 *
 * @param codeOnScreen - the canvas with the code, if there is one to be seen now
 */
export function letPhonesLook(codeOnScreen: () => HTMLCanvasElement | undefined): void {
  let seenAt = Date.now();
  for (const sign of ["visibilitychange", "focus", "pointerdown"]) {
    window.addEventListener(sign, () => (seenAt = Date.now()), { capture: true });
  }

  function listen(): BroadcastChannel {
    const channel = new BroadcastChannel(channelName);
    channel.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (data !== "look") return;
      const pixels = pixelsOf(codeOnScreen());
      if (pixels) channel.postMessage({ pixels, seenAt } satisfies Sight);
    });
    return channel;
  }

  let channel = listen();
  // An open channel would keep the page out of the back-forward cache.
  window.addEventListener("pagehide", () => channel.close());
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) channel = listen();
  });
}

/** A copy is read, not the canvas itself: that stays on the graphics card. */
function pixelsOf(canvas: HTMLCanvasElement | undefined): ImageData | undefined {
  if (!canvas?.width || !canvas.height) return undefined;
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", {
    willReadFrequently: true,
  });
  copy?.drawImage(canvas, 0, 0);
  return copy?.getImageData(0, 0, canvas.width, canvas.height);
}

/** Looks at the login pages that are open, once; of several, the one that a person looked at last. */
export async function lookAtPages(signal: AbortSignal): Promise<ImageData | undefined> {
  const channel = new BroadcastChannel(channelName);
  const sights: Sight[] = [];
  channel.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (isSight(data)) sights.push(data);
  });
  channel.postMessage("look");
  await waitUntilLookedAround(signal);
  channel.close();
  return sights.sort((a, b) => b.seenAt - a.seenAt)[0]?.pixels;
}

/** Nobody says how many pages there are: this is how long they have. */
const lookingMilliseconds = 250;

const waitUntilLookedAround = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, lookingMilliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });

const isSight = (data: unknown): data is Sight =>
  typeof data === "object" && data !== null && "pixels" in data && data.pixels instanceof ImageData;
