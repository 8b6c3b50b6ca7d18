import type { Report } from "../kit-events.js";
import type { Runtime } from "../runtime.js";

/** After so many cookies, of which none came back within a day, a backend probably does not send them on. */
const enough = 50;
const dayMs = 86_400_000;

/**
 * Notices that the cookies of known browsers, which `kit.redeem` hands out, never come back: then people are asked for the number
 * each time.
 */
export class ReturningBrowsers {
  readonly #runtime: Runtime;
  readonly #report: Report;
  #handedOut = 0;
  /** When the last of the first ones was handed out. */
  #enoughAt = Infinity;
  #isDone = false;

  constructor(runtime: Runtime, report: Report) {
    this.#runtime = runtime;
    this.#report = report;
  }

  /** A browser came with its cookie: they are sent on. */
  cameBack(): void {
    this.#isDone = true;
  }

  handedOut(): void {
    if (this.#isDone) return;
    const now = this.#runtime.now();
    this.#handedOut += 1;
    if (this.#handedOut === enough) this.#enoughAt = now;
    if (now < this.#enoughAt + dayMs) return;
    this.#isDone = true;
    this.#report({
      type: "known_browsers_lost",
      level: "warn",
      handedOut: this.#handedOut,
      description:
        'No browser has brought back the cookie by which it is known, so people are asked for the number at each login. Send the Set-Cookie headers that a redeemed login has (kit.redeem: "headers", POST /redeem: "set_cookie") with the answer to the browser, on the host of the login API.',
    });
  }
}
