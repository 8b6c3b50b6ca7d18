import type { ElementStage } from "./element-stage.js";
import { messageOf } from "./page-elements.js";
import { answerOnPhone, tellScanned } from "./playground-calls.js";
import type { PhaseName, WantedPhase } from "./playground-settings.js";

/** A little more than a code takes with the slowest network. */
const maxWaitMs = 25_000;

/** Brings the element to a phase. The network must be set for it before. Resolves when the phase is reached. */
async function reach(wanted: PhaseName, stage: ElementStage, signal: AbortSignal): Promise<void> {
  const { element } = stage;
  switch (wanted) {
    case "idle":
      element.cancel();
      break;
    case "requesting":
    case "pending":
    case "expired":
    case "failed":
    case "login_paused":
    case "too_many_requests":
    case "cookies_blocked":
      element.start();
      break;
    case "scanned":
      if (stage.shown() === "scanned") break;
      element.start();
      await untilIn("pending", stage, signal);
      await tellScanned();
      break;
    case "reconnecting":
    case "offline":
      element.start();
      await untilIn("pending", stage, signal);
      if (wanted === "offline" && !signal.aborted) pretendOffline(true);
      break;
    case "number":
    case "wrong_number":
      if (stage.shown() === wanted) break;
      if (stage.shown() !== "number") {
        // An attempt that began before may be one that asks for none.
        element.start();
        await restartAndAnswer(true, stage, signal);
        await untilIn("number", stage, signal);
      }
      if (wanted === "wrong_number" && !signal.aborted) stage.sendNumber("0000");
      break;
    case "approved":
    case "slow":
    case "completed":
      // An element held in `approved` goes on by itself, as soon as the network allows it or a while has passed.
      if (stage.shown() === "approved") break;
      await restartAndAnswer(true, stage, signal);
      break;
    case "pairing_failed":
      await restartAndAnswer(true, stage, signal);
      break;
    case "denied":
      await restartAndAnswer(false, stage, signal);
      break;
    default:
      return wanted satisfies never;
  }
  await untilIn(wanted, stage, signal);
}

/** Tells the page's scripts what a browser tells them that has lost its network. Requests still work. */
function pretendOffline(isOffline: boolean): void {
  if (isOffline === Object.hasOwn(navigator, "onLine")) return;
  if (isOffline) Object.defineProperty(navigator, "onLine", { value: false, configurable: true });
  else Reflect.deleteProperty(navigator, "onLine");
  window.dispatchEvent(new Event(navigator.onLine ? "online" : "offline"));
}

async function restartAndAnswer(accept: boolean, stage: ElementStage, signal: AbortSignal): Promise<void> {
  const { element } = stage;
  if (element.state !== "pending" && element.state !== "requesting") element.start();
  await untilIn("pending", stage, signal);
  await answerOnPhone(accept);
}

/** Whether the element is where it should be: in a phase, whatever is seen in it, or where exactly that is seen. */
const isIn = (wanted: PhaseName, stage: ElementStage): boolean =>
  stage.element.state === wanted || stage.shown() === wanted;

/** What is seen while the element is `pending`. */
const withinPending: readonly PhaseName[] = ["scanned", "reconnecting", "offline"];

/** Whether the element left a held phase by itself, so that it has to start again. */
const hasSlipped = (wanted: PhaseName, { element: { state } }: ElementStage): boolean =>
  (state === "failed" || state === "expired") &&
  (wanted === "requesting" ||
    wanted === "pending" ||
    wanted === "approved" ||
    wanted === "slow" ||
    withinPending.includes(wanted));

/** "Try again" in a held failure and "Show a new code" in a held `expired` lead back to the phase; hints come and go. */
function isOnTheWay(wanted: PhaseName, stage: ElementStage): boolean {
  const { state } = stage.element;
  switch (wanted) {
    case "pairing_failed":
      return state === "requesting" || state === "pending" || state === "approved";
    case "expired":
    case "failed":
    case "login_paused":
    case "too_many_requests":
    case "cookies_blocked":
      return state === "requesting" || state === "pending";
    case "number":
    case "wrong_number":
      return stage.shown() === "number" || stage.shown() === "wrong_number";
    case "reconnecting":
    case "offline":
      return state === "pending" && stage.shown() !== "scanned";
    case "idle":
    case "requesting":
    case "pending":
    case "scanned":
    case "approved":
    case "slow":
    case "completed":
    case "denied":
      return false;
    default:
      return wanted satisfies never;
  }
}

function untilIn(wanted: PhaseName, stage: ElementStage, signal: AbortSignal): Promise<void> {
  const { element } = stage;
  return new Promise((resolve, reject) => {
    const view = new MutationObserver(() => check());
    const done = (): void => {
      clearTimeout(timer);
      view.disconnect();
      element.removeEventListener("statechange", check);
      signal.removeEventListener("abort", check);
    };
    const check = (): void => {
      if (!isIn(wanted, stage) && !signal.aborted) return;
      done();
      resolve();
    };
    const timer = setTimeout(() => {
      done();
      reject(new Error(`It does not get to ${wanted} with this network: it is ${stage.shown()}.`));
    }, maxWaitMs);
    element.addEventListener("statechange", check);
    if (element.shadowRoot)
      view.observe(element.shadowRoot, {
        attributes: true,
        childList: true,
        characterData: true,
        subtree: true,
      });
    signal.addEventListener("abort", check);
    check();
  });
}

interface PhaseDriverOptions {
  stage: ElementStage;
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
      const { element } = options.stage;
      if (options.wanted() === "requesting" && element.state === "requesting") element.start();
    }, restartMs);
  }

  async drive(phase: PhaseName): Promise<void> {
    const { stage, setWanted, isHeld, networkReady, say } = this.#options;
    this.#driving?.abort();
    pretendOffline(false);
    const driving = (this.#driving = new AbortController());
    const { signal } = driving;
    say("");
    setWanted(phase);
    try {
      await networkReady();
      if (!signal.aborted) await reach(phase, stage, signal);
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
    const { stage } = this.#options;
    if (isIn(wanted, stage)) return;
    if (hasSlipped(wanted, stage)) void this.drive(wanted);
    else if (!isOnTheWay(wanted, stage)) this.release();
  }
}
