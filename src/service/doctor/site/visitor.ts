import { performance } from "node:perf_hooks";
import type { IncomingHttpHeaders } from "node:http";
import { eventStreamParser } from "../../../protocol/event-stream.js";
import { parseJson } from "../../../protocol/login-api.js";
import { codeOrText } from "../../process/error-code.js";
import { userAgent } from "../user-agent.js";
import { CookieJar } from "./cookie-jar.js";
import { exchange, type Request, type Response, type Version } from "./exchange.js";

/** An answer of the site, or why there was none. */
export type Answer =
  | {
      kind: "answered";
      status: number;
      headers: IncomingHttpHeaders;
      body: Buffer;
      text: string;
      /** Whether `body` is the whole body. */
      isWhole: boolean;
    }
  | { kind: "silent"; reason: string };

export type Answered = Extract<Answer, { kind: "answered" }>;

/** The answer to the request for the status stream. */
export type StreamAnswer =
  /** An answer that is not a stream. */
  | { kind: "other"; answer: Answered }
  | {
      kind: "stream";
      headers: IncomingHttpHeaders;
      /** The time until the first event. Undefined: it did not come in time. */
      firstEventMs: number | undefined;
    }
  /** Not even the headers came. */
  | { kind: "silent"; reason: string };

/** One request, without the headers that a browser adds to each. */
export interface Ask {
  url: string;
  method?: "GET" | "POST" | "OPTIONS";
  headers: Record<string, string>;
  body?: string;
  /** The most bytes that are read. */
  maxBytes: number;
  /** False for a call from another site's page, which does not send the site's `SameSite=Lax` cookies. */
  withCookies?: boolean;
}

interface VisitorOptions {
  timeoutMs: number;
  /** The headers of `--header`, sent to `origins` only. */
  given: readonly (readonly [name: string, value: string])[];
  origins: readonly string[];
}

const browserHeaders = {
  "user-agent": userAgent,
  "accept-encoding": "gzip, br",
  "accept-language": "en",
};

/** Calls a site as one browser does. Each call has a connection of its own. No call rejects. */
export class Visitor {
  readonly #options: VisitorOptions;
  readonly #jar = new CookieJar();
  /** The HTTP version of each origin. */
  readonly #versions = new Map<string, Version>();

  constructor(options: VisitorOptions) {
    this.#options = options;
  }

  forgetCookies(name: RegExp): void {
    this.#jar.forget(name);
  }

  async call(ask: Ask): Promise<Answer> {
    return this.#inTime(this.#options.timeoutMs, async (signal, progress) => {
      const response = await this.#send(ask, signal);
      progress("its answer did not end");
      return this.#keep(ask, await readAnswer(response, ask.maxBytes));
    });
  }

  /** Opens a stream of events and waits for the first status. */
  async openStream(ask: Ask, eventMs: number): Promise<StreamAnswer> {
    const began = performance.now();
    let headers: IncomingHttpHeaders | undefined;
    const answer = await this.#inTime(eventMs, async (signal, progress): Promise<StreamAnswer> => {
      const response = await this.#send(ask, signal);
      if (!isEventStream(response)) {
        progress("its answer did not end");
        return { kind: "other", answer: await readAnswer(response, ask.maxBytes) };
      }
      headers = response.headers;
      const isThere = await hasStatus(response, ask.maxBytes);
      return { kind: "stream", headers, firstEventMs: isThere ? performance.now() - began : undefined };
    });
    return answer.kind === "silent" && headers
      ? { kind: "stream", headers, firstEventMs: undefined }
      : answer;
  }

  /** Aborts work that takes longer. The reason names the step that it had reached. */
  async #inTime<Result>(
    timeoutMs: number,
    work: (signal: AbortSignal, progress: (where: string) => void) => Promise<Result>,
  ): Promise<Result | { kind: "silent"; reason: string }> {
    const controller = new AbortController();
    let where = "no answer";
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      controller.abort();
    }, timeoutMs);
    try {
      return await work(controller.signal, (now) => void (where = now));
    } catch (error) {
      return { kind: "silent", reason: isLate ? `${where} in ${timeoutMs / 1000} s` : codeOrText(error) };
    } finally {
      clearTimeout(timer);
      controller.abort();
    }
  }

  async #send(ask: Ask, signal: AbortSignal): Promise<Response> {
    const { origin, protocol } = new URL(ask.url);
    const request = { method: ask.method ?? "GET", headers: this.#headersOf(ask), body: ask.body };
    const known = this.#versions.get(origin);
    if (known !== undefined) return exchange(ask.url, request, known, signal);
    const [version, response] = await firstExchange(ask.url, request, protocol === "https:", signal);
    this.#versions.set(origin, version);
    return response;
  }

  #headersOf({ url, headers, withCookies = true }: Ask): Record<string, string> {
    const { origins, given } = this.#options;
    const own = origins.includes(new URL(url).origin)
      ? Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), value]))
      : {};
    const cookie = [own["cookie"] ?? "", withCookies ? this.#jar.headerFor(url) : ""]
      .filter(Boolean)
      .join("; ");
    return { ...browserHeaders, ...own, ...headers, ...(cookie !== "" && { cookie }) };
  }

  #keep({ url, withCookies = true }: Ask, answer: Answered): Answered {
    if (withCookies) this.#jar.keep(url, answer.headers["set-cookie"] ?? []);
    return answer;
  }
}

/** Tries HTTP/2 if HTTP/1.1 fails: a server without HTTP/1.1 ends the handshake or answers in frames. */
async function firstExchange(
  url: string,
  request: Request,
  isTls: boolean,
  signal: AbortSignal,
): Promise<[Version, Response]> {
  try {
    return ["http/1.1", await exchange(url, request, "http/1.1", signal)];
  } catch (error) {
    if (!isTls || signal.aborted) throw error;
    try {
      return ["h2", await exchange(url, request, "h2", signal)];
    } catch {
      throw error;
    }
  }
}

async function readAnswer({ status, headers, content }: Response, maxBytes: number): Promise<Answered> {
  const chunks: Buffer[] = [];
  let length = 0;
  let isWhole = true;
  try {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length <= maxBytes) continue;
      isWhole = false;
      break;
    }
  } catch (error) {
    // A browser shows the part of a truncated page that arrived, if any of it can be decoded.
    if (length === 0) throw error;
    isWhole = false;
  }
  const body = Buffer.concat(chunks).subarray(0, maxBytes);
  return { kind: "answered", status, headers, body, text: body.toString("utf8"), isWhole };
}

const isEventStream = ({ status, headers }: Response): boolean =>
  status === 200 && /^text\/event-stream *(;|$)/i.test(headers["content-type"] ?? "");

/** Resolves to whether an event `status` arrived before the stream ended. */
async function hasStatus({ content }: Response, maxBytes: number): Promise<boolean> {
  let isThere = false;
  let length = 0;
  const feed = eventStreamParser({ onEvent: (event) => void (isThere ||= event === "status") });
  for await (const chunk of content.setEncoding("utf8") as AsyncIterable<string>) {
    feed(chunk);
    length += chunk.length;
    if (isThere || length > maxBytes) break;
  }
  return isThere;
}

export function jsonIn(answer: Answer): Record<string, unknown> | undefined {
  if (answer.kind !== "answered") return undefined;
  const json = parseJson(answer.text);
  return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : undefined;
}
