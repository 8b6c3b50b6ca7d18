import { encode } from "../../protocol/qr.js";

/** Of the length of a Token Server's. */
const likelyOtp = "=".repeat(155);

let isDone = false;

/**
 * Much of the time from a code's arrival to its frame goes into an encoder that runs for the first time. While the answer
 * is on its way the browser has nothing to do: then it encodes a code that nobody sees, once a page.
 * @param isOfUse whether the code is still awaited
 */
export function rehearse(isOfUse: () => boolean): void {
  // Not every browser says when it is idle.
  if (isDone || !globalThis.requestIdleCallback) return;
  isDone = true;
  requestIdleCallback(() => isOfUse() && encode(likelyOtp));
}
