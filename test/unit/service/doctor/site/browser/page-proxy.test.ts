import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  createServer,
  globalAgent,
  request,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from "node:http";
import { globalAgent as globalTlsAgent } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { describe, it, type TestContext } from "node:test";
import {
  startPageProxy,
  type PageProxy,
} from "../../../../../../src/service/doctor/site/browser/page-proxy.js";
import { until } from "../../../../../support/until.js";

const publicPage = "https://93.184.216.34";

const names: Record<string, string[]> = {
  "public.test": ["93.184.216.34"],
  "local.test": ["10.0.0.8"],
  "loopback.test": ["127.0.0.1"],
  "mixed.test": ["93.184.216.34", "127.0.0.1"],
};

const resolve = (host: string): Promise<string[]> =>
  names[host]
    ? Promise.resolve(names[host])
    : Promise.reject(Object.assign(new Error(), { code: "ENOTFOUND" }));

async function start(
  t: TestContext,
  ...[origins, more]: [origins: string[], more?: object]
): Promise<PageProxy> {
  const proxy = await startPageProxy({ origins, timeoutMs: 2000, resolve, ...more });
  t.after(() => proxy.close());
  return proxy;
}

/** Listens at an address of loopback. */
async function site(t: TestContext, answer: RequestListener, address = "127.0.0.1") {
  const server = createServer(answer);
  await once(server.listen(0, address), "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { server, port, origin: `http://${address.includes(":") ? `[${address}]` : address}:${port}` };
}

const authorization = ({ credentials: { username, password } }: PageProxy): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;

/** As a browser sends a request for http. */
async function get(proxy: PageProxy, path: string, more: Parameters<typeof request>[1] = {}) {
  const sent = request({
    ...{ host: "127.0.0.1", port: proxy.port, path, agent: false },
    headers: { host: "browser.test", "proxy-authorization": authorization(proxy) },
    ...more,
  });
  sent.end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return answer;
}

/** As a browser opens a connection for https or a WebSocket. */
async function open(
  t: TestContext,
  proxy: PageProxy,
  path: string,
  headers = { "proxy-authorization": authorization(proxy) },
) {
  const sent = request({
    host: "127.0.0.1",
    port: proxy.port,
    method: "CONNECT",
    path,
    headers,
    agent: false,
  });
  sent.end();
  const [answer, socket, head] = (await once(sent, "connect")) as [IncomingMessage, Socket, Buffer];
  socket.unshift(head);
  socket.on("error", () => undefined);
  t.after(() => socket.destroy());
  return { status: answer.statusCode, socket };
}

/** Node's own use of the variables, which only newer ones have. */
function behind(t: TestContext, proxyEnv: Record<string, string>): void {
  for (const { options } of [globalAgent, globalTlsAgent] as unknown as {
    options: { proxyEnv?: object };
  }[]) {
    options.proxyEnv = proxyEnv;
    t.after(() => delete options.proxyEnv);
  }
}

describe("a page that doctor opens, at a public address,", () => {
  const targets = [
    ...[
      "127.0.0.1",
      "127.0.0.2",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "0.0.0.0",
      "[::]",
      "localhost",
      "a.localhost",
      "LOCALHOST.",
    ],
    ...[
      "0x7f.1",
      "2130706433",
      "0177.0.0.1",
      "127.0.0.1.",
      "10.0.0.8",
      "169.254.169.254",
      "[fd00::1]",
      "[64:ff9b::7f00:1]",
    ],
    ...["local.test", "loopback.test"],
  ];
  for (const host of targets)
    it(`cannot reach ${host}`, async (t) => {
      const proxy = await start(t, [publicPage]);
      const answer = await get(proxy, `http://${host}:8080/`);
      assert.equal(answer.statusCode, 403);
      assert.match(answer.headers["proxy-status"] as string, /destination_ip_prohibited/);
      assert.equal((await open(t, proxy, `${host}:8080`)).status, 403);
      assert.equal(proxy.refused().length, 1);
    });

  it("reaches the login API that was given, and no other port there", async (t) => {
    const api = await site(t, (_request, response) => response.end("api"));
    const other = await site(t, (_request, response) => response.end("other"));
    const proxy = await start(t, [publicPage, api.origin]);
    assert.equal(await text(await get(proxy, api.origin)), "api");
    assert.equal((await get(proxy, other.origin)).statusCode, 403);
    assert.deepEqual(proxy.refused(), [`127.0.0.1:${other.port}`]);
  });

  it("reaches nothing here when its own name leads here later", async (t) => {
    let hits = 0;
    const here = await site(t, (_request, response) => response.end(String(++hits)));
    let calls = 0;
    const rebound = () => Promise.resolve(calls++ === 0 ? ["93.184.216.34"] : ["127.0.0.1"]);
    const page = `http://public.test:${here.port}`;
    const proxy = await start(t, [page], { resolve: rebound, timeoutMs: 300 });
    await get(proxy, page);
    await open(t, proxy, `public.test:${here.port}`);
    assert.equal((await open(t, proxy, `other.test:${here.port}`)).status, 403);
    assert.equal(hits, 0);
  });

  it("is connected to the public addresses of a name alone", async (t) => {
    let hits = 0;
    const here = await site(t, (_request, response) => response.end(String(++hits)));
    const proxy = await start(t, [publicPage], { timeoutMs: 300 });
    await open(t, proxy, `mixed.test:${here.port}`);
    assert.equal(hits, 0);
  });
});

describe("a page that doctor opens", () => {
  it("in a private network reaches nothing on this machine", async (t) => {
    const proxy = await start(t, ["http://local.test"], { timeoutMs: 300 });
    assert.equal((await open(t, proxy, "127.0.0.1:8080")).status, 403);
    assert.notEqual((await open(t, proxy, "240.0.0.1:8080")).status, 403);
  });

  it("on this machine reaches every address of it, and is looked up once for each request", async (t) => {
    const second = await site(t, (_request, response) => response.end("second"), "127.0.0.2");
    const looked: string[] = [];
    const proxy = await start(t, ["http://localhost:1"], {
      resolve: (host: string) => Promise.resolve(looked.push(host) > 1 ? ["127.0.0.3"] : ["127.0.0.2"]),
    });
    assert.equal(await text(await get(proxy, `http://second.test:${second.port}/`)), "second");
    assert.deepEqual(looked, ["second.test"]);
  });

  it("reaches localhost where it has an address of IPv6 alone", async (t) => {
    const six = await site(t, (_request, response) => response.end("six"), "::1");
    const proxy = await start(t, [`http://localhost:${six.port}`]);
    assert.equal(await text(await get(proxy, `http://localhost:${six.port}/`)), "six");
  });
});

describe("the proxy of a page", () => {
  it("is no proxy for others, who do not have its password", async (t) => {
    let hits = 0;
    const here = await site(t, (_request, response) => response.end(String(++hits)));
    const proxy = await start(t, [here.origin]);
    for (const headers of [{}, { "proxy-authorization": "Basic ZG9jdG9yOg==" }]) {
      const answer = await get(proxy, here.origin, { headers: { host: "a", ...headers } });
      assert.equal(answer.statusCode, 407);
      assert.match(answer.headers["proxy-authenticate"] ?? "", /^Basic /);
      assert.equal((await open(t, proxy, `127.0.0.1:${here.port}`, headers as never)).status, 407);
    }
    assert.equal(hits, 0);
  });

  it("listens on loopback alone", async (t) => {
    const proxy = await start(t, [publicPage]);
    const socket = connect({ host: "127.0.0.2", port: proxy.port });
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    assert.equal(error.code, "ECONNREFUSED");
  });

  it("refuses what is no request to a proxy", async (t) => {
    const proxy = await start(t, ["http://127.0.0.1:1"]);
    for (const path of ["/", "ftp://127.0.0.1/", "https://127.0.0.1/", "http://a:b@127.0.0.1/"])
      assert.equal((await get(proxy, path)).statusCode, 400, path);
    for (const path of ["127.0.0.1", "a@127.0.0.1:1", "127.0.0.1:99999"])
      assert.equal((await open(t, proxy, path)).status, 400, path);
  });

  it("leaves headers as they are, except those for one connection", async (t) => {
    let seen: string[] = [];
    const here = await site(t, ({ rawHeaders }, response) => {
      seen = rawHeaders;
      response.sendDate = false;
      response.writeHead(207, "Mine", [
        ...[
          "Set-Cookie",
          "a=1",
          "set-cookie",
          "b=2",
          "X-One",
          "1",
          "Connection",
          "x-one",
          "Proxy-Authenticate",
          "Basic",
        ],
        ...["Content-Length", "0"],
      ]);
      response.end();
    });
    const proxy = await start(t, [here.origin]);
    const answer = await get(proxy, `${here.origin}/a?b`, {
      headers: [
        ...[
          "Host",
          "other.test",
          "Proxy-Authorization",
          authorization(proxy),
          "X-Mixed-Case",
          "1",
          "cookie",
          "a=1",
        ],
        ...["X-Two", "2", "Connection", "x-two, close", "Proxy-Connection", "keep-alive", "TE", "trailers"],
      ],
    });
    assert.deepEqual(seen, [
      ...["Host", new URL(here.origin).host, "X-Mixed-Case", "1", "cookie", "a=1", "Connection", "close"],
    ]);
    assert.equal(`${answer.statusCode} ${answer.statusMessage}`, "207 Mine");
    assert.deepEqual(answer.rawHeaders.slice(0, 6), [
      "Set-Cookie",
      "a=1",
      "set-cookie",
      "b=2",
      "Content-Length",
      "0",
    ]);
    assert.equal(answer.headers["proxy-authenticate"], undefined);
  });

  it("sends bodies on, with their length and in chunks", async (t) => {
    const here = await site(t, (request, response) => void request.pipe(response));
    const proxy = await start(t, [here.origin]);
    for (const headers of [{ "content-length": 4 }, { "transfer-encoding": "chunked" }]) {
      const sent = request({
        ...{ host: "127.0.0.1", port: proxy.port, path: here.origin, method: "POST", agent: false },
        headers: { host: "a", "proxy-authorization": authorization(proxy), ...headers },
      });
      sent.end("body");
      const [answer] = (await once(sent, "response")) as [IncomingMessage];
      assert.equal(await text(answer), "body");
    }
  });

  it("passes a stream on as it comes", async (t) => {
    const streams: { write(text: string): unknown }[] = [];
    const here = await site(t, (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      streams.push(response);
    });
    const proxy = await start(t, [here.origin]);
    const answer = await get(proxy, here.origin);
    for (const event of ["data: 1\n\n", "data: 2\n\n"]) {
      streams[0]?.write(event);
      const [chunk] = (await once(answer, "data")) as [Buffer];
      assert.equal(chunk.toString(), event);
    }
    answer.destroy();
  });

  it("says that a target failed in its own words", async (t) => {
    const broken = await site(t, () => undefined);
    broken.server.removeAllListeners("request");
    broken.server.on("connection", (socket: Socket) =>
      socket.end("HTTP/1.1 200 OK\r\nA\x01: hostile\r\n\r\nhostile"),
    );
    const asking = await site(
      t,
      (_request, response) => void response.writeHead(407, "hostile").end("hostile"),
    );
    const closed = await site(t, () => undefined);
    await new Promise((done) => closed.server.close(done));
    const proxy = await start(t, [broken.origin]);
    for (const { origin } of [broken, asking, closed]) {
      const answer = await get(proxy, origin);
      assert.equal(answer.statusCode, 502);
      assert.doesNotMatch((await text(answer)) + String(answer.rawHeaders), /hostile/);
    }
    assert.equal((await get(proxy, "http://unknown.test/")).statusCode, 502);
    assert.equal(proxy.unreachable().at(-1)?.error, "ENOTFOUND");
  });

  it("keeps twenty of what was refused", async (t) => {
    const proxy = await start(t, [publicPage]);
    for (let port = 1; port <= 30; port++) await get(proxy, `http://127.0.0.1:${port}/`);
    assert.equal(proxy.refused().length, 20);
  });

  it("opens a WebSocket by CONNECT, and passes no upgrade on in the form for http", async (t) => {
    const here = await site(t, (_request, response) => response.end("no upgrade"));
    acceptUpgrades(here.server);
    const proxy = await start(t, [here.origin]);
    const upgrade = {
      connection: "upgrade",
      upgrade: "websocket",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    const { status, socket } = await open(t, proxy, `127.0.0.1:${here.port}`);
    assert.equal(status, 200);
    const sent = request({ createConnection: () => socket, path: "/", headers: { host: "a", ...upgrade } });
    sent.end();
    const [, webSocket] = (await once(sent, "upgrade")) as [IncomingMessage, Socket];
    webSocket.write("ping");
    assert.equal(String((await once(webSocket, "data"))[0]), "ping");
    const headers = { host: "a", "proxy-authorization": authorization(proxy), ...upgrade };
    assert.equal(await text(await get(proxy, here.origin, { headers })), "no upgrade");
  });

  it("ends all connections when it is closed, and the other end of each that ends", async (t) => {
    const ends: Socket[] = [];
    const here = await site(t, (_request, response) => response.flushHeaders());
    here.server.on("connection", (socket: Socket) => ends.push(socket));
    const proxy = await startPageProxy({ origins: [here.origin], timeoutMs: 2000 });
    const { socket } = await open(t, proxy, `127.0.0.1:${here.port}`);
    await open(t, proxy, `127.0.0.1:${here.port}`);
    const answer = await get(proxy, here.origin);
    answer.on("error", () => undefined);
    socket.destroy();
    await until(() => ends.length === 3 && ends.some(({ destroyed }) => destroyed), "the first end");
    await proxy.close();
    await until(() => ends.every(({ destroyed }) => destroyed), "the other ends");
  });
});

describe("the proxy of a page, behind a proxy from the environment,", () => {
  /** Answers each request with what it was asked for. */
  async function upstream(t: TestContext) {
    const asked: string[] = [];
    const proxy = await site(t, (request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers["proxy-authorization"]}`);
      response.end("upstream");
    });
    proxy.server.on("connect", (request: IncomingMessage, socket: Socket) => {
      asked.push(`CONNECT ${request.url} ${request.headers["proxy-authorization"]}`);
      const isFine = !request.url?.startsWith("forbidden.test");
      socket.on("error", () => undefined);
      socket.end(isFine ? "HTTP/1.1 200 OK\r\n\r\nhello" : "HTTP/1.1 407 hostile\r\n\r\n");
    });
    const url = `http://me:se%40cret@127.0.0.1:${proxy.port}`;
    return { asked, variables: { http_proxy: url, https_proxy: url } };
  }
  const mine = `Basic ${Buffer.from("me:se@cret").toString("base64")}`;

  it("sends to it all names that are not known here, with its password and without its own", async (t) => {
    const { asked, variables } = await upstream(t);
    behind(t, variables);
    const proxy = await start(t, ["https://unknown.test"]);
    assert.equal(await text(await get(proxy, "http://unknown.test/a?b")), "upstream");
    const { status, socket } = await open(t, proxy, "public.test:443");
    assert.equal(status, 200);
    assert.equal(String((await once(socket, "data"))[0]), "hello");
    assert.deepEqual(asked, [`GET http://unknown.test/a?b ${mine}`, `CONNECT public.test:443 ${mine}`]);
  });

  it("refuses what is known here to be private, except what was given", async (t) => {
    const { asked, variables } = await upstream(t);
    behind(t, variables);
    const proxy = await start(t, [publicPage, "http://local.test:8080"]);
    for (const host of ["local.test", "mixed.test", "127.0.0.1", "localhost"])
      assert.equal((await open(t, proxy, `${host}:443`)).status, 403, host);
    assert.deepEqual(asked, []);
    assert.equal(await text(await get(proxy, "http://local.test:8080/")), "upstream");
  });

  it("connects by itself where NO_PROXY says so, and says what the proxy answered", async (t) => {
    const { asked, variables } = await upstream(t);
    const here = await site(t, (_request, response) => response.end("direct"));
    behind(t, { ...variables, no_proxy: "127.0.0.1" });
    const proxy = await start(t, [here.origin]);
    assert.equal(await text(await get(proxy, here.origin)), "direct");
    assert.deepEqual(asked, []);
    assert.equal((await open(t, proxy, "forbidden.test:443")).status, 502);
    assert.match(proxy.unreachable()[0]?.error ?? "", /the proxy answered 407/);
  });
});

function acceptUpgrades(server: Server): void {
  server.on("upgrade", ({ headers }: IncomingMessage, socket: Socket) => {
    const key = `${headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash("sha1").update(key).digest("base64");
    socket.on("error", () => undefined);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.pipe(socket);
  });
}
