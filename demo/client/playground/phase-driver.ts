import type { OneginiOtpLogin, Phase } from "onegini-otp-login";
import { messageOf } from "./page-elements.js";
import { answerOnPhone } from "./playground-calls.js";
import type { PhaseName, WantedPhase } from "./playground-settings.js";

/** A little more than a code takes with the slowest network. */
const maxWaitMs = 25_000;

/** Brings the element to a phase. The network must be set for it before. Resolves when the phase is reached. */
async function reach(wanted: PhaseName, element: OneginiOtpLogin, signal: AbortSignal): Promise<void> {
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
      // An element held in `approved` goes on by itself as soon as the network allows it.
      if (element.state === "approved") break;
      await restartAndAnswer(true, element, signal);
      break;
    case "denied":
      await restartAndAnswer(false, element, signal);
      break;
    default:
      return wanted satisfies never;
  }
  await untilIn(wanted, element, signal);
}

async function restartAndAnswer(
  accept: boolean,
  element: OneginiOtpLogin,
  signal: AbortSignal,
): Promise<void> {
  if (element.state !== "pending" && element.state !== "requesting") element.start();
  await untilIn("pending", element, signal);
  await answerOnPhone(accept);
}

/** Whether the element left a held phase by itself, so that it has to start again. */
const hasSlipped = (wanted: PhaseName, now: Phase): boolean =>
  (now === "failed" || now === "expired") &&
  (wanted === "requesting" || wanted === "pending" || wanted === "approved");

/** "Try again" in a held failure and "Show a new code" in a held `expired` lead back to the phase. */
const isOnTheWay = (wanted: PhaseName, now: Phase): boolean =>
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
    }, maxWaitMs);
    element.addEventListener("statechange", check);
    signal.addEventListener("abort", check);
    check();
  });
}

export interface PhaseDriverParts {
  element: () => OneginiOtpLogin;
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
  readonly #parts: PhaseDriverParts;
  #driving: AbortController | undefined;

  constructor(parts: PhaseDriverParts) {
    this.#parts = parts;
    setInterval(() => {
      const element = parts.element();
      if (parts.wanted() === "requesting" && element.state === "requesting") element.start();
    }, restartMs);
  }

  async drive(phase: PhaseName): Promise<void> {
    const { element, setWanted, isHeld, networkReady, say } = this.#parts;
    this.#driving?.abort();
    const driving = (this.#driving = new AbortController());
    const { signal } = driving;
    say("");
    setWanted(phase);
    try {
      await networkReady();
      if (!signal.aborted) await reach(phase, element(), signal);
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
    if (this.#parts.wanted()) this.#parts.setWanted(undefined);
  }

  /** Stops holding, unless the phase is still to be reached. */
  releaseWhenReached(): void {
    if (!this.#driving) this.release();
  }

  /** Starts again if the element left the phase by itself; stops holding if a person changed it. */
  onState(state: Phase): void {
    const wanted = this.#parts.wanted();
    if (!wanted || this.#driving || state === wanted) return;
    if (hasSlipped(wanted, state)) void this.drive(wanted);
    else if (!isOnTheWay(wanted, state)) this.release();
  }
}
