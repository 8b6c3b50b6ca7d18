import { lookAtPages } from "../code-broadcast.js";

/** Where the phone looks for the code. */
export type Source = "camera" | "photo" | "page";

/** Why there is nothing to look at. */
export type Trouble =
  | "camera-missing"
  | "camera-refused"
  | "page-missing"
  | "share-refused"
  | "photo-unreadable"
  | "photo-without-code"
  | "reader-missing";

/** One look: a picture, or why there is none. */
export type Look = { kind: "picture"; picture: ImageBitmap } | { kind: "trouble"; trouble: Trouble };

/** Pictures of the camera, until the signal. */
export async function* cameraLooks(signal: AbortSignal): AsyncGenerator<Look> {
  yield* streamLooks(
    () => navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } }),
    (error) => (isRefusal(error) ? "camera-refused" : "camera-missing"),
    signal,
  );
}

/** Pictures of a tab or window that the person shares: a login page in another browser, or on another site. */
export async function* sharedLooks(signal: AbortSignal): AsyncGenerator<Look> {
  yield* streamLooks(
    () => navigator.mediaDevices.getDisplayMedia({ video: true }),
    () => "share-refused",
    signal,
  );
}

/** Pictures of the login pages that are open in this browser, until the signal. */
export async function* pageLooks(signal: AbortSignal): AsyncGenerator<Look> {
  while (!signal.aborted) {
    const pixels = await lookAtPages(signal);
    yield pixels
      ? { kind: "picture", picture: await createImageBitmap(pixels) }
      : { kind: "trouble", trouble: "page-missing" };
  }
}

/** The one picture that is a photo. */
export async function* photoLooks(file: Blob): AsyncGenerator<Look> {
  try {
    yield { kind: "picture", picture: await createImageBitmap(file) };
  } catch {
    yield { kind: "trouble", trouble: "photo-unreadable" };
  }
}

async function* streamLooks(
  open: () => Promise<MediaStream>,
  troubleOf: (error: unknown) => Trouble,
  signal: AbortSignal,
): AsyncGenerator<Look> {
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
      await nextLook();
    }
    if (!signal.aborted) yield { kind: "trouble", trouble: troubleOf(undefined) };
  } catch (error) {
    if (!signal.aborted) yield { kind: "trouble", trouble: troubleOf(error) };
  } finally {
    // Otherwise the camera's light stays on.
    for (const track of stream?.getTracks() ?? []) track.stop();
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof DOMException && error.name === "NotAllowedError";

/** Eight looks a second are enough for a hand that holds still. */
const nextLook = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 125));
