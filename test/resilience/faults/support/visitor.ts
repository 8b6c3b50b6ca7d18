import { BehaviorSubject, NEVER, Subject, timer, type Subscription } from "rxjs";
import { httpBackend } from "../../../../src/element/api/http-backend.js";
import { loginFlow, type Command } from "../../../../src/element/flow/login-flow.js";
import { initialState, reduce, type State } from "../../../../src/element/flow/state.js";
import { until } from "../../../unit/server/support/until.js";

/** Where a request goes: one of the site's servers, as a proxy in front of them would choose it. */
export type Route = (tried: number) => string;

const visitors = new Map<string, Visitor>();
const fetchForAll = globalThis.fetch;

// The widget asks as a page does: cookies and `Origin` are the browser's to add. Here the visitor is the browser.
globalThis.fetch = (input, init) => {
  const url = input instanceof Request ? input.url : String(input);
  const visitor = url.includes(".visitor.test/") ? visitors.get(new URL(url).hostname) : undefined;
  return visitor ? visitor.send(new URL(url).pathname, init ?? {}) : fetchForAll(input, init);
};
// Node 20 has none; the flow looks for its locks.
if (!("navigator" in globalThis)) Object.defineProperty(globalThis, "navigator", { value: {} });

/** A person's browser on the login page: the widget's own flow over real HTTP, without its view. */
export class Visitor {
  state: State = initialState;
  /** Every phase that it went through, with the instant. */
  readonly phases: { phase: State["phase"]; at: number }[] = [];
  /** The user that the page is logged in as, by the session's cookie. */
  session: string | undefined;
  /** How many of its requests a server refused, or could not be reached for. */
  refused = 0;
  readonly online = new BehaviorSubject(true);
  #cookie: string | undefined;
  readonly #host: string;
  readonly #origin: string;
  readonly #route: Route;
  readonly #commands = new Subject<Command>();
  readonly #running: Subscription;

  constructor(name: string, origin: string, route: Route) {
    this.#host = `${name}.visitor.test`;
    this.#origin = origin;
    this.#route = route;
    visitors.set(this.#host, this);
    this.#running = loginFlow(this.#commands, {
      visibility: new BehaviorSubject("visible" as const),
      online: this.online,
      slept: NEVER,
      now: () => Date.now(),
      timer: (ms) => timer(ms),
      random: () => Math.random(),
      renewals: () => 5,
    }).subscribe((action) => {
      this.state = reduce(this.state, action);
      const { phase } = this.state;
      if (this.phases.at(-1)?.phase !== phase) this.phases.push({ phase, at: performance.now() });
    });
  }

  start(): void {
    this.#commands.next({ type: "start", backend: httpBackend(`http://${this.#host}/otp-login`, "en") });
  }

  /** The code on its screen, once there is one. Where there is a button "Try again" instead, it is pressed. */
  async code(maxMs = 30_000): Promise<string> {
    await until(
      () => {
        if (this.state.phase === "failed" && this.state.failure.during === "start") this.start();
        return this.state.phase === "pending";
      },
      "a code on the screen",
      maxMs,
    );
    if (this.state.phase !== "pending") throw new Error("There is no code.");
    return this.state.code.otp;
  }

  leave(): void {
    this.#running.unsubscribe();
    visitors.delete(this.#host);
  }

  /** Sends a request as a browser does, to the server that the proxy chooses; one that is not there is passed over. */
  async send(path: string, { credentials: _c, cache: _k, headers, ...init }: RequestInit): Promise<Response> {
    const all = new Headers(headers);
    all.set("origin", this.#origin);
    all.set("sec-fetch-site", "same-origin");
    all.set("user-agent", "Mozilla/5.0 (Test)");
    if (this.#cookie !== undefined) all.set("cookie", this.#cookie);
    for (let tried = 0; ; tried++) {
      try {
        const response = await fetchForAll(this.#route(tried) + path, { ...init, headers: all });
        if (response.status >= 429) this.refused += 1;
        for (const set of response.headers.getSetCookie()) this.#keep(set.split(";", 1)[0] ?? "");
        return response;
      } catch (error) {
        const { code } = ((error as Error).cause ?? {}) as { code?: string };
        if (code === "ECONNREFUSED" && tried < 5) continue;
        if ((error as Error).name !== "AbortError") this.refused += 1;
        throw error;
      }
    }
  }

  #keep(cookie: string): void {
    if (cookie.startsWith("session=")) this.session = cookie.slice("session=".length);
    else this.#cookie = cookie;
  }
}
