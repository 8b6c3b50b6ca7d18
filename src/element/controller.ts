import type { ReactiveController, ReactiveControllerHost } from "lit";
import { Subject, type Subscription } from "rxjs";
import { httpBackend } from "./api/http-backend.js";
import { forget, recall, remember } from "./resume-storage.js";
import { loginFlow, type Command } from "./flow/login-flow.js";
import { page } from "./flow/page-environment.js";
import { isSeen, whenSeen } from "./in-view.js";
import {
  initialState,
  reduce,
  type Action,
  type Code,
  type LoginErrorCode,
  type State,
} from "./flow/state.js";

export interface ControllerOptions {
  /** Where the login API lies, as the page wrote it; read at each start. */
  endpoint: () => string;
  /** How many fresh codes an attempt may have; read whenever it is used. */
  renewals: () => number;
  /** The language of the phone's message, if the page names one; read at each start. */
  language: () => string | undefined;
  /** The attempt that the page's server began, once; its code, as long as it works. */
  handed: () => { attempt: string; code?: Code } | undefined;
  /** Called after every change, in order and never from within itself. */
  changed: (state: State, previous: State) => void;
}

/** Runs the flow for an element: from when it is in a page until it leaves it. The one place that knows Lit and RxJS. */
export class LoginController implements ReactiveController {
  #state: State = initialState;
  #manual = true;
  /** It was told to begin before it was in the page. */
  #isAwaited = false;
  /** It was told to wait: being moved does not begin it again. */
  #isCancelled = false;
  #endpoint = "";
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #options: ControllerOptions;
  readonly #commands = new Subject<Command>();
  readonly #queue: Action[] = [];
  #running: Subscription | undefined;
  #seen: (() => void) | undefined;

  constructor(host: ReactiveControllerHost & HTMLElement, options: ControllerOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  get state(): State {
    return this.#state;
  }

  /** Begins anew in any phase. */
  start(): void {
    this.#isCancelled = false;
    this.#forgetSeen();
    this.#isAwaited = !this.#running;
    this.#endpoint = resolve(this.#options.endpoint());
    this.#run({ type: "start", backend: httpBackend(this.#endpoint, this.#options.language()) });
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#isAwaited = false;
    this.#forgetSeen();
    this.#run({ type: "cancel" });
  }

  /** Ends the attempt with a failure that only the element can see, such as a code that no QR code holds. */
  fail(code: LoginErrorCode, cause: unknown): void {
    const failure = { code, during: "pending", offline: false, cause } as const;
    this.#run({ type: "fail", failure });
  }

  /** Begins when the element is first seen, unless it waits for its button. */
  autostart(manual: boolean): void {
    this.#manual = manual;
    this.#forgetSeen();
    if (this.#isAwaited && this.#running) return this.start();
    if (manual || this.#isCancelled || !this.#running || this.#state.phase !== "idle") return;
    if (isSeen(this.#host)) return this.#begin();
    this.#seen = whenSeen(this.#host, () => this.#begin());
  }

  /** The app link was pressed: the attempt is kept until it is final. */
  leaveForApp(): void {
    if (this.#state.phase === "pending") remember(this.#endpoint, this.#state.attempt);
  }

  hostConnected(): void {
    if (this.#running) return;
    const environment = {
      ...page,
      now: Date.now,
      random: Math.random,
      renewals: this.#options.renewals,
    };
    this.#running = loginFlow(this.#commands, environment).subscribe((action) => this.#dispatch(action));
    addEventListener("pageshow", this.#shown);
  }

  hostDisconnected(): void {
    // Moved within the document: connected again before the next task.
    setTimeout(() => {
      if (this.#host.isConnected || !this.#running) return;
      this.#forgetSeen();
      this.#running.unsubscribe();
      this.#running = undefined;
      this.#isCancelled = false;
      removeEventListener("pageshow", this.#shown);
      this.#dispatch({ type: "cancelled" });
    });
  }

  readonly #shown = ({ persisted }: PageTransitionEvent): void => {
    // Out of the back-forward cache only a pending attempt goes on.
    if (!persisted || this.#state.phase === "pending" || this.#state.phase === "idle") return;
    this.#run({ type: "cancel" });
    this.autostart(this.#manual);
  };

  #begin(): void {
    const endpoint = resolve(this.#options.endpoint());
    const handed = this.#options.handed();
    const attempt = recall(endpoint);
    const known = attempt === undefined ? handed : { attempt };
    if (!known) return this.start();
    this.#forgetSeen();
    this.#endpoint = endpoint;
    this.#run({ type: "resume", backend: httpBackend(endpoint, this.#options.language()), ...known });
  }

  #run(command: Command): void {
    if (this.#running) this.#commands.next(command);
  }

  #forgetSeen(): void {
    this.#seen?.();
    this.#seen = undefined;
  }

  /** A listener may call `start()` while it hears of a change: what follows from that waits for its turn. */
  #dispatch(action: Action): void {
    this.#queue.push(action);
    if (this.#queue.length > 1) return;
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      const previous = this.#state;
      this.#state = reduce(previous, next);
      if (this.#state !== previous) this.#change(this.#state, previous);
      this.#queue.shift();
    }
  }

  #change(state: State, previous: State): void {
    // Remembered only as long as it is the attempt on the page, and not final.
    if (isOver(state) || (previous.phase === "requesting" && recall(this.#endpoint) !== attemptOf(state)))
      forget(this.#endpoint);
    this.#host.requestUpdate();
    try {
      this.#options.changed(state, previous);
    } catch (error) {
      reportError(error);
    }
  }
}

const isOver = ({ phase }: State): boolean =>
  phase === "completed" || phase === "denied" || phase === "expired" || phase === "failed";

const attemptOf = (state: State): string | undefined => ("attempt" in state ? state.attempt : undefined);

/** What is no URL is asked for as it stands, and fails as such. */
const resolve = (endpoint: string): string =>
  (URL.canParse(endpoint, document.baseURI) ? new URL(endpoint, document.baseURI).href : endpoint).replace(
    /\/*([?#].*)?$/s,
    "",
  );
