import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { listen } from "./site.js";

/** An answer as received on the wire. */
export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  body: string;
}

/** Sends a request without headers of its own, except Host and those for the body. */
export function send(
  method: string,
  url: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: string | Buffer | Buffer[] } = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const req = request(url, { method, headers, agent: false }, (res) => {
      const { statusCode: status = 0, headers, rawHeaders } = res;
      text(res).then((body) => resolve({ status, headers, rawHeaders, body }), reject);
    });
    req.on("error", reject);
    // Several buffers are sent as chunks, without a Content-Length.
    if (Array.isArray(body)) for (const chunk of body) req.write(chunk);
    req.end(Array.isArray(body) ? undefined : body);
  });
}

/**
 * Writes bytes to a server's socket. Resolves to everything that comes back until the socket closes.
 *
 * @param until closes the socket when this text has come back
 */
export function exchange(origin: string, text: string, { until }: { until?: RegExp } = {}): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let received = "";
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      if (until?.test(received)) socket.destroy();
    });
    socket.on("close", () => resolve(received));
    socket.on("error", reject);
  });
}

/** A header as received on the wire. */
type RawHeader = readonly [name: string, value: string];

/** A request and its answer. */
export interface RecordedExchange {
  method: string;
  /** Path and query of the request. */
  url: string;
  requestHeaders: RawHeader[];
  requestBody: string;
  status: number;
  answerHeaders: RawHeader[];
  /** The body so far. */
  answerBody: string;
}

/** A proxy that passes everything on unchanged and records it. */
interface RecordingProxy {
  origin: string;
  exchanges: RecordedExchange[];
}

/** @param target gives the server behind it for each request, because that server may start later */
export async function recordingProxy(
  t: Pick<TestContext, "after">,
  target: () => string,
): Promise<RecordingProxy> {
  const exchanges: RecordedExchange[] = [];
  const pass = (req: IncomingMessage, res: ServerResponse): void => {
    const exchange: RecordedExchange = {
      method: req.method ?? "",
      url: req.url ?? "",
      requestHeaders: pairs(req.rawHeaders),
      requestBody: "",
      status: 0,
      answerHeaders: [],
      answerBody: "",
    };
    exchanges.push(exchange);
    const onward = request(target() + exchange.url, {
      method: exchange.method,
      headers: req.headers,
      agent: false,
    });
    req.on("data", (chunk: Buffer) => (exchange.requestBody += chunk.toString()));
    req.pipe(onward);
    onward.on("response", (answer) => {
      exchange.status = answer.statusCode ?? 0;
      exchange.answerHeaders = pairs(answer.rawHeaders);
      res.writeHead(exchange.status, answer.rawHeaders);
      res.flushHeaders();
      answer.on("data", (chunk: Buffer) => (exchange.answerBody += chunk.toString()));
      answer.pipe(res);
      answer.on("error", () => res.destroy());
    });
    onward.on("error", () => res.destroy());
    res.on("close", () => onward.destroy());
  };
  return { origin: await listen(t, createServer(pass)), exchanges };
}

const pairs = (raw: readonly string[]): RawHeader[] =>
  raw.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1] ?? ""] as const] : [],
  );
