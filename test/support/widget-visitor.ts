import { BehaviorSubject, NEVER, Subject, timer, type Subscription } from "rxjs";
import { httpBackend } from "../../src/element/api/http-backend.js";
import { loginFlow, type Command } from "../../src/element/flow/login-flow.js";
import { initialState, reduce, type State } from "../../src/element/flow/state.js";
import { until } from "./until.js";
import { Visitor, type BrowserRequest } from "./visitor.js";

interface WidgetVisitorOptions {
  /** The site's origin, as the visitor's browser sends it. */
  origin: string;
  /** Where a request is sent: the proxy, or a server that a proxy would choose. */
  route: () => string;
  /** Called with the status of each answer, or with the reason why there was none. */
  onAnswer?: (answer: BrowserAnswer) => void;
}

/** What a browser got for a request. */
export interface BrowserAnswer {
  method: string;
  path: string;
  status: number | string;
}

/** A status stream that a visitor opened. */
interface OpenedStream {
  /** When it was opened, by `performance.now()`. */
  at: number;
  /** How long to wait before reconnecting after the stream's end, in milliseconds, if the server said so (`retry:`). */
  retryMs?: number;
}

let count = 0;
const visitors = new Map<string, WidgetVisitor>();
const fetchForAll = globalThis.fetch;

// The widget calls `fetch` as on a page, where the browser adds cookies and `Origin`. Here the visitor is the browser.
globalThis.fetch = (input, init) => {
  const url = input instanceof Request ? input.url : String(input);
  const visitor = url.includes(".visitor.test/") ? visitors.get(new URL(url).hostname) : undefined;
  return visitor ? visitor.send(new URL(url).pathname, init ?? {}) : fetchForAll(input, init);
};
// Node 20 has no `navigator`, and the flow looks for its locks.
if (!("navigator" in globalThis)) Object.defineProperty(globalThis, "navigator", { value: {} });

/** A browser on the login page: the widget's own flow over real HTTP, without its view. */
export class WidgetVisitor {
  state: State = initialState;
  /** Every phase that it entered, and when, by `performance.now()`. */
  readonly phases: { phase: State["phase"]; at: number }[] = [];
  readonly streams: OpenedStream[] = [];
  readonly #host = `${(count += 1)}.visitor.test`;
  readonly #browser: Visitor;
  readonly #route: () => string;
  readonly #onAnswer: (answer: BrowserAnswer) => void;
  readonly #commands = new Subject<Command>();
  readonly #numbers = new Subject<string>();
  readonly #running: Subscription;

  constructor({ origin, route, onAnswer = () => undefined }: WidgetVisitorOptions) {
    this.#browser = new Visitor({ url: "", origin, send: (path, request) => this.#send(path, request) });
    this.#route = route;
    this.#onAnswer = onAnswer;
    visitors.set(this.#host, this);
    this.#running = loginFlow(this.#commands, {
      visibility: new BehaviorSubject("visible" as const),
      online: new BehaviorSubject(true),
      hasCookies: () => true,
      slept: NEVER,
      newCode: NEVER,
      number: this.#numbers,
      now: () => Date.now(),
      timer: (ms) => timer(ms),
      random: () => Math.random(),
      renewals: () => 5,
      encode: () => undefined,
      sharedAttempt: () => undefined,
    }).subscribe((action) => {
      this.state = reduce(this.state, action);
      const { phase } = this.state;
      if (this.phases.at(-1)?.phase !== phase) this.phases.push({ phase, at: performance.now() });
    });
  }

  /** All of its cookies, as in a request. */
  get cookie(): string {
    return this.#browser.cookies;
  }

  /** The cookie of the site's session, once the page is logged in. */
  get session(): string | undefined {
    return /session=([^;]*)/.exec(this.#browser.cookies)?.[1];
  }

  start(): void {
    this.#commands.next({ type: "start", backend: httpBackend(`http://${this.#host}/otp-login`, "en") });
  }

  /** Waits for a code on its screen. If there is a button "Try again" instead, it is pressed. */
  async code(): Promise<string> {
    await until(() => {
      if (this.state.phase === "failed" && this.state.failure.during === "start") this.start();
      return this.state.phase === "pending";
    }, "a code on the screen");
    if (this.state.phase !== "pending") throw new Error("There is no code.");
    return this.state.code.otp;
  }

  /** Sends the number that the phone shows. */
  sendNumber(number: string): void {
    this.#numbers.next(number);
  }

  leave(): void {
    this.#running.unsubscribe();
    visitors.delete(this.#host);
  }

  /** Sends a request as a browser does. */
  send(path: string, { method = "GET", headers, body, signal }: RequestInit): Promise<Response> {
    return this.#browser.call(method, path, {
      headers: { "user-agent": "Mozilla/5.0 (Test)", ...Object.fromEntries(new Headers(headers)) },
      ...(body != null && { body }),
      ...(signal && { signal }),
    });
  }

  /** If a server refuses the connection, the next one is tried, as by a proxy. */
  async #send(path: string, request: BrowserRequest): Promise<Response> {
    const { method, signal } = request;
    for (let tried = 0; ; tried++) {
      try {
        const response = await fetchForAll(this.#route() + path, request);
        this.#onAnswer({ method, path, status: response.status });
        const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
        return isStream ? this.#watched(response) : response;
      } catch (error) {
        const { code } = ((error as Error).cause ?? {}) as { code?: string };
        if (code === "ECONNREFUSED" && tried < 5) continue;
        // The page itself breaks off what it does not need any more.
        if (signal?.aborted !== true) this.#onAnswer({ method, path, status: code ?? String(error) });
        throw error;
      }
    }
  }

  /** Records when a stream was opened, and the server's `retry:`. */
  #watched(response: Response): Response {
    const stream: OpenedStream = { at: performance.now() };
    this.streams.push(stream);
    const decoder = new TextDecoder();
    let text = "";
    const look = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        text += decoder.decode(chunk, { stream: true });
        const retry = /^retry: ?(\d+)$/m.exec(text)?.[1];
        if (retry !== undefined) stream.retryMs = Number(retry);
        controller.enqueue(chunk);
      },
    });
    return new Response(response.body?.pipeThrough(look), response);
  }
}
