import { Agent as HttpAgent, request as requestHttp, type IncomingHttpHeaders } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { Agent as HttpsAgent, globalAgent, request as requestHttps } from "node:https";
import { pipeline, type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, constants } from "node:zlib";

export interface Request {
  method: string;
  headers: Record<string, string>;
  body?: string | undefined;
}

/** An answer whose body has not been read yet. */
export interface Response {
  status: number;
  headers: IncomingHttpHeaders;
  /** Decoded. */
  content: Readable;
}

export type Version = "http/1.1" | "h2";

/**
 * Sends a request over a connection of its own, because two requests on one connection would reach the same process behind a
 * proxy. `signal` ends it, also while the body is read. Rejects with the system's error.
 */
export function exchange(
  url: string,
  request: Request,
  version: Version,
  signal: AbortSignal,
): Promise<Response> {
  return (version === "h2" ? overHttp2 : overHttp1)(url, request, signal);
}

function overHttp1(url: string, { method, headers, body }: Request, signal: AbortSignal): Promise<Response> {
  const isTls = url.startsWith("https:");
  // A site sets its certificate authorities here, for the kit too.
  const agent = isTls
    ? new HttpsAgent({ ...globalAgent.options, ALPNProtocols: ["http/1.1"], keepAlive: false })
    : new HttpAgent({ keepAlive: false });
  return new Promise((resolve, reject) => {
    const sent = (isTls ? requestHttps : requestHttp)(url, { method, headers, agent, signal });
    sent.on("error", reject);
    sent.once("response", (response) =>
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        content: decoded(response, response.headers),
      }),
    );
    sent.end(body);
  });
}

function overHttp2(url: string, { method, headers, body }: Request, signal: AbortSignal): Promise<Response> {
  const { origin, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const session = connectHttp2(origin, { ca: globalAgent.options.ca });
    const end = (): void => session.destroy();
    signal.addEventListener("abort", end, { once: true });
    const fail = (error: Error): void => {
      end();
      reject(error);
    };
    session.on("error", fail);
    session.once("close", () => {
      signal.removeEventListener("abort", end);
      reject(new Error("the connection was closed"));
    });
    const stream = session.request({ ...headers, ":method": method, ":path": pathname + search });
    stream.on("error", fail);
    stream.once("response", (head) => {
      const { ":status": status = 0, ...rest } = head;
      resolve({ status, headers: rest, content: decoded(stream, rest) });
    });
    stream.end(body);
  });
}

/** Decodes what has arrived at once, as a browser does. */
function decoded(body: Readable, headers: IncomingHttpHeaders): Readable {
  const decoder = decoderOf(headers["content-encoding"]);
  if (decoder === undefined) return body;
  // Errors of both are passed to the reader of the decoder.
  return pipeline(body, decoder, () => undefined);
}

function decoderOf(encoding: string | undefined) {
  switch (encoding?.toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return createGunzip({ flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH });
    case "br":
      return createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH });
    case undefined:
    default:
      return undefined;
  }
}
