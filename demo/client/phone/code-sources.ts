import { requestCodePixels } from "../code-broadcast.js";
import { readBrowser, type BrowserHint } from "./way-back.js";

/** Where the phone scans the code from. */
export type Source = "camera" | "photo" | "page";

/** Why there is no picture, or no code in it. */
export type Trouble =
  | "camera-missing"
  | "camera-refused"
  | "page-missing"
  | "share-refused"
  | "photo-unreadable"
  | "photo-without-code"
  | "reader-missing";

/** One picture to scan, or why there is none. */
export type Frame = { kind: "picture"; picture: ImageBitmap } | { kind: "trouble"; trouble: Trouble };

/** Pictures of the camera, until `signal` aborts. */
export async function* cameraFrames(signal: AbortSignal): AsyncGenerator<Frame> {
  yield* streamFrames(
    () => navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }),
    (error) => (isRefusal(error) ? "camera-refused" : "camera-missing"),
    signal,
  );
}

/** Pictures of a tab or window that the person shares: a login page in another browser or on another site. */
export async function* sharedFrames(signal: AbortSignal): AsyncGenerator<Frame> {
  yield* streamFrames(
    () => navigator.mediaDevices.getDisplayMedia({ video: true }),
    () => "share-refused",
    signal,
  );
}

/** Pictures of the login pages that are open in this browser, until `signal` aborts. */
export async function* pageFrames(signal: AbortSignal): AsyncGenerator<Frame> {
  while (!signal.aborted) {
    const pixels = await requestCodePixels(signal);
    yield pixels
      ? { kind: "picture", picture: await createImageBitmap(pixels) }
      : { kind: "trouble", trouble: "page-missing" };
  }
}

/** One picture: the photo. */
export async function* photoFrame(file: Blob): AsyncGenerator<Frame> {
  try {
    yield { kind: "picture", picture: await createImageBitmap(file) };
  } catch {
    yield { kind: "trouble", trouble: "photo-unreadable" };
  }
}

async function* streamFrames(
  open: () => Promise<MediaStream>,
  troubleOf: (error: unknown) => Trouble,
  signal: AbortSignal,
): AsyncGenerator<Frame> {
  let stream: MediaStream | undefined;
  try {
    stream = await open();
    const video = document.createElement("video");
    video.muted = true;
    video.playsInline = true;
    video.srcObject = stream;
    await video.play();
    const [track] = stream.getVideoTracks();
    while (!signal.aborted && track?.readyState === "live") {
      yield { kind: "picture", picture: await createImageBitmap(video) };
      await nextFrame();
    }
    if (!signal.aborted) yield { kind: "trouble", trouble: troubleOf(undefined) };
  } catch (error) {
    if (!signal.aborted) yield { kind: "trouble", trouble: troubleOf(error) };
  } finally {
    // Otherwise the camera stays on.
    for (const track of stream?.getTracks() ?? []) track.stop();
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof DOMException && error.name === "NotAllowedError";

/** Eight pictures a second are enough. */
const nextFrame = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 125));

/** What an app link brings. */
export interface AppLink {
  otp: string;
  /** The browser to go back to. `undefined`: the link of an older page, or one that was scanned. */
  browser: BrowserHint | undefined;
}

/** Reads the app link `/phone#otp=…&browser=…`; `undefined` for another fragment. */
export function readAppLink(fragment: string): AppLink | undefined {
  const [, otp, rest] = /^#otp=([^&]*)&?(.*)$/.exec(fragment) ?? [];
  if (otp === undefined) return undefined;
  return { otp: decoded(otp), browser: readBrowser(new URLSearchParams(rest).get("browser")) };
}

/** The code in a scanned text: the text itself, or the fragment of a link (`qr-link`), with or without `otp=`. */
export function readScan(text: string): string {
  const otp = /^https:[^#]*#(?:otp=)?([^&]+)/i.exec(text)?.[1];
  return otp === undefined ? text : decoded(otp);
}

function decoded(otp: string): string {
  try {
    return decodeURIComponent(otp);
  } catch {
    // Broken percent-encoding: the phone reports that it is not a login code.
    return otp;
  }
}
