import {
  createServer as createHttpServer,
  request,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createSecureServer } from "node:http2";
import type { AddressInfo, Server, Socket } from "node:net";
import type { TestContext } from "node:test";
import { createGzip } from "node:zlib";
import { runService } from "../serve/running-service.js";

/** What a proxy in front of the service gets wrong. */
export interface Site {
  /** The login page. Undefined: one that is right. */
  page?: { status?: number; headers?: Record<string, string | undefined>; html?: string | Buffer };
  /** Changes the headers of a request to the login API. */
  request?: (headers: Record<string, string | string[] | undefined>) => void;
  /** Changes the headers of its answer. */
  answer?: (
    headers: Record<string, string | string[] | undefined>,
    asked: Record<string, string | string[] | undefined>,
  ) => void;
  /** What becomes of the status stream: its headers or its body wait for the end, or it is compressed. */
  stream?: "held" | "body-held" | "compressed";
  /** Answered in place of the login API. */
  api?: number;
  /** The login API stands at an origin of its own, which this is told. */
  apart?: (apiOrigin: string) => void;
  /** Flags of the service beside those that are right. */
  service?: readonly string[];
  /** Answered by the proxy itself, in place of the page or the login API. */
  front?: (request: IncomingMessage) => Reply | undefined;
  /** Where the login API is. Default `/otp-login`. */
  underPath?: string;
  /** The page comes in two pieces: its first line, and a while later the rest. */
  pieces?: boolean;
  /** A path that is never answered. */
  never?: string;
  /** Two processes of the service that take turns and have no common store. */
  twoProcesses?: boolean;
  /** A cache keeps what a POST was answered, whoever asks. */
  cachesPosts?: boolean;
  /** The proxy speaks HTTP/2 and nothing else: needs `tls`. */
  http2?: boolean;
  /** A certificate, for https. */
  tls?: { key: string; cert: string };
}

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types lit-html";

const html = (apiOrigin = ""): string => `<!doctype html><html lang="en"><title>Log in</title>
<script type="module" src="/otp-login/assets/onegini-otp-login.js"></script>
<onegini-otp-login${apiOrigin === "" ? "" : ` endpoint="${apiOrigin}/otp-login"`}></onegini-otp-login></html>`;

/** A site with the service behind a proxy. Resolves to the address of its login page. */
export async function runSite(t: Pick<TestContext, "after">, site: Site): Promise<string> {
  const answer = (req: IncomingMessage, res: ServerResponse) => void handle(req, res);
  const server = serverOf(site, answer);
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const origin = `${site.tls ? "https" : "http"}://localhost:${(server.address() as AddressInfo).port}`;
  const apart: string[] = [];
  if (site.apart) {
    const api = createHttpServer((req, res) => front(req, res) || pass(req, res));
    api.keepAliveTimeout = 0;
    await new Promise<void>((resolve) => api.listen(0, "localhost", resolve));
    t.after(() => {
      api.close();
      api.closeAllConnections();
    });
    const apiOrigin = `http://localhost:${(api.address() as AddressInfo).port}`;
    apart.push("--api-origin", apiOrigin);
    site.apart(apiOrigin);
  }
  const services = await Promise.all(
    [1, ...(site.twoProcesses ? [2] : [])].map(() =>
      runService(t, { args: ["--origin", origin, "--proxies", "1", ...apart, ...(site.service ?? [])] }),
    ),
  );
  let turns = 0;
  const cache = new Map<
    string,
    { status: number; headers: Record<string, string | string[]>; body: Buffer }
  >();

  function handle(req: IncomingMessage, res: ServerResponse): unknown {
    if (front(req, res) || req.url === site.never) return;
    // The page's origin has the widget's script, also where the login API is at another one.
    if (req.url?.startsWith(site.apart ? "/otp-login/assets/" : (site.underPath ?? "/otp-login")))
      return site.api === undefined ? pass(req, res) : res.writeHead(site.api).end("<h1>Hello</h1>");
    const headers: Record<string, string | undefined> = {
      "content-type": "text/html",
      "content-security-policy": policy,
      "strict-transport-security": "max-age=31536000",
      ...site.page?.headers,
    };
    const text = site.page?.html ?? html(apart[1]);
    res.writeHead(site.page?.status ?? 200, without(headers));
    if (!site.pieces) return res.end(text);
    res.write("<!doctype html>\n");
    return setTimeout(() => res.end(text), 300);
  }

  function front(req: IncomingMessage, res: ServerResponse): boolean {
    const reply = site.front?.(req);
    if (reply) res.writeHead(reply.status ?? 200, reply.headers).end(reply.body);
    return reply !== undefined;
  }

  function pass(req: IncomingMessage, res: ServerResponse): void {
    const asked = { ...req.headers, "x-forwarded-for": "192.0.2.7" } as Record<string, string | undefined>;
    site.request?.(asked);
    // Of HTTP/2.
    for (const name of Object.keys(asked)) if (name.startsWith(":")) delete asked[name];
    const key = `${req.method} ${req.url}`;
    const kept = cache.get(key);
    if (kept) return void res.writeHead(kept.status, kept.headers).end(kept.body);
    const options = { method: req.method, headers: without(asked) };
    const { publicAddress } = services[turns++ % services.length]!;
    const onward = request(publicAddress + (req.url ?? ""), options, (from) => {
      const headers = { ...from.headers };
      if (site.http2)
        for (const name of ["connection", "keep-alive", "transfer-encoding"]) delete headers[name];
      if (site.cachesPosts && req.method === "POST") {
        const parts: Buffer[] = [];
        from.on("data", (part: Buffer) => void parts.push(part));
        from.once("end", () =>
          cache.set(key, {
            status: from.statusCode ?? 502,
            headers: without(headers),
            body: Buffer.concat(parts),
          }),
        );
      }
      const isStream = /event-stream/.test(headers["content-type"] ?? "");
      site.answer?.(headers, asked);
      const send = () => res.writeHead(from.statusCode ?? 502, without(headers));
      if (isStream && site.stream === "held") {
        from.on("data", () => undefined);
        return void from.on("end", () => send().end());
      }
      if (isStream && site.stream === "compressed") {
        headers["content-encoding"] = "gzip";
        send().flushHeaders();
        return void from.pipe(createGzip()).pipe(res);
      }
      send().flushHeaders();
      if (!(isStream && site.stream === "body-held")) from.pipe(res);
    });
    res.once("close", () => onward.destroy());
    onward.once("error", () => res.destroy());
    req.pipe(onward);
  }
  return `${origin}/login`;
}

function serverOf({ http2, tls }: Site, answer: (req: IncomingMessage, res: ServerResponse) => void): Server {
  // Its requests and answers are used here in the way that both versions have.
  if (http2) return createSecureServer({ ...tls }, answer as never);
  const server = tls ? createHttpsServer(tls, answer) : createHttpServer(answer);
  server.keepAliveTimeout = 0;
  return server;
}

const without = (headers: Record<string, string | string[] | undefined>): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
