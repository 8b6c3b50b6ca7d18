import { addHearing, addLine, hearingOf, type Hearing } from "./call-log.js";
import { prepareReader } from "./reader.js";
import { drawInto, scanForCode } from "./qr-scanner.js";
import type { Actions, Screen } from "./screen-parts.js";
import { answer, scan, type Problem, type Transaction } from "./sdk.js";
import type { Settings } from "./phone-settings.js";
import { cameraLooks, pageLooks, photoLooks, sharedLooks, type Look, type Source } from "./code-sources.js";

export interface PhoneParts {
  settings: Settings;
  /** Draws the screen, before it returns. */
  draw: (screen: Screen, hearings: readonly Hearing[]) => void;
  /** The canvas that shows what the phone sees, while it scans. */
  viewfinder: () => HTMLCanvasElement | null;
  /** Where to look first. */
  firstSource: Source;
  /** Goes back to the page from which the app was opened. */
  goBack: () => void;
}

/** The app on the phone: one screen at a time, and at most one code in hand. */
export class Phone {
  readonly actions: Actions = {
    scan: () => this.#look(this.#source),
    look: (source) => this.#look(source),
    readPhoto: (photo) => void this.#scan("photo", () => photoLooks(photo)),
    share: () => void this.#scan("page", sharedLooks),
    answer: (accept) => void this.#answer(accept),
    enroll: () => void this.#enroll(),
    unlock: () => {
      this.#parts.settings.unlock();
      this.#tryAgain();
    },
    close: () => this.reset(),
    finish: () => {
      this.reset();
      if (this.#openedByLink) this.#parts.goBack();
      this.#openedByLink = false;
    },
  };

  readonly #parts: PhoneParts;
  #screen: Screen = { name: "home" };
  #hearings: readonly Hearing[] = [];
  #source: Source;
  /** Ends whatever is going on: a scan, or a call whose answer nobody waits for any more. */
  #current = new AbortController();
  #openedByLink = false;
  #otp: string | undefined;

  constructor(parts: PhoneParts) {
    this.#parts = parts;
    this.#source = parts.firstSource;
  }

  /** Handles the code of an app link: straight to the confirmation. */
  openLink(otp: string): void {
    this.#openedByLink = true;
    void this.#handle(otp, this.#begin());
  }

  /** Back to the first screen; what was open is cancelled. */
  reset(): void {
    this.#begin();
    this.#show({ name: "home" });
  }

  redraw(): void {
    this.#show(this.#screen);
  }

  #look(source: Source): void {
    this.#source = source;
    prepareReader();
    switch (source) {
      case "camera":
        return void this.#scan(source, cameraLooks);
      case "page":
        return void this.#scan(source, pageLooks);
      case "photo":
        // Looks once there is one.
        this.#begin();
        return this.#show({ name: "scanning", source });
      default:
        return source satisfies never;
    }
  }

  async #scan(source: Source, looks: (signal: AbortSignal) => AsyncIterable<Look>): Promise<void> {
    const signal = this.#begin();
    this.#openedByLink = false;
    this.#show({ name: "scanning", source });
    const otp = await scanForCode({
      looks: looks(signal),
      once: source === "photo",
      signal,
      show: (picture) => {
        const canvas = this.#parts.viewfinder();
        if (canvas) drawInto(canvas, picture, source === "camera" ? "cover" : "contain");
      },
      tell: (trouble) => this.#show({ name: "scanning", source, trouble }),
    });
    if (otp === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, glanceMilliseconds));
    if (!signal.aborted) await this.#handle(otp, signal);
  }

  async #handle(otp: string, signal: AbortSignal): Promise<void> {
    const { settings } = this.#parts;
    this.#otp = otp;
    this.#hearings = addHearing(this.#hearings, hearingOf(otp));
    if (!settings.unlocked) return this.#fail(locked, signal);
    if (this.#screen.name !== "scanning") this.#show({ name: "checking" });
    const result = await scan(settings.user, otp);
    if (signal.aborted) return;
    if (result.kind === "problem") return this.#fail(result.problem, signal);
    settings.learn("enrolled");
    this.#hear(`“${result.value.message}”`);
    this.#hear(waiting);
    this.#show({ name: "confirm", transaction: result.value, answering: false });
  }

  async #answer(accept: boolean): Promise<void> {
    if (this.#screen.name !== "confirm" || this.#screen.answering) return;
    const { transaction } = this.#screen;
    this.#show({ name: "confirm", transaction, answering: true });
    const signal = this.#begin();
    const problem = await this.#deliver(transaction, accept);
    if (signal.aborted) return;
    if (problem) return this.#fail(problem, signal);
    this.#hear(accept ? "accepted" : "declined");
    this.#show({ name: accept ? "accepted" : "declined" });
  }

  async #deliver(transaction: Transaction, accept: boolean): Promise<Problem | undefined> {
    const { unlocked, enrolled } = this.#parts.settings;
    if (!unlocked) return locked;
    if (!enrolled) return { code: 9023, message: "The device was disenrolled in the meantime." };
    const result = await answer(transaction.id, accept);
    return result.kind === "problem" ? result.problem : undefined;
  }

  async #enroll(): Promise<void> {
    const signal = this.#begin();
    const problem = await this.#parts.settings.enroll();
    if (signal.aborted) return;
    if (problem) this.#show({ name: "problem", problem });
    else this.#tryAgain();
  }

  /** A code that came by link is still in hand; any other has to be scanned again. */
  #tryAgain(): void {
    if (this.#openedByLink && this.#otp !== undefined) void this.#handle(this.#otp, this.#begin());
    else this.#look(this.#source);
  }

  #fail(problem: Problem, signal: AbortSignal): void {
    if (signal.aborted) return;
    const { code, message } = problem;
    if (code === 9020) this.#parts.settings.learn("ended");
    if (code === 9021) this.#parts.settings.learn("never");
    this.#hear(`rejected: ${code === undefined ? message : `${code} ${message}`}`);
    this.#show({ name: "problem", problem });
  }

  /** Begins something new: what went on before has ended, and hears of it by its signal. */
  #begin(): AbortSignal {
    this.#current.abort();
    this.#current = new AbortController();
    if (this.#screen.name === "confirm" && !this.#screen.answering) {
      this.#hear("rejected: 9006 The user cancelled.");
    }
    return this.#current.signal;
  }

  #hear(line: string): void {
    const isWaiting = this.#hearings[0]?.lines.at(-1) === waiting;
    this.#hearings = addLine(this.#hearings, line, isWaiting ? "instead" : "more");
  }

  #show(screen: Screen): void {
    this.#screen = screen;
    this.#parts.draw(screen, this.#hearings);
  }
}

/** A code is found faster than the eye follows: this long the person sees what the phone saw. */
const glanceMilliseconds = 350;

const waiting = "waiting for an answer";
const locked: Problem = { code: 9010, message: "No user is authenticated in the app." };
