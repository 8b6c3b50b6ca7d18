import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import {
  createServer,
  request as sendRequest,
  STATUS_CODES,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { pipeline, type Duplex } from "node:stream";
import { usedProxy } from "../../../../node/env-proxy.js";
import { codeOrText } from "../../../process/error-code.js";
import {
  idleMs,
  inTime,
  Reach,
  Refusal,
  targetOf,
  type ReachOptions,
  type Target,
  type Way,
} from "./reach.js";

export interface PageProxy {
  port: number;
  /** For the browser's `Fetch.authRequired` with the source `Proxy`. Without them other users of this machine are refused. */
  credentials: { username: string; password: string };
  /** The first 20 `host:port` that the page may not reach. */
  refused(): readonly string[];
  /** The first 20 `host:port` that did not answer, and why: `ECONNREFUSED`, for example. */
  unreachable(): readonly { host: string; error: string }[];
  /** Ends all connections too. */
  close(): Promise<void>;
}

/** Chromium opens 32 connections through a proxy, and 255 WebSockets. */
const maxConnections = 300;
/** Chromium's own limit for an answer. */
const maxHeaderSize = 262_144;

/**
 * A proxy on loopback for all that a page's browser sends. It looks up each name itself and connects to exactly the address that
 * it has judged, so a name cannot lead elsewhere the second time. Behind a proxy from the environment it uses that one.
 */
export async function startPageProxy(options: ReachOptions): Promise<PageProxy> {
  const { timeoutMs } = options;
  const reach = await Reach.of(options);
  const trouble = { refused: new Set<string>(), unreachable: new Map<string, string>() };
  const credentials = { username: "doctor", password: randomBytes(24).toString("base64url") };
  const expected = digest(basic(credentials.username, credentials.password));
  const isOurs = ({ headers }: IncomingMessage): boolean =>
    timingSafeEqual(digest(headers["proxy-authorization"] ?? ""), expected);

  const failureOf = ({ key }: Target, error: unknown): Failure => {
    const { refused, unreachable } = trouble;
    if (error instanceof Refusal) {
      if (refused.size < 20) refused.add(key);
      return failures.refused;
    }
    if (unreachable.size < 20) unreachable.set(key, codeOrText(error));
    return failures.unreachable;
  };

  const server = createServer({ maxHeaderSize, headersTimeout: 10_000, requestTimeout: 0, keepAlive: true });
  server.maxConnections = maxConnections;
  server.timeout = idleMs;
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });

  // http. An upgrade is not passed on: browsers open a WebSocket by CONNECT (RFC 6455, section 4.1).
  const forward = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = isOurs(request) ? targetOf(request.url ?? "", "http:") : undefined;
    if (target === undefined) return fail(response, isOurs(request) ? failures.malformed : failures.stranger);
    try {
      await sendOn(
        request,
        response,
        await reach.connect(target, usedProxy(target.url.href), request.socket),
      );
    } catch (error) {
      fail(response, failureOf(target, error));
    }
  };
  server.on("request", (request, response) => void forward(request, response));

  // https and WebSockets.
  const open = async (request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> => {
    const authority = request.url ?? "";
    const isAuthority = /^[^\s/?#\\@]+:\d+$/.test(authority);
    const target = isOurs(request) && isAuthority ? targetOf(`https://${authority}`) : undefined;
    if (target === undefined)
      return void client.end(answerOf(isOurs(request) ? failures.malformed : failures.stranger));
    try {
      const way = await reach.connect(target, usedProxy(target.url.href), client);
      const remote = way.proxy ? await connectThrough(way, target, timeoutMs) : way.socket;
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      tunnel(client, remote, head);
    } catch (error) {
      client.end(answerOf(failureOf(target, error)));
    }
  };
  server.on("connect", (request, client, head) => {
    client.on("error", () => client.destroy());
    void open(request, client, head);
  });

  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    credentials,
    refused: () => [...trouble.refused],
    unreachable: () => [...trouble.unreachable].map(([host, error]) => ({ host, error })),
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Opens a tunnel through a proxy to which there is a connection. */
function connectThrough({ socket, proxy }: Way, { key }: Target, timeoutMs: number): Promise<Socket> {
  const sent = sendRequest({
    method: "CONNECT",
    path: key,
    headers: { host: key, ...(proxy && authorizationFor(proxy)) },
    createConnection: () => socket,
  });
  const answered = new Promise<Socket>((resolve, reject) => {
    sent.on("error", reject);
    sent.once("connect", ({ statusCode = 0 }, remote, head) => {
      if (statusCode < 200 || statusCode > 299) {
        remote.destroy();
        return reject(new Error(`the proxy answered ${statusCode}`));
      }
      remote.unshift(head);
      resolve(remote);
    });
  });
  sent.end();
  return inTime(answered, timeoutMs).catch((error: unknown) => {
    socket.destroy();
    throw error;
  });
}

function tunnel(client: Duplex, remote: Socket, head: Buffer): void {
  (client as Socket).setTimeout(idleMs, () => client.destroy());
  remote.write(head);
  for (const [from, to] of [
    [client, remote],
    [remote, client],
  ] as const) {
    from.pipe(to);
    // One that has ended may close before the other has sent all of it.
    from.once("close", () => (from.readableEnded ? to.end() : to.destroy()));
  }
}

/** Sends a request on, and its answer back as it comes. */
function sendOn(request: IncomingMessage, response: ServerResponse, { socket, proxy }: Way): Promise<void> {
  const { host, href, pathname, search } = new URL(request.url ?? "");
  const authorization = proxy ? Object.entries(authorizationFor(proxy)).flat() : [];
  // Without its length a body has to be in chunks again.
  const chunks = request.headers["transfer-encoding"] === undefined ? [] : ["Transfer-Encoding", "chunked"];
  const sent = sendRequest({
    method: request.method,
    path: proxy ? href : pathname + search,
    headers: [
      "Host",
      host,
      ...endToEnd(request, ["host"]),
      ...chunks,
      ...authorization,
      "Connection",
      "close",
    ],
    createConnection: () => socket,
    maxHeaderSize,
  });
  return new Promise<void>((resolve, reject) => {
    sent.on("error", reject);
    sent.once("response", (answer) => {
      try {
        // The browser would take it for this proxy's own.
        if (answer.statusCode === 407) throw new Error(proxy ? "the proxy answered 407" : "it answered 407");
        response.sendDate = false;
        response.writeHead(answer.statusCode ?? 0, answer.statusMessage, endToEnd(answer));
        // A stream may have no event for a long time.
        response.flushHeaders();
        pipeline(answer, response, () => socket.destroy());
        resolve();
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
    request.pipe(sent);
  }).catch((error: unknown) => {
    socket.destroy();
    throw error;
  });
}

const hopByHop = [
  ...["connection", "proxy-connection", "keep-alive", "te", "transfer-encoding", "upgrade"],
  ...["proxy-authenticate", "proxy-authentication-info", "proxy-authorization"],
];

/** The headers that a proxy passes on (RFC 9110, section 7.6.1), as they were written. */
function endToEnd({ rawHeaders, headers }: IncomingMessage, others: readonly string[] = []): string[] {
  const named = (headers.connection ?? "").toLowerCase().split(",");
  const left = new Set([...hopByHop, ...others, ...named.map((name) => name.trim())]);
  return rawHeaders.filter(
    (_each, index) => !left.has((rawHeaders[index - (index % 2)] ?? "").toLowerCase()),
  );
}

interface Failure {
  status: 400 | 403 | 407 | 502;
  headers: Record<string, string>;
  text: string;
}

/** As RFC 9209 has it. */
const proxyStatus = (error: string): Record<string, string> => ({ "Proxy-Status": `doctor; error=${error}` });

const failures = {
  stranger: {
    status: 407,
    headers: { "Proxy-Authenticate": 'Basic realm="doctor"' },
    text: "This proxy is doctor's.",
  },
  malformed: {
    status: 400,
    headers: proxyStatus("http_request_error"),
    text: "This is no request to a proxy.",
  },
  refused: {
    status: 403,
    headers: proxyStatus("destination_ip_prohibited"),
    text: "doctor refused this address: the page may not reach it.",
  },
  unreachable: {
    status: 502,
    headers: proxyStatus("destination_unavailable"),
    text: "doctor got no answer from this address.",
  },
} satisfies Record<string, Failure>;

const headersOf = ({ headers, text }: Failure): Record<string, string> => ({
  ...headers,
  "Content-Type": "text/plain",
  "Content-Length": String(text.length),
  Connection: "close",
});

function fail(response: ServerResponse, failure: Failure): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(failure.status, headersOf(failure));
  response.end(failure.text);
}

/** The whole answer to a CONNECT. */
const answerOf = (failure: Failure): string =>
  [
    `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status]}`,
    ...Object.entries(headersOf(failure)).map(([name, value]) => `${name}: ${value}`),
    ...["", failure.text],
  ].join("\r\n");

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;

const authorizationFor = ({ username, password }: URL): Record<string, string> =>
  username === "" && password === ""
    ? {}
    : { "Proxy-Authorization": basic(decodeURIComponent(username), decodeURIComponent(password)) };
