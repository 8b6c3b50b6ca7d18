import {
  createServer,
  type RequestListener,
  type Server,
  request as insecureRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from "node:http";
import { after, before, type TestContext } from "node:test";
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import { request } from "node:https";
import { type Demo, phoneCalls, type PhoneCalls, startDemo } from "../../../support/demo/demo.js";
import { trustAnyCertificate } from "../../../support/services/certificate.js";
import { listen } from "../../../support/listen.js";
import { freePort } from "../../../support/services/free-port.js";
import type { AddressLimits, Proxy, StartProxy } from "../../../support/services/proxies.js";
import { startRedis, type RedisServer } from "../../../support/services/redis.js";
import { Browser } from "../../../unit/server/support/browser.js";
import { emulator, type Emulator } from "../../../unit/server/support/site.js";

/** Three demos on one Redis behind one proxy: one site. Its Token Server is an emulator in this process. */
export interface SiteOfThree {
  /** The site's origin, which is the proxy's. */
  origin: string;
  nodes: readonly Demo[];
  proxy: Proxy;
  redis: RedisServer;
  emulator: Emulator;
  phone: PhoneCalls;
  /** A new browser for single calls of the login API. */
  browser: () => Browser;
}

/** Starts one site for the suite that calls it. `give` is called before its tests. */
export function siteOfThree(start: StartProxy, give: (site: SiteOfThree) => void): void {
  const closers: (() => unknown)[] = [];

  before(async () => {
    trustAnyCertificate();
    const port = await freePort();
    const origin = `https://127.0.0.1:${port}`;
    const [redis, tokenServer] = await Promise.all([
      startRedis(),
      emulator({ after: (close) => void closers.push(close as () => unknown) }),
    ]);
    closers.push(() => redis.stop());
    const phone = phoneCalls(tokenServer.url);
    await phone.enroll("demo-user");
    const variables = {
      REDIS_URL: redis.url,
      ORIGIN: origin,
      TOKEN_SERVER_URL: tokenServer.url,
      CLIENT_ID: "site",
      CLIENT_SECRET: "site-secret",
      TRUSTED_PROXIES: "1",
    };
    const nodes = await Promise.all([1, 2, 3].map(() => startDemo(variables)));
    // The demos end before Redis.
    closers.unshift(() => Promise.all(nodes.map((node) => node.stop("SIGKILL"))));
    const proxy = await start({ port, nodes: nodes.map((node) => node.port) });
    closers.unshift(() => proxy.stop());
    give({
      origin,
      nodes,
      proxy,
      redis,
      emulator: tokenServer,
      phone,
      browser: () => new Browser({ url: `${origin}/otp-login`, origin, proxied: true }),
    });
  });
  after(async () => {
    for (const close of closers) await close();
  });
}

/** How many streams and held polls a node has open. */
export async function watchersOf(node: Demo): Promise<number> {
  const ready = (await (await fetch(`${node.origin}/ready`)).json()) as { watchers: number };
  return ready.watchers;
}

/** Three servers in this process behind a proxy, to test what the proxy does when nodes fail. */
interface FakeNodes {
  proxy: Proxy;
  servers: readonly Server[];
}

/**
 * @param answer how a node answers a request; the health checks are always answered 200
 * @param limits of the proxy, if they are not those of its file
 */
export async function fakeNodes(
  t: TestContext,
  start: StartProxy,
  answer: RequestListener,
  limits?: AddressLimits,
): Promise<FakeNodes> {
  const servers = [1, 2, 3].map(() =>
    createServer((request, response) => {
      if (request.url === "/ready" || request.url === "/health") response.end();
      else answer(request, response);
    }),
  );
  const origins = await Promise.all(servers.map((server) => listen(t, server)));
  const nodes = origins.map((origin) => Number(new URL(origin).port));
  const proxy = await start({ port: await freePort(), nodes, ...(limits && { limits }) });
  t.after(() => proxy.stop());
  return { proxy, servers };
}

/**
 * Requests a path without any change. `fetch` would resolve its dots and replace its backslashes.
 *
 * @param localAddress the address of this machine that the request comes from
 */
export function requestRaw(
  origin: string,
  path: string,
  headers: OutgoingHttpHeaders = {},
  localAddress = "127.0.0.1",
): Promise<{ status: number | undefined; headers: IncomingHttpHeaders }> {
  const send = origin.startsWith("https:") ? request : insecureRequest;
  return new Promise((resolve, reject) => {
    send(origin, { path, headers, localAddress, agent: false }, (answer) => {
      answer.resume().once("end", () => resolve({ status: answer.statusCode, headers: answer.headers }));
    })
      .once("error", reject)
      .end();
  });
}

/** Starts an attempt from another address of this machine. */
export function startFrom(localAddress: string, origin: string, forged: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { origin, ...(forged !== undefined && { "x-forwarded-for": forged }) };
    request(`${origin}/otp-login`, { method: "POST", localAddress, headers, agent: false }, (answer) => {
      answer.resume().once("end", resolve);
      if (answer.statusCode !== 201) reject(new Error(`${answer.statusCode}`));
    })
      .once("error", reject)
      .end();
  });
}

/** A browser on one HTTP/2 connection, as the login API sees it. */
export class Http2Browser {
  readonly #connection: ClientHttp2Session;
  readonly #origin: string;
  #cookie = "";

  constructor(origin: string) {
    this.#origin = origin;
    this.#connection = connect(origin, { rejectUnauthorized: false });
  }

  async post(path: string): Promise<{ status: number | undefined; body: string }> {
    const request = this.#request({ ":method": "POST", ":path": path, origin: this.#origin });
    let status: number | undefined;
    request.once("response", (headers) => {
      status = headers[":status"];
      this.#cookie = headers["set-cookie"]?.[0]?.split(";")[0] ?? this.#cookie;
    });
    let body = "";
    for await (const text of request.setEncoding("utf8")) body += String(text);
    return { status, body };
  }

  async start(): Promise<{ attempt: string; otp: string }> {
    return JSON.parse((await this.post("/otp-login")).body) as { attempt: string; otp: string };
  }

  /** Opens a stream; resolves with the text of its first event. */
  async stream(attempt: string): Promise<{ first: string; rest: () => Promise<string>; leave: () => void }> {
    const request = this.#request({ ":path": `/otp-login/${attempt}`, accept: "text/event-stream" });
    const texts = request.setEncoding("utf8")[Symbol.asyncIterator]();
    const next = async (): Promise<string | undefined> => {
      const { done, value } = (await texts.next()) as IteratorResult<string, undefined>;
      return done ? undefined : value;
    };
    return {
      first: (await next()) ?? "",
      async rest() {
        let all = "";
        for (let text = await next(); text !== undefined; text = await next()) all += text;
        return all;
      },
      leave: () => request.close(constants.NGHTTP2_CANCEL),
    };
  }

  close(): void {
    this.#connection.close();
  }

  #request(headers: Record<string, string>): ClientHttp2Stream {
    const cookie = this.#cookie === "" ? {} : { cookie: this.#cookie };
    return this.#connection.request({ ...headers, ...cookie }, { endStream: true });
  }
}
