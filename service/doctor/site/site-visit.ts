import { request as requestHttp, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { performance } from "node:perf_hooks";
import { createBrotliDecompress, createGunzip, constants } from "node:zlib";
import type { Readable } from "node:stream";
import { codeOf } from "../error-code.js";
import { userAgent } from "../user-agent.js";

/** An answer of the site, or why there was none. */
export type Answer =
  | { kind: "answered"; status: number; headers: IncomingHttpHeaders; text: string }
  | { kind: "silent"; reason: string };

/** How the status stream began. */
export type StreamAnswer =
  | {
      kind: "answered";
      status: number;
      headers: IncomingHttpHeaders;
      /** Until the first event was there. Undefined: it was not there in time. */
      firstEventMs: number | undefined;
    }
  /** Not even the headers came. */
  | { kind: "silent"; reason: string };

/** What a browser gets from a site. What was not asked is undefined. */
export interface SiteFacts {
  page: Answer;
  /** The start of a login, with the page's own origin. */
  start: Answer;
  /** The same with the origin of another site. */
  foreignStart: Answer;
  /** The two ways to hear of a login that was started. */
  status?: Answer;
  stream?: StreamAnswer;
  /** The site's clock minus this machine's, in milliseconds. Undefined without a `Date` header. */
  clockMs?: number | undefined;
}

const maxBytes = 1_000_000;

/** A stream is slow for the widget from here on: it begins to poll. */
export const widgetStreamMs = 2_500;

/** A site's address as it was given, and where its login API is. */
export interface Site {
  page: string;
  apiOrigin: string;
  path: string;
}

export interface VisitTimes {
  timeoutMs: number;
  /** How long to wait for the stream's first event. */
  streamMs: number;
}

/** Looks at a login page and its login API as a browser does. Never rejects. */
export async function visitSite({ page, apiOrigin, path }: Site, times: VisitTimes): Promise<SiteFacts> {
  const { origin } = new URL(page);
  const api = apiOrigin + path;
  const isOwn = apiOrigin === origin;
  const fetchSite = isOwn ? "same-origin" : "same-site";
  const browser = { "user-agent": userAgent, "accept-encoding": "gzip, br", "accept-language": "en" };
  const ask = (url: string, method: string, headers: Record<string, string>, body?: string) =>
    call(url, { method, headers: { ...browser, ...headers }, body, timeoutMs: times.timeoutMs });
  const post = (from: string, site: string) =>
    ask(
      api,
      "POST",
      {
        origin: from,
        "sec-fetch-site": site,
        "content-type": "application/json",
        accept: "application/json",
      },
      "{}",
    );

  const seenPage = await ask(page, "GET", { accept: "text/html", "sec-fetch-site": "none" });
  const start = await post(origin, fetchSite);
  const foreignStart = await post("https://another-site.example", "cross-site");
  const facts = { page: seenPage, start, foreignStart, clockMs: clockOf(start) ?? clockOf(seenPage) };
  const attempt = attemptIn(start);
  if (attempt === undefined) return facts;
  const status = `${api}/${attempt}`;
  const own = { cookie: cookieOf(start), "sec-fetch-site": fetchSite, ...(!isOwn && { origin }) };
  return {
    ...facts,
    status: await ask(status, "GET", { ...own, accept: "application/json" }),
    stream: await openStream(status, { ...browser, ...own, accept: "text/event-stream" }, times.streamMs),
  };
}

/** The id in the answer to a start. */
export function attemptIn(start: Answer): string | undefined {
  const body = jsonIn(start);
  const attempt = body?.["attempt"];
  return typeof attempt === "string" && /^[\w-]{1,128}$/.test(attempt) ? attempt : undefined;
}

export function jsonIn(answer: Answer): Record<string, unknown> | undefined {
  if (answer.kind !== "answered") return undefined;
  try {
    const json: unknown = JSON.parse(answer.text);
    return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The cookies of an answer as a browser sends them back. */
const cookieOf = (answer: Answer): string =>
  answer.kind === "answered"
    ? (answer.headers["set-cookie"] ?? []).map((each) => each.split(";")[0] ?? "").join("; ")
    : "";

function clockOf(answer: Answer): number | undefined {
  if (answer.kind !== "answered" || answer.headers["age"] !== undefined) return undefined;
  const date = Date.parse(answer.headers.date ?? "");
  return Number.isNaN(date) ? undefined : date - Date.now();
}

interface Call {
  method: string;
  headers: Record<string, string>;
  body?: string | undefined;
  timeoutMs: number;
}

function call(url: string, { method, headers, body, timeoutMs }: Call): Promise<Answer> {
  return new Promise((resolve) => {
    const sent = open(url, method, headers);
    const end = (answer: Answer): void => {
      clearTimeout(timer);
      resolve(answer);
      sent.destroy();
    };
    const timer = setTimeout(
      () => end({ kind: "silent", reason: `no answer in ${timeoutMs / 1000} s` }),
      timeoutMs,
    );
    sent.on("error", (error) => end({ kind: "silent", reason: codeOf(error) }));
    sent.once("response", (response) => {
      const { statusCode: status = 0, headers } = response;
      let text = "";
      const finish = () => end({ kind: "answered", status, headers, text });
      const content = decoded(response).setEncoding("utf8");
      content.on("data", (chunk: string) => {
        text += chunk;
        if (text.length > maxBytes) finish();
      });
      content.once("end", finish);
      content.once("error", finish);
    });
    sent.end(body);
  });
}

function openStream(url: string, headers: Record<string, string>, eventMs: number): Promise<StreamAnswer> {
  return new Promise((resolve) => {
    const began = performance.now();
    const sent = open(url, "GET", headers);
    const end = (answer: StreamAnswer): void => {
      clearTimeout(timer);
      resolve(answer);
      sent.destroy();
    };
    let answered: (firstEventMs?: number) => void = () =>
      end({ kind: "silent", reason: `no headers in ${eventMs / 1000} s` });
    const timer = setTimeout(() => answered(), eventMs);
    sent.on("error", (error) => end({ kind: "silent", reason: codeOf(error) }));
    sent.once("response", (response) => {
      const { statusCode: status = 0, headers } = response;
      answered = (firstEventMs) => end({ kind: "answered", status, headers, firstEventMs });
      let text = "";
      const content = decoded(response).setEncoding("utf8");
      content.on("data", (chunk: string) => {
        text += chunk;
        if (/^event: ?status$/m.test(text) && text.includes("\n\n")) answered(performance.now() - began);
      });
      content.once("end", () => answered());
      content.once("error", () => answered());
    });
    sent.end();
  });
}

const open = (url: string, method: string, headers: Record<string, string>) =>
  (url.startsWith("https:") ? requestHttps : requestHttp)(url, { method, headers });

/** A browser shows what it has, so what has come is decoded at once. */
function decoded(response: IncomingMessage): Readable {
  switch (response.headers["content-encoding"]) {
    case "gzip":
      return response.pipe(
        createGunzip({ flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }),
      );
    case "br":
      return response.pipe(createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH }));
    case undefined:
    default:
      return response;
  }
}
