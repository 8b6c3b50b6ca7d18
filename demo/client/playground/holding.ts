import type { OneginiOtpLogin, Phase } from "onegini-otp-login";
import { hasSlipped, isOnTheWay, reach } from "./phase-driver.js";
import { messageOf } from "./page-elements.js";
import type { PhaseName, WantedPhase } from "./playground-settings.js";

export interface HoldingParts {
  element: () => OneginiOtpLogin;
  /** The phase that is wanted, which the form keeps. */
  wanted: () => WantedPhase;
  setWanted: (phase: WantedPhase) => void;
  isHeld: () => boolean;
  /** Resolves when the network is as it takes. */
  networkReady: () => Promise<void>;
  say: (text: string) => void;
}

/** A start gives up after 15 s: what is held in `requesting` begins anew before that. */
const askAgainMs = 10_000;

/** Brings the element to a phase, and keeps it there. */
export class Holding {
  readonly #parts: HoldingParts;
  #driving: AbortController | undefined;

  constructor(parts: HoldingParts) {
    this.#parts = parts;
    setInterval(() => {
      const element = parts.element();
      if (parts.wanted() === "requesting" && element.state === "requesting") element.start();
    }, askAgainMs);
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
    if (!isHeld()) this.letGo();
  }

  /** What led to a phase is taken back. */
  letGo(): void {
    this.#driving?.abort();
    this.#driving = undefined;
    if (this.#parts.wanted()) this.#parts.setWanted(undefined);
  }

  /** Unless it is still on the way there. */
  letGoOnceThere(): void {
    if (!this.#driving) this.letGo();
  }

  /** What is held and has ended by itself begins anew; what a person did is theirs to do. */
  heard(state: Phase): void {
    const wanted = this.#parts.wanted();
    if (!wanted || this.#driving || state === wanted) return;
    if (hasSlipped(wanted, state)) void this.drive(wanted);
    else if (!isOnTheWay(wanted, state)) this.letGo();
  }
}
