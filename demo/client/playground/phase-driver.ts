import type { OneginiOtpLogin, Phase } from "onegini-otp-login";
import { answerOnPhone } from "./playground-calls.js";
import type { PhaseName } from "./playground-settings.js";

/** As long as a code of the slowest network takes, and a bit. */
const patienceMs = 25_000;

/** Does what leads to a phase; the network must already be as that takes. Resolves when the phase is reached. */
export async function reach(wanted: PhaseName, element: OneginiOtpLogin, signal: AbortSignal): Promise<void> {
  switch (wanted) {
    case "idle":
      element.cancel();
      break;
    case "requesting":
    case "pending":
    case "expired":
    case "failed":
      element.start();
      break;
    case "approved":
    case "completed":
      // What was held in `approved` goes on by itself once it is let go.
      if (element.state === "approved") break;
      await answerAnew(true, element, signal);
      break;
    case "denied":
      await answerAnew(false, element, signal);
      break;
    default:
      return wanted satisfies never;
  }
  await untilIn(wanted, element, signal);
}

async function answerAnew(accept: boolean, element: OneginiOtpLogin, signal: AbortSignal): Promise<void> {
  if (element.state !== "pending" && element.state !== "requesting") element.start();
  await untilIn("pending", element, signal);
  await answerOnPhone(accept);
}

/** Whether a phase was left in a way that nobody asked for, so that what is held has to begin anew. */
export const hasSlipped = (wanted: PhaseName, now: Phase): boolean =>
  (now === "failed" || now === "expired") &&
  (wanted === "requesting" || wanted === "pending" || wanted === "approved");

/** "Try again" in a held failure, and "Show a new code" in a held pause, lead back to it. */
export const isOnTheWay = (wanted: PhaseName, now: Phase): boolean =>
  (wanted === "failed" || wanted === "expired") && (now === "requesting" || now === "pending");

function untilIn(wanted: PhaseName, element: OneginiOtpLogin, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const isThere = (): boolean => element.state === wanted;
    const done = (): void => {
      clearTimeout(timer);
      element.removeEventListener("statechange", check);
      signal.removeEventListener("abort", check);
    };
    const check = (): void => {
      if (!isThere() && !signal.aborted) return;
      done();
      resolve();
    };
    const timer = setTimeout(() => {
      done();
      reject(new Error(`It does not get to ${wanted} with this network: it is ${element.state}.`));
    }, patienceMs);
    element.addEventListener("statechange", check);
    signal.addEventListener("abort", check);
    check();
  });
}
