import type { ReactiveController, ReactiveControllerHost } from "lit";
import { Subject, type Subscription } from "rxjs";
import { endpointUrl } from "../protocol/login-api.js";
import { httpBackend, type HttpBackend } from "./api/http-backend.js";
import { loginFlow, type Command } from "./flow/login-flow.js";
import { page } from "./flow/page-environment.js";
import { initialState, isWaiting, reduce, type Action, type Code, type State } from "./flow/state.js";
import type { AppReturn } from "./app-link/app-return.js";
import { isInView, whenInView } from "./in-view.js";
import { redirectTarget } from "./links.js";
import { keptAttempt, markAttempt, storeAttempt, storedAttempt } from "./app-link/resume-storage.js";
import { sharedAttempt } from "./app-link/shared-attempt.js";

interface ControllerOptions {
  /** Where the login API is, as the page wrote it. Read at each start. */
  endpoint: () => string;
  /** How many fresh codes an attempt may have. Read at each use. */
  renewals: () => number;
  /** The language of the phone's message, if the page names one. Read at each start. */
  language: () => string | undefined;
  /** Whether a login may ask for the number on the phone, as far as the page and this browser know. Read when it matters. */
  mayAsk: () => boolean;
  /** The attempt that the page's server began, once, with its code while that works. */
  serverAttempt: () => { attempt: string; code?: Code } | undefined;
  /** What the app has put into the page's address, once. */
  appReturn: () => AppReturn | undefined;
  /** Where the page goes after a login, as far as it knows. Read when the app is opened. */
  target: () => string | undefined;
  /** Makes the QR code of an OTP. Returns an error if the OTP is too long for one. */
  encode: (otp: string) => unknown;
  /** Called after every change, in order, never while an earlier call runs. */
  onChange: (state: State, previous: State) => void;
}

/** Runs the flow while the element is in a page. The one place where Lit meets RxJS. */
export class LoginController implements ReactiveController {
  #state: State = initialState;
  #manual = true;
  /** `start()` was called before the element was in a page. */
  #startsLater = false;
  /** `cancel()` was called: moving the element does not start it again. */
  #isCancelled = false;
  #endpoint = "";
  #backend: HttpBackend | undefined;
  /** The attempt that left for the app, on this page or on an earlier one. */
  #left: string | undefined;
  /** Set once the app has come back to this page: where the page that it left would have gone, if that is on this origin. */
  #back: { page: string | undefined } | undefined;
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #options: ControllerOptions;
  readonly #commands = new Subject<Command>();
  readonly #newCode = new Subject<void>();
  readonly #number = new Subject<string>();
  readonly #queue: Action[] = [];
  #running: Subscription | undefined;
  #stopObserving: (() => void) | undefined;

  constructor(host: ReactiveControllerHost & HTMLElement, options: ControllerOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  get state(): State {
    return this.#state;
  }

  /** Whether a login may ask for the number on the phone. */
  get mayAsk(): boolean {
    return !!this.#backend?.mayAsk;
  }

  /** Set once the app has come back to this page: where the page that it left would have gone, if that is on this origin. */
  get back(): { page: string | undefined } | undefined {
    return this.#back;
  }

  /** Whether the person has opened the app for the attempt on the page. */
  get isAppOpened(): boolean {
    return this.#state.phase === "pending" && this.#state.attempt === this.#left;
  }

  /** Starts a new attempt, in any phase. */
  start(): void {
    this.#isCancelled = false;
    this.#back = undefined;
    this.#stopWaiting();
    this.#startsLater = !this.#running;
    this.#run({ type: "start", backend: this.#findBackend() });
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#startsLater = false;
    this.#stopWaiting();
    this.#run({ type: "cancel" });
  }

  /** Asks for a new code at once, after a scan. */
  newCode(): void {
    this.#newCode.next();
  }

  /** Logs in with the number that the person has typed. */
  sendNumber(number: string): void {
    this.#number.next(number);
  }

  /** Starts when the element first comes into view, unless it waits for its button. */
  autostart(manual: boolean): void {
    this.#manual = manual;
    this.#stopWaiting();
    if (this.#running && this.#comesBack()) return;
    if (this.#startsLater && this.#running) return this.start();
    if (manual || this.#isCancelled || !this.#running || this.#state.phase !== "idle") return;
    if (isInView(this.#host)) return this.#begin();
    this.#stopObserving = whenInView(this.#host, () => this.#begin());
  }

  /** The app link was pressed: keeps the attempt for a page that is loaded again, and for other tabs. */
  leaveForApp(): void {
    if (this.#state.phase !== "pending") return;
    const { attempt, code } = this.#state;
    if (storeAttempt(this.#endpoint, attempt, code.endsAt, "open", this.#options.target()))
      this.#left = attempt;
  }

  hostConnected(): void {
    if (this.#running) return;
    const environment = {
      ...page,
      now: Date.now,
      random: Math.random,
      encode: this.#options.encode,
      newCode: this.#newCode,
      number: this.#number,
      renewals: this.#options.renewals,
      sharedAttempt: (attempt: string) =>
        attempt === this.#left ? sharedAttempt(this.#endpoint, attempt) : undefined,
    };
    this.#running = loginFlow(this.#commands, environment).subscribe(this.#dispatch);
    addEventListener("pageshow", this.#shown);
    addEventListener("hashchange", this.#comesBack);
  }

  hostDisconnected(): void {
    // An element that is moved within the document is connected again before the next task.
    setTimeout(() => {
      if (this.#host.isConnected || !this.#running) return;
      this.#stopWaiting();
      this.#running.unsubscribe();
      this.#running = undefined;
      this.#isCancelled = false;
      removeEventListener("pageshow", this.#shown);
      removeEventListener("hashchange", this.#comesBack);
      this.#dispatch({ type: "cancelled" });
    });
  }

  readonly #shown = ({ persisted }: PageTransitionEvent): void => {
    // Only a pending attempt goes on in a page from the back-forward cache.
    if (!persisted || this.#state.phase === "pending" || this.#state.phase === "idle") return;
    this.#run({ type: "cancel" });
    this.autostart(this.#manual);
  };

  /** Whether the app has come back to this page: with the number, if the phone shows one. */
  readonly #comesBack = (): boolean => {
    const appReturn = this.#options.appReturn();
    if (!appReturn) return false;
    const { phase } = this.#state;
    const backend = this.#findBackend();
    const kept = keptAttempt(this.#endpoint);
    // An attempt on the page goes on, because anybody can make an address. One that is accepted takes the first number.
    const isOpen = kept?.mark === "open";
    const isFirst = isOpen && kept.attempt === this.#left && appReturn.number;
    if (phase === "completed" || (isWaiting(this.#state) && !isOpen) || (phase === "approved" && !isFirst))
      return true;
    this.#stopWaiting();
    this.#left = kept?.attempt;
    const page = redirectTarget(kept?.page);
    this.#back = { page: page?.startsWith(`${location.origin}/`) ? page : undefined };
    this.#run({ type: "comeBack", backend, kept, number: appReturn.number });
    return true;
  };

  #begin(): void {
    const backend = this.#findBackend();
    const fromServer = this.#options.serverAttempt();
    this.#left = storedAttempt(this.#endpoint);
    const known = this.#left ? { attempt: this.#left } : fromServer;
    if (!known) return this.start();
    this.#stopWaiting();
    this.#run({ type: "resume", backend, ...known });
  }

  /** The login API that the page names now. */
  #findBackend(): HttpBackend {
    const { endpoint, language, mayAsk } = this.#options;
    this.#endpoint = endpointUrl(endpoint(), document.baseURI);
    return (this.#backend = httpBackend(this.#endpoint, language(), mayAsk));
  }

  #run(command: Command): void {
    if (this.#running) this.#commands.next(command);
  }

  #stopWaiting(): void {
    this.#stopObserving?.();
    this.#stopObserving = undefined;
  }

  /** A listener may call `start()` during a change: the actions of that call wait in the queue. */
  readonly #dispatch = (action: Action): void => {
    this.#queue.push(action);
    if (this.#queue.length > 1) return;
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      const previous = this.#state;
      const state = (this.#state = reduce(previous, next));
      if (state !== previous) {
        // Stored only while it is the attempt on the page and not final.
        const isOpen =
          state.phase === "pending"
            ? state.attempt === this.#left
            : state.phase === "idle" || state.phase === "approved" || isWaiting(state);
        if (this.#left && !isOpen)
          markAttempt(this.#endpoint, this.#left, state.phase === "completed" ? "completed" : "ended");
        this.#host.requestUpdate();
        try {
          this.#options.onChange(state, previous);
        } catch (error) {
          reportError(error);
        }
      }
      this.#queue.shift();
    }
  };
}
