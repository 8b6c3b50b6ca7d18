import type { Network } from "../../playground/playground-choices.js";
import { setNetwork } from "./playground-calls.js";

/** Keeps this browser's network as the controls say: one change after the other, so that the last one stays. */
export class BrokenNetwork {
  readonly #onProblem: (problem: unknown) => void;
  #last = "";
  #ready = Promise.resolve();

  constructor(onProblem: (problem: unknown) => void) {
    this.#onProblem = onProblem;
  }

  follow(network: Network): void {
    const text = JSON.stringify(network);
    if (text === this.#last) return;
    this.#last = text;
    this.#ready = this.#ready.then(() => setNetwork(network)).catch(this.#onProblem);
  }

  /** Resolves when the last change has taken effect; a change that failed was told of. */
  ready = (): Promise<void> => this.#ready;
}
