import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener, RequestError } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { takeStream, type OpenStream } from "./server/direct-stream.js";
import { isUnder, pathOf, type LoginKit } from "./server/kit.js";
import { badRequest } from "./server/answers.js";

/**
 * The kit on Node's `http` and whatever hands out `(req, res)`: Express, Fastify, Connect, Polka.
 *
 * @module
 */

/** What the adapter gives to the site's `signIn`, `clientIp` and `message` as `context`. */
export interface NodeContext {
  req: IncomingMessage;
  res: ServerResponse;
}

/** A handler for Node's `http`, and a middleware where there is a `next`. */
export type NodeHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/** What frameworks add to a request. */
type FrameworkRequest = IncomingMessage & {
  /** The address before the framework took off the path under which the handler is mounted. */
  originalUrl?: string;
  /** What a body parser made of the body. */
  body?: unknown;
};

/**
 * Makes a kit a handler for `(req, res)`. It may be mounted under a path, and after a body parser. A request outside
 * the kit's path goes to `next`, where there is one; else it is answered 404.
 *
 *     createServer(toNodeHandler(kit))                      // node:http
 *     app.use(toNodeHandler(kit))                           // Express
 */
export function toNodeHandler(kit: LoginKit<NodeContext>): NodeHandler {
  const path = pathOf(kit);
  const listener = getRequestListener(
    async (request, { incoming, outgoing }) => {
      const req = incoming as FrameworkRequest;
      const res = outgoing as ServerResponse;
      const response = await kit.fetch(withParsedBody(request, req), { req, res });
      keepCookies(res, response);
      const stream = takeStream(response);
      if (!stream) return response;
      writeStream(stream, response, res);
      return RESPONSE_ALREADY_SENT;
    },
    {
      overrideGlobalObjects: false,
      // For a client of HTTP/1.0. The kit believes no host, so that any will do.
      hostname: "localhost",
      errorHandler: (error) => (error instanceof RequestError ? badRequest.toResponse() : undefined),
    },
  );

  return (req, res, next) => {
    const { originalUrl } = req as FrameworkRequest;
    // A request line may name the whole address (RFC 9112 §3.2.2).
    const url = (originalUrl ?? req.url ?? "/").replace(/^https?:\/\/[^/?#]*/i, "") || "/";
    const isOurs = path === undefined || isUnder(url.split("?", 1)[0] ?? "", path);
    if (next && !isOurs) return next();
    // The listener reads the address at once, before it returns.
    const mountedUrl = req.url;
    req.url = url;
    void listener(req, res);
    if (mountedUrl !== undefined) req.url = mountedUrl;
  };
}

/** A body that was read before is taken from what the parser made of it. */
function withParsedBody(request: Request, req: FrameworkRequest): Request {
  const { method } = request;
  if (!req.readableDidRead || method === "GET" || method === "HEAD") return request;
  const { url, headers } = request;
  return new Request(url, { method, headers: new Headers(headers), body: serialize(req.body) });
}

const serialize = (body: unknown): string | Uint8Array<ArrayBuffer> | null => {
  if (body === undefined) return null;
  if (typeof body === "string") return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
};

/** What a session library put on `res` in `signIn` stays, beside the cookies of the answer. */
function keepCookies(res: ServerResponse, response: Response): void {
  if (!response.headers.has("set-cookie")) return;
  for (const cookie of [res.getHeader("set-cookie") ?? []].flat()) {
    response.headers.append("set-cookie", String(cookie));
  }
}

/** Writes a stream to the connection itself. */
function writeStream(open: OpenStream, { status, headers }: Response, res: ServerResponse): void {
  if (res.destroyed || res.writableEnded) return;
  res.writeHead(status, Object.fromEntries(headers));
  res.flushHeaders();
  const isOpen = (): boolean => !res.destroyed && !res.writableEnded;
  const leave = open({
    write: (text) => void (isOpen() && res.write(text)),
    end: () => void (isOpen() && res.end()),
  });
  res.once("close", leave);
}
