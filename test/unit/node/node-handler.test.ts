import assert from "node:assert/strict";
import { createServer, request, type RequestListener, type ServerResponse } from "node:http";
import { once } from "node:events";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { describe, test, type TestContext } from "node:test";
import express from "express";
import Fastify, { type FastifyInstance } from "fastify";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { toNodeHandler, type NodeHandler } from "onegini-otp-login/node";
import { Browser } from "../server/support/browser.js";
import { exchange, send } from "../server/support/raw.js";
import { listen, site, type Site } from "../server/support/site.js";
import { holds, until } from "../../support/until.js";
import { VirtualClock } from "../../support/virtual-clock.js";
import { login } from "../server/support/login.js";

/** Makes a request listener with a framework and a NodeHandler in it. */
type Mount = (handler: NodeHandler) => RequestListener | Promise<RequestListener>;

/** Express 4. It has no types of its own under this name, and its interface is that of Express 5. */
const express4 = createRequire(import.meta.url)("express4") as typeof express;

const fastify = async (t: TestContext, add: (app: FastifyInstance) => void): Promise<RequestListener> => {
  let listener: RequestListener | undefined;
  const app = Fastify({
    serverFactory: (handler) => {
      listener = handler;
      return createServer();
    },
  });
  add(app);
  await app.ready();
  t.after(() => app.close());
  return listener ?? assert.fail("Fastify made no listener");
};

const mounts: Record<string, (t: TestContext) => Mount> = {
  "node:http": () => (handler) => handler,
  "Express, for the whole site": () => (handler) => express().use(handler),
  "Express 4, after a body parser": () => (handler) => express4().use(express4.json(), handler),
  "Express, mounted under the path": () => (handler) => express().use("/otp-login", handler),
  "Express, mounted in a router under a part of the path": () => (handler) =>
    express().use("/otp-login", express.Router().use("/", handler)),
  "Express, as a route": () => (handler) => express().all(/^\/otp-login(\/|$)/, handler),
  "Express, after body parsers of every kind": () => (handler) =>
    express().use(express.json(), express.urlencoded(), express.text(), express.raw(), handler),
  "Express, after a parser that leaves text": () => (handler) =>
    express().use(express.text({ type: "*/*" }), handler),
  "Express, after a parser that leaves bytes": () => (handler) =>
    express().use(express.raw({ type: "*/*" }), handler),
  "Fastify, its parsers left out": (t) => (handler) =>
    fastify(t, (app) => {
      void app.register((scope, _options, done) => {
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
        scope.all("/otp-login", (request, reply) => {
          reply.hijack();
          handler(request.raw, reply.raw);
        });
        scope.all("/otp-login/*", (request, reply) => {
          reply.hijack();
          handler(request.raw, reply.raw);
        });
        done();
      });
    }),
  "Fastify, after its parser": (t) => (handler) =>
    fastify(t, (app) => {
      app.addHook("preHandler", (request, reply, done) => {
        if (!request.url.startsWith("/otp-login")) return done();
        reply.hijack();
        handler(Object.assign(request.raw, { body: request.body }), reply.raw);
      });
      app.all("/*", () => ({}));
    }),
};

/** In a framework the kit must work as it works alone. */
for (const [name, mount] of Object.entries(mounts)) {
  describe(`the Node adapter: ${name}`, () => {
    const serve = (t: TestContext, more: Parameters<typeof site>[1] = {}): Promise<Site> =>
      site(t, { mount: mount(t), ...more });

    test("serves a whole login, with bodies and a stream", async (t) => {
      const { emulator, ...where } = await serve(t);
      const browser = new Browser(where);
      const { attempt } = await browser.start({ body: { language: "fr" } });
      assert.equal(emulator.starts[0]?.get("language_code"), "fr");
      assert.equal(emulator.starts[0].get("ip_address"), "127.0.0.1");
      const stream = await browser.stream(attempt);
      const { otp } = await browser.renew(attempt);
      await (await emulator.phone()).handleMobileAuthWithOtp(otp);
      await stream.status("approved");
      await stream.end();
      assert.equal((await browser.logIn(attempt)).status, 200);
    });

    test("serves a held poll, and a stream whose client leaves", async (t) => {
      const { emulator, ...where } = await serve(t);
      const browser = new Browser(where);
      const { attempt, otp } = await browser.start();
      (await browser.stream(attempt)).close();
      const poll = browser.get(`/${attempt}`, { headers: { prefer: "wait=20" } });
      await (await emulator.phone()).handleMobileAuthWithOtp(otp);
      assert.deepEqual(await (await poll).json(), { status: "approved", interval: 0 });
    });

    test("answers with the errors of the login API", async (t) => {
      const where = await serve(t);
      const browser = new Browser(where);
      const answers: [Promise<Response>, number][] = [
        [browser.post("", { headers: { origin: "null" } }), 403],
        [browser.post("", { body: [] }), 400],
        [browser.get(""), 405],
        [browser.get("/AAAAAAAAAAAAAAAAAAAAAA"), 404],
        [browser.get("/a/b/c?d"), 404],
        [browser.post("", { body: { a: "x".repeat(5000) } }), 413],
      ];
      for (const [answer, status] of answers) {
        const response = await answer;
        assert.equal(response.status, status);
        assert.deepEqual(Object.keys((await response.json()) as object), ["error", "error_description"]);
      }
    });
  });
}

for (const [what, given] of [
  ["nothing", undefined],
  ["options", {}],
  ["a promise", Promise.resolve()],
] as const)
  test(`a handler of ${what} is refused`, () => {
    assert.throws(
      () => toNodeHandler(given as never),
      new TypeError('toNodeHandler: "kit" is wrong; expected a kit, and no promise of one'),
    );
  });

describe("the Node adapter in a site", () => {
  test("passes other requests on, with their bodies unread", async (t) => {
    const where = await site(t, {
      mount: (handler) =>
        express()
          .use(handler)
          .use(express.json())
          .post("/account", (req, res) => void res.json({ url: req.url, body: req.body as unknown })),
    });
    const answer = await send("POST", `${where.origin}/account?a=1`, {
      headers: { "content-type": "application/json" },
      body: '{"hello":"world"}',
    });
    assert.deepEqual(JSON.parse(answer.body), { url: "/account?a=1", body: { hello: "world" } });
    const near = await send("GET", `${where.origin}/otp-login-help`);
    assert.match(near.body, /Cannot GET \/otp-login-help/);
  });

  test("leaves a framework's listener on an open stream, and one of its own, which does not keep the request", async (t) => {
    let open: ServerResponse | undefined;
    const ofFramework = (): void => undefined;
    const { url, origin } = await site(t, {
      mount: (handler) => (req, res) => {
        open = res.on("close", ofFramework);
        handler(req, res);
      },
    });
    const browser = new Browser({ url, origin });
    const stream = await browser.stream((await browser.start()).attempt);
    assert.equal(open?.listeners("close")[0], ofFramework);
    assert.equal(open?.listenerCount("close"), 2);
    stream.close();
  });

  test("leaves req.url as the framework set it", async (t) => {
    const seen: (string | undefined)[] = [];
    const where = await site(t, {
      options: {
        clientIp: (_request, { req }) => {
          seen.push(req.url);
          return undefined;
        },
      },
      mount: (handler) => express().use("/otp-login", handler),
    });
    await new Browser(where).start();
    holds(seen.length > 0 && seen.every((url) => url === "/"));
  });

  test('gives clientIp the framework\'s own request, whose ip follows "trust proxy"', async (t) => {
    const { emulator, ...where } = await site(t, {
      options: { clientIp: (_request, { req }) => (req as express.Request).ip },
      mount: (handler) => express().set("trust proxy", 1).use(handler),
    });
    await new Browser(where).start({ headers: { "x-forwarded-for": "192.0.2.1" } });
    assert.equal(emulator.starts[0]?.get("ip_address"), "192.0.2.1");
  });

  test('takes no text for an address, also if "trust proxy" believes every proxy', async (t) => {
    const { emulator, ...where } = await site(t, {
      options: { clientIp: (_request, { req }) => (req as express.Request).ip },
      mount: (handler) => express().set("trust proxy", true).use(handler),
    });
    await new Browser(where).start({ headers: { "x-forwarded-for": "your own office in Amsterdam" } });
    assert.equal(emulator.starts[0]?.get("ip_address"), null);
    assert.equal(where.events.filter(({ type }) => type === "invalid_client_address").length, 1);
  });

  test("lets signIn use a session library that hooks into writeHead", async (t) => {
    const { where, browser, attempt, otp } = await login(t, {
      options: {
        signIn: ({ userId, context }) => {
          (context.req as unknown as { session: { userId: string } }).session.userId = userId;
          return Response.json({});
        },
      },
      mount: (handler) =>
        express()
          .use((req, res, next) => {
            const session: { userId?: string } = {};
            Object.assign(req, { session });
            const writeHead = res.writeHead.bind(res) as (...args: never[]) => typeof res;
            res.writeHead = function (...args: never[]) {
              if (session.userId !== undefined) res.appendHeader("set-cookie", `sid=${session.userId}`);
              return writeHead(...args);
            } as typeof res.writeHead;
            next();
          })
          .use(handler),
    });
    const stream = await browser.stream(attempt);
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await stream.end();
    assert.deepEqual((await browser.logIn(attempt)).headers.getSetCookie(), ["sid=alice"]);
  });
});

describe("the kit without the Node adapter", () => {
  test("is a fetch handler for Hono and similar servers, streams included", async (t) => {
    const { kit, emulator, url } = await site(t);
    const app = new Hono();
    app.all("/otp-login/*", (c) => kit.fetch(c.req.raw, undefined as never));
    const listener = getRequestListener((request) => app.fetch(request), { overrideGlobalObjects: false });
    const server = createServer((req, res) => void listener(req, res));
    const origin = await listen(t, server);
    const browser = new Browser({ url: `${origin}/otp-login`, origin: new URL(url).origin });
    const { attempt, otp } = await browser.start();
    const left = await browser.stream(attempt);
    left.close();
    const stream = await browser.stream(attempt);
    await (await emulator.phone()).handleMobileAuthWithOtp(otp);
    await stream.status("approved");
    await stream.end();
    assert.equal(emulator.starts[0]?.get("ip_address"), null);
    const login = await browser.logIn(attempt);
    assert.equal(login.status, 200);
  });

  test("opens streams that need not be read, and that their reader can cancel", async (t) => {
    const { kit, url, origin, emulator } = await site(t);
    const browser = new Browser({ url, origin });
    const { attempt, otp } = await browser.start();
    const open = (): Promise<Response> =>
      kit.fetch(
        new Request(`${url}/${attempt}`, {
          headers: { accept: "text/event-stream", cookie: browser.cookie ?? "" },
        }),
        undefined as never,
      );
    await open();
    await (await open()).body?.cancel();
    const reader = (await open()).body?.getReader();
    assert.match(new TextDecoder().decode((await reader?.read())?.value), /^event: status\n/);
    await reader?.cancel();
    const last = (await open()).text();
    await (await emulator.phone()).handleMobileAuthWithOtp(otp);
    assert.match(await last, /"status":"approved"/);
  });
});

test("a request line with an absolute URL reaches the kit", async (t) => {
  const { origin } = await site(t, {
    mount: (handler) => (req, res) => handler(req, res, () => res.writeHead(418).end()),
  });
  const { port } = new URL(origin);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    request({ port, path: `${origin}/otp-login/callback`, method: "POST" }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once("error", reject)
      .end();
  });
  assert.equal(status, 400);
});

describe("a connection with several requests at once (pipelining)", () => {
  test("that is closed leaves no stream and no held poll behind", async (t) => {
    const where = await site(t);
    const browser = new Browser(where);
    const count = 15;
    let requests = "";
    for (let n = 0; n < count; n++) {
      const { attempt } = await browser.start();
      const how = n % 2 ? "Accept: text/event-stream" : "Prefer: wait=20";
      requests += `GET /otp-login/${attempt} HTTP/1.1\r\nHost: x\r\nCookie: ${browser.cookie}\r\n${how}\r\n\r\n`;
    }
    const socket = connect(Number(new URL(where.origin).port), "127.0.0.1");
    socket.write(requests);
    const watchers = async (): Promise<number> => (await where.kit.health()).watchers;
    await until(async () => (await watchers()) === count, "all to wait");
    socket.destroy();
    await until(async () => (await watchers()) === 0, "none to wait");
  });

  test("that is closed before the streams begin leaves none behind", async (t) => {
    const where = await site(t);
    const browser = new Browser(where);
    let requests = "";
    let attempt = "";
    for (let n = 0; n < 15; n++) {
      ({ attempt } = await browser.start());
      requests += `GET /otp-login/${attempt} HTTP/1.1\r\nHost: x\r\nCookie: ${browser.cookie}\r\nAccept: text/event-stream\r\n\r\n`;
    }
    const closed = new Promise<void>((resolve) => {
      where.server.once("request", ({ socket }) => {
        socket.once("close", resolve);
        process.nextTick(() => socket.destroy());
      });
    });
    connect(Number(new URL(where.origin).port), "127.0.0.1")
      .on("error", () => undefined)
      .write(requests);
    await closed;
    // This takes at least as long as what the kit does before a stream begins.
    for (let n = 0; n < 3; n++) await browser.status(attempt);
    assert.equal((await where.kit.health()).watchers, 0);
  });

  test("answers all of them", async (t) => {
    const where = await site(t);
    const get = (more = ""): string => `GET /otp-login/x HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
    const answers = await exchange(where.origin, get().repeat(14) + get("Connection: close\r\n"));
    assert.equal(answers.match(/HTTP\/1\.1 404 /g)?.length, 15);
  });
});

test(
  "a body that does not arrive is answered 400 after ten seconds, and does not hold close() any longer",
  { timeout: 30_000 },
  async (t) => {
    const clock = new VirtualClock();
    const where = await site(t, { runtime: clock });
    let isClosed = false;
    const answer = exchange(
      where.origin,
      `POST /otp-login HTTP/1.1\r\nHost: x\r\nOrigin: ${where.origin}\r\nContent-Length: 50\r\nContent-Type: application/json\r\n\r\n{"lang`,
      { until: /incomplete/ },
    );
    await once(where.server, "request");
    const closing = where.kit.close().then(() => (isClosed = true));
    await clock.advance(9.9);
    assert.equal(isClosed, false);
    await clock.advance(0.1);
    assert.match(await answer, /^HTTP\/1\.1 400 /);
    await closing;
  },
);

/** Frameworks with the kit as a middleware before a page, as the guide shows. The page parses its own address. */
const sites: Record<string, (t: TestContext) => Mount> = {
  "node:http": () => (handler) => (req, res) =>
    handler(req, res, () => void res.end(new Request(new URL(req.url ?? "/", "http://localhost")).url)),
  "Express 5": () => (handler) =>
    express()
      .use(handler)
      .get("/", (_req, res) => void res.end("page")),
  "Express 4": () => (handler) =>
    express4()
      .use(handler)
      .get("/", (_req, res) => void res.end("page")),
  Fastify: (t) => (handler) =>
    fastify(t, (app) => {
      app.addHook("onRequest", (request, reply, done) => handler(request.raw, reply.raw, () => done()));
      app.get("/", () => "page");
    }),
};

for (const [name, mount] of Object.entries(sites)) {
  describe(`a strange request line: ${name}`, () => {
    const lines = [
      ["GET http://u:p@x/login", 400],
      ["GET HTTPS://u@x", 400],
      ["GET //u:p@x", 400],
      ["GET /\\u:p@x/otp-login", 400],
      // The URL parser skips further slashes before a host.
      ["GET ///u:p@x", 400],
      ["GET http:///u:p@x", 400],
      ["POST http://u:p@x/otp-login", 400],
      ["GET http://x/otp-login", 405],
      ["GET /otp-login/@", 404],
      ["GET /otp-login//u:p@x", 404],
    ] as const;
    for (const [line, status] of lines) {
      test(`${line} is answered ${status}`, async (t) => {
        const { origin } = await site(t, { mount: mount(t) });
        const answer = await exchange(origin, `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
        assert.match(answer, new RegExp(`^HTTP/1.1 ${status} [^]*"error":`));
        assert.equal((await send("GET", origin)).status, 200);
      });
    }
  });
}
