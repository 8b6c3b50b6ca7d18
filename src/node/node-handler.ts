import { setMaxListeners } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener, RequestError } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { rawBodyOf, toWebResponse, type OpenStream, type StreamSink } from "../server/http/response.js";
import { defaultPath } from "../protocol/login-api.js";
import { forAdapter } from "../server/create-login-kit.js";
import type { LoginKit } from "../server/login-kit.js";
import type { Delivery } from "../server/http/call.js";
import { invalidRequest, notFound, type ApiError } from "../server/http/api-error.js";

/**
 * The `context` that the adapter passes to the site's `signIn`, `clientIp` and `message`. For a framework that extends request
 * and response, pass its types: `NodeContext<express.Request, express.Response>`.
 */
export interface NodeContext<
  Req extends IncomingMessage = IncomingMessage,
  Res extends ServerResponse = ServerResponse,
> {
  req: Req;
  res: Res;
}

/** A handler for Node's `http`; with `next` a middleware. It calls `next` without an error. */
export type NodeHandler<
  Req extends IncomingMessage = IncomingMessage,
  Res extends ServerResponse = ServerResponse,
> = (req: Req, res: Res, next?: () => void) => void;

/** A request with what frameworks add to it. */
type FrameworkRequest = IncomingMessage & {
  /** The address before the framework removed the path under which the handler is mounted. */
  originalUrl?: string;
  /** The result of a body parser. */
  body?: unknown;
};

/**
 * Makes a handler for `(req, res)` from a kit. It may be mounted under a path, and after a body parser. A request outside
 * the kit's path goes to `next`; without `next` it is answered 404.
 *
 *     createServer(toNodeHandler(kit))                      // node:http
 *     app.use(toNodeHandler(kit))                           // Express
 *
 * @throws TypeError if it is given no kit
 */
export function toNodeHandler<
  Req extends IncomingMessage = IncomingMessage,
  Res extends ServerResponse = ServerResponse,
>(kit: LoginKit<NodeContext<Req, Res>>): NodeHandler<Req, Res> {
  if (typeof (kit as Partial<typeof kit> | undefined)?.fetch !== "function")
    throw new TypeError('toNodeHandler: "kit" is wrong; expected a kit, and no promise of one');
  const inner = forAdapter(kit);
  const listener = getRequestListener(async (request, { incoming, outgoing }) => {
    const req = incoming as Req;
    const res = outgoing as Res;
    restoreUrl(req);
    closeWithConnection(res);
    const context = { req, res };
    const asked = withParsedBody(request, req);
    const delivery: Delivery = {
      isAnswered: () => res.headersSent,
      onSent: (listener) => void res.once("finish", () => listener(cookiesOf(res))),
    };
    const response = await (inner?.fetch(asked, context, delivery) ?? kit.fetch(asked, context));
    // `signIn` answered by itself, and may have left the response open.
    if (delivery.isAnswered()) {
      res.end();
      return RESPONSE_ALREADY_SENT;
    }
    keepCookies(res, response);
    const body = rawBodyOf(response);
    if (body === undefined) return response;
    if (typeof body === "string") writeText(body, response, res);
    else writeStream(body, response, res);
    return RESPONSE_ALREADY_SENT;
  }, listenerOptions);

  const handle: NodeHandler<Req, Res> = (req, res, next) => handleAt(inner?.path, req, res, next);
  const findPath = inner?.findPath?.bind(inner);
  if (!findPath) return handle;
  return (req, res, next) => {
    if (inner?.path !== undefined) return handle(req, res, next);
    void findPath().then((path) => handleAt(path ?? defaultPath, req, res, next));
  };

  /** @param path undefined if the kit answers every path */
  function handleAt(path: string | undefined, ...[req, res, next]: Parameters<NodeHandler<Req, Res>>): void {
    const target = requestTarget(req);
    if (hasUserInfo(target)) return refuse(invalidRequest("The address contains a user name."), res);
    const url = originForm(target);
    const pathname = url.split("?", 1)[0] ?? "";
    const isOurs = path === undefined || pathname === path || pathname.startsWith(`${path}/`);
    if (next && !isOurs) return next();
    // The listener would resolve such a spelling to the plain path.
    if (isDisguised(pathname, `${path}/callback`)) return refuse(notFound(), res);
    mountedUrls.set(req, req.url);
    req.url = url;
    const closeListeners = res.listenerCount("close");
    void listener(req, res);
    if (res.listenerCount("close") > closeListeners)
      aborts.set(res, res.listeners("close").at(-1) as () => void);
    // The listener did not call the kit if it could not read the request.
    restoreUrl(req);
  }
}

const listenerOptions: Parameters<typeof getRequestListener>[1] = {
  overrideGlobalObjects: false,
  // For HTTP/1.0 clients. The kit does not use the host.
  hostname: "localhost",
  errorHandler: (error) =>
    error instanceof RequestError
      ? toWebResponse(invalidRequest("The request cannot be read.").toResponse())
      : undefined,
};

/** By which the listener aborts a request whose connection is closed. */
const aborts = new WeakMap<ServerResponse, () => void>();

/** The addresses of requests as a framework set them. The listener reads the whole address instead. */
const mountedUrls = new WeakMap<IncomingMessage, string | undefined>();

function restoreUrl(req: IncomingMessage): void {
  const url = mountedUrls.get(req);
  mountedUrls.delete(req);
  if (url !== undefined) req.url = url;
}

/**
 * Converts the request for a page for `kit.begin`: method, address and headers, without a body. It never throws for a request
 * that a client can send.
 *
 *     const begun = await kit.begin(toWebRequest(req), { req, res });
 */
export function toWebRequest(req: IncomingMessage): Request {
  const { method } = req;
  // The kit does not use the host.
  return new Request(`http://localhost${originForm(requestTarget(req))}`, {
    method: method === "GET" ? "GET" : "HEAD",
    headers: toWebHeaders(req),
  });
}

/** The headers of a request, without HTTP/2's pseudo-headers. */
export const toWebHeaders = ({ headers }: IncomingMessage): Headers =>
  new Headers(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || name.startsWith(":") ? [] : [[name, String(value)] as [string, string]],
    ),
  );

/** The address in the request line, also if a framework has removed a part of it. */
const requestTarget = (req: IncomingMessage): string =>
  (req as FrameworkRequest).originalUrl ?? req.url ?? "/";

/** Path and query. A request line may contain the whole URL (RFC 9112 §3.2.2), or only `*`. */
export function originForm(target: string): string {
  const url = target.replace(/^https?:\/\/[^/?#]*/i, "");
  return url.startsWith("/") ? url : "/";
}

/**
 * Whether an address has a user name (`http://user@host/`, `//user@host`), which no client sends (RFC 9110 §4.2.4). A page's code
 * that parses such an address, as in `new Request(new URL(req.url, origin))`, would throw.
 */
const hasUserInfo = (target: string): boolean => /^(?:https?:)?[/\\]{2,}[^/\\?#]*@/i.test(target);

/**
 * Emits `close` on a response when its connection is closed. Node does so only for the response that it is sending, not for those
 * that wait behind it because the client sent several requests at once (pipelining).
 */
export function closeWithConnection(res: ServerResponse): void {
  // Only the response that is being sent has the socket.
  if (res.socket) return;
  const { socket } = res.req;
  const close = (): void => {
    if (res.socket || res.closed) return;
    // So that no stream begins later.
    res.destroy();
    res.emit("close");
  };
  // A client may send any number of requests at once.
  setMaxListeners(0, socket);
  socket.once("close", close);
  res.once("close", () => socket.off("close", close));
}

/** Whether a path is another spelling of an address (`/./`, `\\`), which would get past a proxy's rule for it. */
function isDisguised(pathname: string, address: string): boolean {
  const base = "http://localhost";
  return pathname !== address && URL.canParse(pathname, base) && new URL(pathname, base).pathname === address;
}

/** If a body parser has read the body, makes it again from the parser's result. */
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

/** Keeps the cookies that a session library set on `res` in `signIn`, beside those of the answer. */
function keepCookies(res: ServerResponse, response: Response): void {
  if (!response.headers.has("set-cookie")) return;
  for (const cookie of cookiesOf(res)) response.headers.append("set-cookie", cookie);
}

/** The cookies that have been set on a response. */
export const cookiesOf = (response: { getHeader: (name: string) => unknown }): string[] =>
  [response.getHeader("set-cookie") ?? []].flat().map(String);

/** Answers a request that the listener must not read. */
function refuse(error: ApiError, res: ServerResponse): void {
  const response = error.toResponse();
  writeText(rawBodyOf(response) as string, response, res);
}

/** Writes an answer without a web stream. */
function writeText(text: string, { status, headers }: Response, res: ServerResponse): void {
  if (res.destroyed || res.writableEnded) return;
  res.writeHead(status, { ...headersOf(headers), "content-length": Buffer.byteLength(text) });
  res.end(text);
}

const noAbort = (): void => undefined;

/** Writes a stream without a web stream. */
function writeStream(open: OpenStream, { status, headers }: Response, res: ServerResponse): void {
  if (res.destroyed || res.writableEnded) return;
  res.writeHead(status, headersOf(headers));
  // Node keeps the head of an answer as the two dozen parts of which it made it. A search makes them one string.
  /^/.test(String((res as { _header?: unknown })._header));
  // It would keep the request, its address and its headers as long as the stream. Nothing waits for its signal.
  res.off("close", aborts.get(res) ?? noAbort);
  aborts.delete(res);
  // Emitted once. `once` would keep a function, its bound copy and their state for each stream.
  res.on("close", open(new ResponseSink(res)));
}

/** Headers for `writeHead`: an array of cookies, one string for each other header. */
const headersOf = (headers: Headers): Record<string, string | string[]> =>
  headers.has("set-cookie")
    ? { ...Object.fromEntries(headers), "set-cookie": headers.getSetCookie() }
    : Object.fromEntries(headers);

class ResponseSink implements StreamSink {
  readonly #res: ServerResponse;

  constructor(res: ServerResponse) {
    this.#res = res;
    // An event that is written earlier is sent with the headers in one packet, and then this sends nothing. Not `cork()`: with it
    // Node 22.23 and 24.21 send the end of the answer before its text.
    setImmediate(() => {
      if (this.#isOpen) res.flushHeaders();
    });
  }

  write(text: string): void {
    if (this.#isOpen) this.#res.write(text);
  }

  end(): void {
    if (this.#isOpen) this.#res.end();
  }

  get #isOpen(): boolean {
    return !this.#res.destroyed && !this.#res.writableEnded;
  }
}
