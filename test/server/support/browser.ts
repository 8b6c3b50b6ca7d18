import { createParser } from "eventsource-parser";
import type { CodeAnswer, StartAnswer, StatusAnswer } from "../../../src/protocol/login-api.js";
import { until } from "./until.js";

/** What a page of the site sends with a call. */
export interface PageRequest {
  headers?: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal;
}

/** A browser with a page of the site, as far as the login API can tell: its headers and its cookie. */
export class Browser {
  cookie: string | undefined;
  readonly url: string;
  readonly origin: string;

  constructor({ url, origin }: { url: string; origin: string }) {
    this.url = url;
    this.origin = origin;
  }

  async post(path: string, { headers = {}, body, signal }: PageRequest = {}): Promise<Response> {
    const response = await fetch(this.url + path, {
      method: "POST",
      redirect: "manual",
      headers: {
        origin: this.origin,
        "sec-fetch-site": "same-origin",
        ...(body !== undefined && { "content-type": "application/json" }),
        ...this.#cookieHeader(),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    const set = response.headers.getSetCookie().find((cookie) => cookie.includes("onegini-otp-login"));
    if (set) this.cookie = set.split(";")[0];
    return response;
  }

  get(path: string, { headers = {}, signal }: PageRequest = {}): Promise<Response> {
    return fetch(this.url + path, {
      headers: { accept: "application/json", ...this.#cookieHeader(), ...headers },
      ...(signal && { signal }),
    });
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

  logIn(attempt: string): Promise<Response> {
    return this.post(`/${attempt}/login`);
  }

  async stream(attempt: string): Promise<StatusStream> {
    const controller = new AbortController();
    const response = await this.get(`/${attempt}`, {
      headers: { accept: "text/event-stream" },
      signal: controller.signal,
    });
    return new StatusStream(response, controller);
  }

  #cookieHeader(): Record<string, string> {
    return this.cookie === undefined ? {} : { cookie: this.cookie };
  }
}

/** A status stream, as it is read. */
export class StatusStream {
  readonly response: Response;
  readonly events: StatusAnswer[] = [];
  /** The text as it came. */
  text = "";
  comments = 0;
  retryMs: number | undefined;
  ended = false;
  readonly #controller: AbortController;

  constructor(response: Response, controller: AbortController) {
    this.response = response;
    this.#controller = controller;
    void this.#read();
  }

  /** Resolves to the first event with that status, the earlier ones included. */
  async status(status: string): Promise<StatusAnswer> {
    await until(() => this.events.some((event) => event.status === status), `the status ${status}`);
    return this.events.find((event) => event.status === status) as StatusAnswer;
  }

  async end(): Promise<void> {
    await until(() => this.ended, "the stream's end");
  }

  /** The client goes away. */
  close(): void {
    this.#controller.abort();
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
        parser.feed(text);
      }
    } catch {
      // Aborted, or the connection broke.
    }
    this.ended = true;
  }
}

async function ok<T>(response: Response, status: number): Promise<T> {
  const text = await response.text();
  if (response.status !== status) throw new Error(`${response.status} instead of ${status}: ${text}`);
  return JSON.parse(text) as T;
}
