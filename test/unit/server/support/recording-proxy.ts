import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { TestContext } from "node:test";
import { listen } from "./site.js";

/** A header as it came over the wire. */
export type RawHeader = readonly [name: string, value: string];

/** One request, and what came back. */
export interface RecordedExchange {
  method: string;
  /** Path and query, as they were asked for. */
  url: string;
  requestHeaders: RawHeader[];
  requestBody: string;
  status: number;
  answerHeaders: RawHeader[];
  /** As far as it came. */
  answerBody: string;
}

/** Passes everything on, as it is, and keeps it. */
export interface RecordingProxy {
  origin: string;
  exchanges: RecordedExchange[];
}

/** @param target the server behind it; asked for with each request, as it may begin later */
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
