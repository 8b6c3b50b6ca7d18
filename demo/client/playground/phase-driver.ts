import type { OneginiOtpLogin } from "onegini-otp-login";
import { messageOf } from "./page-elements.js";
import { answerOnPhone, tellScanned } from "./playground-calls.js";
import type { PhaseName, WantedPhase } from "./playground-settings.js";

/** A little more than a code takes with the slowest network. */
const maxWaitMs = 25_000;

/** An element, and what is seen of it. */
interface Watched {
  element: OneginiOtpLogin;
  shown: () => PhaseName;
}

/** Brings the element to a phase. The network must be set for it before. Resolves when the phase is reached. */
async function reach(wanted: PhaseName, watched: Watched, signal: AbortSignal): Promise<void> {
  const { element, shown } = watched;
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
    case "scanned":
      if (shown() === "scanned") break;
      element.start();
      await untilIn("pending", watched, signal);
      await tellScanned();
      break;
    case "reconnecting":
    case "offline":
      element.start();
      await untilIn("pending", watched, signal);
      if (wanted === "offline" && !signal.aborted) pretendOffline(true);
      break;
    case "number":
      if (shown() === "number") break;
      // An attempt that began before may be one that asks for none.
      element.start();
      await restartAndAnswer(true, watched, signal);
      break;
    case "approved":
    case "completed":
      // An element held in `approved` goes on by itself as soon as the network allows it.
      if (shown() === "approved") break;
      await restartAndAnswer(true, watched, signal);
      break;
    case "denied":
      await restartAndAnswer(false, watched, signal);
      break;
    default:
      return wanted satisfies never;
  }
  await untilIn(wanted, watched, signal);
}

/** Tells the page's scripts what a browser tells them that has lost its network. Requests still work. */
function pretendOffline(isOffline: boolean): void {
  if (isOffline === Object.hasOwn(navigator, "onLine")) return;
  if (isOffline) Object.defineProperty(navigator, "onLine", { value: false, configurable: true });
  else Reflect.deleteProperty(navigator, "onLine");
  window.dispatchEvent(new Event(navigator.onLine ? "online" : "offline"));
}

async function restartAndAnswer(accept: boolean, watched: Watched, signal: AbortSignal): Promise<void> {
  const { element } = watched;
  if (element.state !== "pending" && element.state !== "requesting") element.start();
  await untilIn("pending", watched, signal);
  await answerOnPhone(accept);
}

/** Whether the element is where it should be: `pending` whatever is seen in it, else exactly what is wanted. */
const isIn = (wanted: PhaseName, { element, shown }: Watched): boolean =>
  wanted === "pending" ? element.state === "pending" : shown() === wanted;

/** What is seen while the element is `pending`. */
const withinPending: readonly PhaseName[] = ["scanned", "reconnecting", "offline"];

/** Whether the element left a held phase by itself, so that it has to start again. */
const hasSlipped = (wanted: PhaseName, now: PhaseName): boolean =>
  (now === "failed" || now === "expired") &&
  (wanted === "requesting" ||
    wanted === "pending" ||
    wanted === "approved" ||
    withinPending.includes(wanted));

/** "Try again" in a held failure and "Show a new code" in a held `expired` lead back to the phase; hints come and go. */
const isOnTheWay = (wanted: PhaseName, now: PhaseName): boolean =>
  wanted === "failed" || wanted === "expired"
    ? now === "requesting" || now === "pending"
    : (wanted === "reconnecting" || wanted === "offline") &&
      (now === "pending" || now === "reconnecting" || now === "offline");

function untilIn(wanted: PhaseName, watched: Watched, signal: AbortSignal): Promise<void> {
  const { element, shown } = watched;
  return new Promise((resolve, reject) => {
    const view = new MutationObserver(() => check());
    const done = (): void => {
      clearTimeout(timer);
      view.disconnect();
      element.removeEventListener("statechange", check);
      signal.removeEventListener("abort", check);
    };
    const check = (): void => {
      if (!isIn(wanted, watched) && !signal.aborted) return;
      done();
      resolve();
    };
    const timer = setTimeout(() => {
      done();
      reject(new Error(`It does not get to ${wanted} with this network: it is ${shown()}.`));
    }, maxWaitMs);
    element.addEventListener("statechange", check);
    if (element.shadowRoot)
      view.observe(element.shadowRoot, { attributes: true, childList: true, subtree: true });
    signal.addEventListener("abort", check);
    check();
  });
}

interface PhaseDriverOptions {
  element: () => OneginiOtpLogin;
  /** What is seen of the element. */
  shown: () => PhaseName;
  /** The wanted phase, which is a control of the form. */
  wanted: () => WantedPhase;
  setWanted: (phase: WantedPhase) => void;
  isHeld: () => boolean;
  /** Resolves when the network is set for the phase. */
  networkReady: () => Promise<void>;
  say: (text: string) => void;
}

/** A start times out after 15 s: an element held in `requesting` starts again before that. */
const restartMs = 10_000;

/** Brings the element to a phase and holds it there. */
export class PhaseDriver {
  readonly #options: PhaseDriverOptions;
  #driving: AbortController | undefined;

  constructor(options: PhaseDriverOptions) {
    this.#options = options;
    setInterval(() => {
      const element = options.element();
      if (options.wanted() === "requesting" && element.state === "requesting") element.start();
    }, restartMs);
  }

  async drive(phase: PhaseName): Promise<void> {
    const { element, shown, setWanted, isHeld, networkReady, say } = this.#options;
    this.#driving?.abort();
    pretendOffline(false);
    const driving = (this.#driving = new AbortController());
    const { signal } = driving;
    say("");
    setWanted(phase);
    try {
      await networkReady();
      if (!signal.aborted) await reach(phase, { element: element(), shown }, signal);
    } catch (error) {
      if (!signal.aborted) say(messageOf(error));
    }
    if (signal.aborted) return;
    this.#driving = undefined;
    if (!isHeld()) this.release();
  }

  /** Stops holding: the network is as the controls say again. */
  release(): void {
    this.#driving?.abort();
    this.#driving = undefined;
    pretendOffline(false);
    if (this.#options.wanted()) this.#options.setWanted(undefined);
  }

  /** Stops holding, unless the phase is still to be reached. */
  releaseWhenReached(): void {
    if (!this.#driving) this.release();
  }

  /** Starts again if the element left the phase by itself; stops holding if a person changed it. */
  onView(): void {
    const wanted = this.#options.wanted();
    if (!wanted || this.#driving) return;
    const now = this.#options.shown();
    if (isIn(wanted, { element: this.#options.element(), shown: this.#options.shown })) return;
    if (hasSlipped(wanted, now)) void this.drive(wanted);
    else if (!isOnTheWay(wanted, now)) this.release();
  }
}
