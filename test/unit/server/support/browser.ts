import { createParser } from "eventsource-parser";
import type { CodeAnswer, StartAnswer, StatusAnswer } from "../../../../src/protocol/login-api.js";
import { assertDocumented } from "./openapi.js";
import { until } from "../../../support/until.js";

/** A request of a page of the site. */
export interface PageRequest {
  headers?: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal;
}

/** The address of the login API for a browser. */
interface Address {
  url: string;
  origin: string;
  /** Whether there is a proxy in between. It answers for servers that it cannot reach. Default false. */
  proxied?: boolean;
}

/**
 * A browser with a page of the site, as the login API sees it: its headers and its cookie. Every answer is checked
 * against `openapi.yaml`.
 */
export class Browser {
  cookie: string | undefined;
  /** The cookie by which it is known for its users. */
  known: string | undefined;
  readonly url: string;
  readonly origin: string;
  readonly #proxied: boolean;

  constructor({ url, origin, proxied = false }: Address) {
    this.url = url;
    this.origin = origin;
    this.#proxied = proxied;
  }

  /** What it sends as its `Cookie` header. */
  get cookies(): string {
    return [this.cookie, this.known].filter(Boolean).join("; ");
  }

  /** Keeps the kit's cookies that an answer sets. */
  take(cookies: readonly string[]): void {
    for (const [pair = ""] of cookies.map((set) => set.split(";"))) {
      if (pair.includes("onegini-otp-login-known=")) this.known = pair;
      else if (pair.includes("onegini-otp-login")) this.cookie = pair;
    }
  }

  post(path: string, request?: PageRequest): Promise<Response> {
    return this.call("POST", path, request);
  }

  get(path: string, { headers = {}, ...request }: PageRequest = {}): Promise<Response> {
    return this.call("GET", path, { headers: { accept: "application/json", ...headers }, ...request });
  }

  /** A call with any method. All but GET have the headers of a page's request. */
  async call(
    method: string,
    path: string,
    { headers = {}, body, signal }: PageRequest = {},
  ): Promise<Response> {
    const response = await fetch(this.url + path, {
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
    this.take(response.headers.getSetCookie());
    return this.#documented(method, path, response);
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

  logIn(attempt: string): Promise<Response> {
    return this.post(`/${attempt}/login`);
  }

  /** Sends the number that the phone shows, if any. */
  async postLogin(
    attempt: string,
    number?: unknown,
  ): Promise<{ status: number; json: Record<string, unknown>; response: Response }> {
    const response = await this.post(`/${attempt}/login`, number === undefined ? {} : { body: { number } });
    return { status: response.status, json: (await response.json()) as Record<string, unknown>, response };
  }

  async stream(attempt: string): Promise<StatusStream> {
    const controller = new AbortController();
    const response = await this.get(`/${attempt}`, {
      headers: { accept: "text/event-stream" },
      signal: controller.signal,
    });
    return new StatusStream(response, controller);
  }

  async #documented(method: string, path: string, response: Response): Promise<Response> {
    const { status, headers } = response;
    // A stream is checked while it is read. A body that is cut off is left for the test to check.
    const read = async (): Promise<string | undefined> => response.clone().text();
    const body = isStream(headers) ? undefined : await read().catch(() => undefined);
    if (!(this.#proxied && isOfProxy(response)))
      assertDocumented({ method, path, status, headers: ofApi(headers), body });
    return response;
  }
}

/** A status stream that is being read. */
export class StatusStream {
  readonly response: Response;
  readonly events: StatusAnswer[] = [];
  /** The text of the stream so far. */
  text = "";
  comments = 0;
  retryMs: number | undefined;
  ended = false;
  /** The difference from `openapi.yaml`, if there is one. */
  #fault: unknown;
  readonly #controller: AbortController;

  constructor(response: Response, controller: AbortController) {
    this.response = response;
    this.#controller = controller;
    void this.#read();
  }

  /** Resolves to the first event with that status, also if it has arrived before. */
  async status(status: string): Promise<StatusAnswer> {
    await until(
      () => this.#fault !== undefined || this.events.some((event) => event.status === status),
      `the status ${status}`,
    );
    this.#assertDocumented();
    return this.events.find((event) => event.status === status) as StatusAnswer;
  }

  async end(): Promise<void> {
    await until(() => this.ended, "the stream's end");
    this.#assertDocumented();
  }

  /** Closes the connection. */
  close(): void {
    this.#controller.abort();
  }

  #assertDocumented(): void {
    if (this.#fault !== undefined) throw this.#fault as Error;
  }

  #look(): void {
    const { status, headers } = this.response;
    if (!isStream(headers)) return;
    try {
      assertDocumented({ method: "GET", path: "/attempt", status, headers: ofApi(headers), body: this.text });
    } catch (error) {
      this.#fault = error;
      throw error;
    }
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
        this.#look();
        parser.feed(text);
      }
    } catch {
      // Aborted, the connection broke, or the stream is invalid.
    }
    this.ended = true;
    // Thrown as an unhandled error, so that a test fails even if it does not wait for this stream.
    if (this.#fault !== undefined) this.#controller.abort();
    this.#assertDocumented();
  }
}

const isStream = (headers: Headers): boolean => headers.get("content-type") === "text/event-stream";

/** The answer of a proxy that reaches no server. It is not the login API's. */
const isOfProxy = ({ status, headers }: Response): boolean =>
  [502, 503, 504].includes(status) && headers.get("content-type") !== "application/json";

/** nginx consumes `X-Accel-Buffering`: it does not pass it on. */
const ofApi = (headers: Headers): [string, string][] =>
  isStream(headers) && headers.get("server")?.startsWith("nginx")
    ? [...headers, ["x-accel-buffering", "no"]]
    : [...headers];

async function ok<T>(response: Response, status: number): Promise<T> {
  const text = await response.text();
  if (response.status !== status) throw new Error(`${response.status} instead of ${status}: ${text}`);
  return JSON.parse(text) as T;
}
