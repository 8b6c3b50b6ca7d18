import { EventEmitter, once } from "node:events";
import { createParser } from "eventsource-parser";
import type { CodeAnswer, StartAnswer, StatusAnswer } from "../../src/protocol/login-api.js";
import { until } from "./until.js";

/** What a visitor reads of an answer: a `Response`, or what another transport makes of one. */
export interface Answer {
  status: number;
  headers: { getSetCookie: () => string[] };
  body: AsyncIterable<Uint8Array> | null;
  text: () => Promise<string>;
}

/** A request as a browser sends it. */
export interface BrowserRequest {
  method: string;
  redirect: "manual";
  headers: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
}

/** A request of a page of the site. */
export interface PageRequest {
  headers?: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal;
}

interface VisitorOptions<A> {
  /** The address of the login API. */
  url: string;
  /** The site's origin, as a browser sends it. */
  origin: string;
  /** The transport. */
  send: (url: string, request: BrowserRequest) => Promise<A>;
}

/** A browser with a page of the site, as the login API sees it: its headers and cookies. */
export class Visitor<A extends Answer = Response> {
  cookie: string | undefined;
  /** The cookie by which it is known for its users. */
  known: string | undefined;
  /** The site's own cookies by their names, such as its session. */
  readonly others = new Map<string, string>();
  readonly url: string;
  readonly origin: string;
  readonly #send: VisitorOptions<A>["send"];

  constructor({ url, origin, send }: VisitorOptions<A>) {
    this.url = url;
    this.origin = origin;
    this.#send = send;
  }

  /** What it sends as its `Cookie` header. */
  get cookies(): string {
    return [this.cookie, this.known, ...this.others.values()].filter(Boolean).join("; ");
  }

  /** Keeps the cookies that an answer sets. */
  take(cookies: readonly string[]): void {
    for (const [pair = ""] of cookies.map((set) => set.split(";"))) {
      if (pair.includes("onegini-otp-login-known=")) this.known = pair;
      else if (pair.includes("onegini-otp-login")) this.cookie = pair;
      else this.others.set(pair.split("=", 1)[0] ?? "", pair);
    }
  }

  post(path: string, request?: PageRequest): Promise<A> {
    return this.call("POST", path, request);
  }

  get(path: string, { headers = {}, ...request }: PageRequest = {}): Promise<A> {
    return this.call("GET", path, { headers: { accept: "application/json", ...headers }, ...request });
  }

  /** A call with any method. All but GET have the headers of a page's request. */
  async call(method: string, path: string, { headers = {}, body, signal }: PageRequest = {}): Promise<A> {
    const answer = await this.#send(this.url + path, {
      method,
      redirect: "manual",
      headers: {
        ...(method !== "GET" && { origin: this.origin, "sec-fetch-site": "same-origin" }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(this.cookies !== "" && { cookie: this.cookies }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    this.take(answer.headers.getSetCookie());
    return answer;
  }

  async start(request?: PageRequest): Promise<StartAnswer> {
    return ok(await this.post("", request), 201);
  }

  async renew(attempt: string): Promise<CodeAnswer> {
    return ok(await this.post(`/${attempt}/otp`), 201);
  }

  async status(attempt: string, headers: Record<string, string> = {}): Promise<StatusAnswer> {
    return ok(await this.get(`/${attempt}`, { headers }), 200);
  }

  /** Polls until a phone has accepted. One poll may not do: it does not wait for a result call that a callback has begun. */
  approval(attempt: string): Promise<void> {
    return until(async () => (await this.status(attempt)).status === "approved", "the approval");
  }

  logIn(attempt: string): Promise<A> {
    return this.post(`/${attempt}/login`);
  }

  /** Sends the number that the phone shows, if any. */
  async postLogin(
    attempt: string,
    number?: unknown,
  ): Promise<{ status: number; json: Record<string, unknown>; response: A }> {
    const response = await this.post(`/${attempt}/login`, number === undefined ? {} : { body: { number } });
    return {
      status: response.status,
      json: JSON.parse(await response.text()) as Record<string, unknown>,
      response,
    };
  }

  async stream(attempt: string): Promise<StatusStream<A>> {
    const controller = new AbortController();
    const response = await this.get(`/${attempt}`, {
      headers: { accept: "text/event-stream" },
      signal: controller.signal,
    });
    return new StatusStream(response, controller, (text) => this.check(response, text));
  }

  /** Throws if a stream's text so far is invalid. */
  protected check(_answer: A, _text: string): void {
    // Only a browser that knows `openapi.yaml` can tell.
  }
}

/** A status stream that is being read. */
export class StatusStream<A extends Answer = Response> {
  readonly response: A;
  readonly events: StatusAnswer[] = [];
  /** The text of the stream so far. */
  text = "";
  comments = 0;
  retryMs: number | undefined;
  ended = false;
  #fault: unknown;
  readonly #controller: AbortController;
  readonly #check: (text: string) => void;
  readonly #news = new EventEmitter();

  constructor(response: A, controller: AbortController, check: (text: string) => void) {
    this.response = response;
    this.#controller = controller;
    this.#check = check;
    void this.#read();
  }

  /** Resolves to the first event with that status, also if it has arrived before. */
  async status(status: string): Promise<StatusAnswer> {
    const first = () => this.events.find((event) => event.status === status);
    await this.#until(() => first() !== undefined, `the status ${status}`);
    return first() as StatusAnswer;
  }

  end(): Promise<void> {
    return this.#until(() => this.ended, "the stream's end");
  }

  /** Closes the connection. */
  close(): void {
    this.#controller.abort();
  }

  /** At once, because the benches measure when. */
  async #until(holds: () => boolean, what: string): Promise<void> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#news.emit("news");
    }, 30_000);
    try {
      while (this.#fault === undefined && !holds()) {
        if (this.ended) throw new Error(`The stream ended before ${what}: ${this.text}`);
        if (isLate) throw new Error(`Waited too long for ${what}`);
        await once(this.#news, "news");
      }
    } finally {
      clearTimeout(timer);
    }
    this.#throwFault();
  }

  #throwFault(): void {
    if (this.#fault !== undefined) throw this.#fault as Error;
  }

  async #read(): Promise<void> {
    const parser = createParser({
      onEvent: ({ data }) => this.events.push(JSON.parse(data) as StatusAnswer),
      onComment: () => (this.comments += 1),
      onRetry: (ms) => (this.retryMs = ms),
    });
    const decoder = new TextDecoder();
    try {
      for await (const chunk of this.response.body ?? []) {
        const text = decoder.decode(chunk, { stream: true });
        this.text += text;
        try {
          this.#check(this.text);
        } catch (error) {
          this.#fault = error;
          break;
        }
        parser.feed(text);
        this.#news.emit("news");
      }
    } catch {
      // Aborted, the connection broke, or the stream is invalid.
    }
    this.ended = true;
    this.#news.emit("news");
    // Thrown as an unhandled error, so that a test fails even if it does not wait for this stream.
    if (this.#fault !== undefined) this.#controller.abort();
    this.#throwFault();
  }
}

async function ok<T>(response: Answer, status: number): Promise<T> {
  const text = await response.text();
  if (response.status !== status) throw new Error(`${response.status} instead of ${status}: ${text}`);
  return JSON.parse(text) as T;
}
