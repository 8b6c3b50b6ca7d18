import { addCall, addLine, callOf, type SdkCall } from "./call-log.js";
import { drawInto, prepareReader, scanForCode } from "./qr-scanner.js";
import type { Actions, Screen } from "./screen-parts.js";
import { answer, platformCodes, scan, tellScanned, type Problem, type Transaction } from "./sdk.js";
import type { Settings } from "./phone-settings.js";
import {
  cameraFrames,
  pageFrames,
  photoFrame,
  readScan,
  sharedFrames,
  type AppLink,
  type Frame,
  type Source,
} from "./code-sources.js";
import { readMessage } from "./message.js";
import { keepNumber, keptNumber } from "./kept-number.js";
import { wayBack } from "./way-back.js";

export interface PhoneAppOptions {
  settings: Settings;
  /** Draws the screen, before it returns. */
  draw: (screen: Screen, calls: readonly SdkCall[]) => void;
  /** The canvas that shows the picture during a scan. */
  viewfinder: () => HTMLCanvasElement | null;
  /** The source of the first scan. */
  firstSource: Source;
  /** Goes back to the page that opened the app, or opens this address where no page did. Without one it then stays. */
  goBack: (address?: string) => void;
  /** Opens an address in the browser. */
  open: (address: string) => void;
  /** The app's one address, to which it goes back: the site's login page. Undefined: there is no site here. */
  home: string | undefined;
}

/** The app on the phone: it shows one screen and handles at most one code at a time. */
export class PhoneApp {
  readonly actions: Actions = {
    scan: () => this.#startScan(this.#source),
    look: (source) => this.#startScan(source),
    readPhoto: (photo) => void this.#scan("photo", () => photoFrame(photo)),
    share: () => void this.#scan("page", sharedFrames),
    answer: (accept) => void this.#answer(accept),
    enroll: () => void this.#enroll(),
    unlock: () => {
      this.#options.settings.unlock();
      this.#tryAgain();
    },
    close: () => this.reset(),
    finish: () => {
      this.reset();
      if (this.#link) this.#options.goBack();
      this.#link = undefined;
    },
    openAddress: () => this.#options.open(this.#address),
    showAddress: () => this.#show({ name: "elsewhere", address: this.#address }),
    openBrowser: () => this.#options.open(this.#options.home ?? ""),
  };

  readonly #options: PhoneAppOptions;
  #screen: Screen = { name: "home" };
  #calls: readonly SdkCall[] = [];
  #source: Source;
  /** Aborts the scan or call in progress. */
  #current = new AbortController();
  /** The link that opened the app, until a scan. */
  #link: AppLink | undefined;
  /** The address to which the app goes back. */
  #address = "";

  constructor(options: PhoneAppOptions) {
    this.#options = options;
    this.#source = options.firstSource;
  }

  /** Handles the code of an app link, without a scan. */
  openLink(link: AppLink): void {
    const isKnownSite = this.#options.home !== undefined;
    this.#link = { otp: link.otp, browser: isKnownSite ? link.browser : undefined };
    // The page asks for the number: its link then has no code.
    const kept = link.otp === "" ? keptNumber() : undefined;
    if (this.#link.browser && kept) {
      this.#begin();
      const { browser } = this.#link;
      return this.#show({ name: "going-back", transaction: kept, browser, way: "number-first" });
    }
    void this.#handle(link.otp, this.#begin());
  }

  /** Back to the first screen; an open confirmation is cancelled. */
  reset(): void {
    this.#begin();
    this.#show({ name: "home" });
  }

  #startScan(source: Source): void {
    this.#source = source;
    prepareReader();
    switch (source) {
      case "camera":
        return void this.#scan(source, cameraFrames);
      case "page":
        return void this.#scan(source, pageFrames);
      case "photo":
        // The scan begins when a photo is chosen.
        this.#begin();
        return this.#show({ name: "scanning", source });
      default:
        return source satisfies never;
    }
  }

  async #scan(source: Source, frames: (signal: AbortSignal) => AsyncIterable<Frame>): Promise<void> {
    const signal = this.#begin();
    this.#link = undefined;
    this.#show({ name: "scanning", source });
    const text = await scanForCode({
      frames: frames(signal),
      once: source === "photo",
      signal,
      show: (picture) => {
        const canvas = this.#options.viewfinder();
        if (canvas) drawInto(canvas, picture, source === "camera" ? "cover" : "contain");
      },
      report: (trouble) => this.#show({ name: "scanning", source, trouble }),
    });
    if (text === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, pictureMilliseconds));
    if (!signal.aborted) await this.#handle(readScan(text), signal);
  }

  async #handle(otp: string, signal: AbortSignal): Promise<void> {
    const { settings } = this.#options;
    this.#calls = addCall(this.#calls, callOf(otp));
    if (!settings.unlocked) return this.#fail(this.#locked(), signal);
    if (this.#screen.name !== "scanning") this.#show({ name: "checking" });
    const result = await scan(settings.user, otp);
    if (signal.aborted) return;
    if (result.kind === "problem") return this.#fail(result.problem, signal);
    settings.setEnrollment("enrolled");
    if (settings.tellsScanned) void tellScanned(settings.user, result.value.id);
    this.#startAuthentication(result.value);
  }

  /**
   * The SDK's event. The confirmation opens only while a code waits for it: iOS sends the event once more after the answer.
   */
  #startAuthentication(transaction: Transaction): void {
    if (this.#screen.name === "confirm") return this.#log("startAuthentication again: ignored");
    this.#log(`“${transaction.message}”`);
    this.#log(waiting);
    this.#show({ name: "confirm", transaction, answering: false, canGoBack: this.#canGoBack });
  }

  async #answer(accept: boolean): Promise<void> {
    if (this.#screen.name !== "confirm" || this.#screen.answering) return;
    const { transaction } = this.#screen;
    this.#show({ ...this.#screen, answering: true });
    const signal = this.#begin();
    const problem = await this.#deliver(transaction, accept, signal);
    if (signal.aborted) return;
    if (problem) return this.#fail(problem, signal);
    this.#log(accept ? "accepted" : "declined");
    if (accept) await this.#afterAccept(transaction, signal);
    else this.#show({ name: "declined", canGoBack: this.#canGoBack });
  }

  /** Goes back to the browser, now that the answer is delivered. */
  async #afterAccept(transaction: Transaction, signal: AbortSignal): Promise<void> {
    const { settings, home, goBack } = this.#options;
    const browser = this.#link?.browser;
    const { number } = readMessage(transaction.message, "en");
    const way = wayBack(settings.platform, browser, number !== undefined);
    // With the message, because its number is needed after the answer.
    if (browser === undefined || way === "stay") return this.#show({ name: "accepted", transaction });
    this.#address = `${home}#otp-return${number === undefined ? "" : `=${number}`}`;
    this.#show({ name: "going-back", transaction, browser, way });
    if (number !== undefined) keepNumber(transaction);
    if (way !== "background") return;
    await new Promise((resolve) => setTimeout(resolve, goingBackMilliseconds));
    if (!signal.aborted) goBack(this.#address);
  }

  get #canGoBack(): boolean {
    return this.#link?.browser !== undefined;
  }

  async #deliver(
    transaction: Transaction,
    accept: boolean,
    signal: AbortSignal,
  ): Promise<Problem | undefined> {
    const { unlocked, enrolled, platform } = this.#options.settings;
    if (!unlocked) return this.#locked();
    if (!enrolled) {
      const code = platformCodes[platform].disenrolledBeforeAnswer;
      return { code, message: "The device was disenrolled in the meantime." };
    }
    const result = await answer(transaction, accept, platform, (again) => {
      if (!signal.aborted) this.#startAuthentication(again);
    });
    return result.kind === "problem" ? result.problem : undefined;
  }

  #locked(): Problem {
    const { noUser } = platformCodes[this.#options.settings.platform];
    return { code: noUser, message: "No user is authenticated in the app." };
  }

  async #enroll(): Promise<void> {
    const signal = this.#begin();
    const problem = await this.#options.settings.enroll();
    if (signal.aborted) return;
    if (problem) this.#show({ name: "problem", problem, canGoBack: this.#canGoBack });
    else this.#tryAgain();
  }

  /** Repeats the code of an app link; any other code has to be scanned again. */
  #tryAgain(): void {
    if (this.#link) void this.#handle(this.#link.otp, this.#begin());
    else this.#startScan(this.#source);
  }

  #fail(problem: Problem, signal: AbortSignal): void {
    if (signal.aborted) return;
    const { code, message } = problem;
    if (code === 9020) this.#options.settings.setEnrollment("ended");
    if (code === 9021) this.#options.settings.setEnrollment("never");
    this.#log(`rejected: ${code === undefined ? message : `${code} ${message}`}`);
    this.#show({ name: "problem", problem, canGoBack: this.#canGoBack });
  }

  /** Aborts what was in progress and returns the signal of what begins now. */
  #begin(): AbortSignal {
    this.#current.abort();
    this.#current = new AbortController();
    if (this.#screen.name === "confirm" && !this.#screen.answering) {
      this.#log("rejected: 9006 The user cancelled.");
    }
    return this.#current.signal;
  }

  #log(line: string): void {
    const isWaiting = this.#calls[0]?.lines.at(-1) === waiting;
    this.#calls = addLine(this.#calls, line, isWaiting ? "instead" : "more");
  }

  #show(screen: Screen): void {
    this.#screen = screen;
    this.#options.draw(screen, this.#calls);
  }
}

/** How long the picture with the code stays, so that the person sees what was scanned. */
const pictureMilliseconds = 350;

/** How long the person reads or hears that the app goes back. */
const goingBackMilliseconds = 700;

const waiting = "waiting for an answer";
