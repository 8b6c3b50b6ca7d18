import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { describe, test, type TestContext } from "node:test";
import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import fastifyCompress from "@fastify/compress";
import fastifyCookie from "@fastify/cookie";
import fastifyHelmet from "@fastify/helmet";
import fastifySession from "@fastify/session";
import Fastify, {
  type FastifyInstance,
  type FastifyPluginCallback,
  type FastifyReply,
  type FastifyServerOptions,
} from "fastify";
import oneginiOtpLogin, { type FastifyContext } from "onegini-otp-login/fastify";
import { toWebRequest } from "onegini-otp-login/node";
import {
  clientIpBehind,
  memoryStore,
  type AttemptStore,
  type LoginKitEvent,
  type LoginKitOptions,
} from "onegini-otp-login/server";
import { Browser } from "./server/support/browser.js";
import { numberIn } from "./server/support/number-on-phone.js";
import { exchange, send } from "./server/support/raw.js";
import { emulator, type Emulator } from "./server/support/site.js";
import { freePort } from "../support/services/free-port.js";
import { holds, until } from "../support/until.js";
import { pluck, eventsOf } from "./server/support/events.js";

/** The plugin in real apps, with the plugins of sessions that sites use. */

declare module "fastify" {
  interface Session {
    userId?: string;
    visits?: number;
  }
}

/** Without its types: they declare a `request.session` too. */
const fastifySecureSession = createRequire(import.meta.url)(
  "@fastify/secure-session",
) as FastifyPluginCallback<{
  key: Buffer;
  cookie: object;
}>;

interface Site {
  app: FastifyInstance;
  emulator: Emulator;
  events: LoginKitEvent[];
  /** The address of the login API. */
  url: string;
  origin: string;
}

interface SiteOptions {
  server?: FastifyServerOptions;
  options?: Partial<Omit<LoginKitOptions<FastifyContext>, "handOver">>;
  /** What is registered before the kit. */
  before?: (app: FastifyInstance) => unknown;
  /** What is registered after it. */
  after?: (app: FastifyInstance) => unknown;
  register?: (app: FastifyInstance, options: LoginKitOptions<FastifyContext>) => unknown;
}

const kitOptions = (tokenServer: Emulator, origin: string): LoginKitOptions<FastifyContext> => ({
  origin,
  tokenServer: { url: tokenServer.url, clientId: "site", clientSecret: "site-secret", type: "qr-code" },
  message: "Log in to the test site",
  signIn: () => ({ redirect_to: "/account" }),
});

/** Serves an app with the plugin until the test ends. Its origin is known before it listens: the port is taken first. */
async function site(
  t: TestContext,
  {
    server = {},
    options = {},
    before,
    after,
    register = (app, all) => app.register(oneginiOtpLogin, all),
  }: SiteOptions = {},
): Promise<Site> {
  const tokenServer = await emulator(t);
  const app = Fastify(server);
  t.after(async () => {
    const closed = app.close();
    // A client that has broken off a request may have opened a connection for its next one. Fastify would wait for that.
    app.server.closeAllConnections();
    await closed;
  });
  const origin = `http://127.0.0.1:${await freePort()}`;
  const events: LoginKitEvent[] = [];
  await before?.(app);
  await register(app, {
    ...kitOptions(tokenServer, origin),
    onEvent: (event) => void events.push(event),
    ...options,
  } as LoginKitOptions<FastifyContext>);
  await after?.(app);
  await app.listen({ port: Number(new URL(origin).port), host: "127.0.0.1" });
  return { app, emulator: tokenServer, events, url: `${origin}/otp-login`, origin };
}

/** What the browser sends back of the cookies of an answer, without the kit's. */
const cookiesOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .filter((cookie) => !cookie.includes("onegini-otp-login"))
    .map((cookie) => cookie.split(";")[0])
    .join("; ");

const textAt = async (url: string, cookie: string): Promise<string> =>
  (await fetch(url, { headers: { cookie } })).text();

/** A login to the point at which the page logs in. */
async function approvedAttempt({ emulator: tokenServer }: Site, browser: Browser): Promise<string> {
  const { attempt, otp } = await browser.start({ body: { language: "fr" } });
  const stream = await browser.stream(attempt);
  await stream.status("pending");
  await (await tokenServer.phone()).handleMobileAuthWithOtp(otp);
  await stream.status("approved");
  await stream.end();
  return attempt;
}

const sessions = async (app: FastifyInstance): Promise<void> => {
  await app.register(fastifyCookie);
  await app.register(fastifySession, {
    secret: randomBytes(32).toString("hex"),
    cookie: { secure: false },
    saveUninitialized: false,
  });
  app.get("/visit", (request) => {
    request.session.visits = (request.session.visits ?? 0) + 1;
    return `${request.session.visits}`;
  });
  app.get("/account", (request) => `user: ${request.session.userId ?? "nobody"}`);
};

const signIntoSession: NonNullable<LoginKitOptions<FastifyContext>["signIn"]> = async ({
  userId,
  context,
}) => {
  const { request } = context;
  await request.session.regenerate();
  request.session.userId = userId;
  return { redirect_to: "/account" };
};

describe("a login of the Fastify plugin", () => {
  test("begins a session of @fastify/session with a new id, which the next page has", async (t) => {
    const where = await site(t, { before: sessions, options: { signIn: signIntoSession } });
    const browser = new Browser(where);
    const visitor = cookiesOf(await fetch(`${where.origin}/visit`));
    assert.equal(await textAt(`${where.origin}/visit`, visitor), "2");
    const attempt = await approvedAttempt(where, browser);
    browser.cookie += `; ${visitor}`;
    const answer = await browser.logIn(attempt);
    assert.deepEqual(await answer.json(), { redirect_to: "/account" });
    const session = cookiesOf(answer);
    holds(session !== "" && session !== visitor, session);
    assert.equal(await textAt(`${where.origin}/account`, session), "user: alice");
    assert.equal(await textAt(`${where.origin}/account`, visitor), "user: nobody");
    assert.equal(where.emulator.starts[0]?.get("language_code"), "fr");
    assert.equal(where.emulator.starts[0].get("ip_address"), "127.0.0.1");
  });

  test("reports that a Secure session's cookie is not sent on http", async (t) => {
    const before = async (app: FastifyInstance): Promise<void> => {
      await app.register(fastifyCookie);
      await app.register(fastifySession, {
        secret: randomBytes(32).toString("hex"),
        saveUninitialized: false,
      });
    };
    const where = await site(t, { before, options: { signIn: signIntoSession } });
    const browser = new Browser(where);
    assert.equal(cookiesOf(await browser.logIn(await approvedAttempt(where, browser))), "");
    await until(() => eventsOf(where, "no_session_cookie").length > 0, "the event");
  });

  test("begins a session of @fastify/secure-session", async (t) => {
    const of = ({ request }: FastifyContext) =>
      request.session as unknown as {
        set(key: string, value: string): void;
        get(key: string): string | undefined;
      };
    const where = await site(t, {
      before: async (app) => {
        await app.register(fastifySecureSession, { key: randomBytes(32), cookie: { path: "/" } });
        app.get("/account", (request, reply) => `user: ${of({ request, reply }).get("userId") ?? "nobody"}`);
      },
      options: {
        signIn({ userId, context }) {
          of(context).set("userId", userId);
        },
      },
    });
    const browser = new Browser(where);
    const answer = await browser.logIn(await approvedAttempt(where, browser));
    assert.deepEqual(await answer.json(), {});
    assert.equal(await textAt(`${where.origin}/account`, cookiesOf(answer)), "user: alice");
  });

  test("sends the cookies of a Response, of reply.setCookie and of a hook together", async (t) => {
    const where = await site(t, {
      before: async (app) => {
        await app.register(fastifyCookie);
        app.addHook("onSend", async (request, reply) => {
          if (request.url.endsWith("/login")) reply.header("set-cookie", "hook=1");
        });
      },
      options: {
        signIn({ context: { reply } }) {
          reply.setCookie("plugin", "1");
          const headers = new Headers([
            ["set-cookie", "first=1"],
            ["set-cookie", "second=1"],
          ]);
          return Response.json({}, { headers });
        },
      },
    });
    const browser = new Browser(where);
    const answer = await browser.logIn(await approvedAttempt(where, browser));
    const names = answer.headers.getSetCookie().map((cookie) => cookie.split("=")[0]);
    assert.deepEqual(names.sort(), ["first", "hook", "plugin", "second"]);
  });

  for (const [name, answerBy] of Object.entries<(reply: FastifyReply) => unknown>({
    "sends by reply": (reply) => void reply.redirect("/account"),
    "returns reply": (reply) => reply.redirect("/account"),
  })) {
    test(`of a signIn that ${name} is no login in the log, also where a hook takes its time`, async (t) => {
      const where = await site(t, {
        before: (app) => app.addHook("onSend", () => delay(20)),
        options: { signIn: ({ context }) => answerBy(context.reply) as undefined },
      });
      const browser = new Browser(where);
      // Not as a page's call: the answer is none of the login API's.
      const { status } = await fetch(`${where.url}/${await approvedAttempt(where, browser)}/login`, {
        method: "POST",
        redirect: "manual",
        headers: { origin: where.origin, cookie: browser.cookie ?? "" },
      });
      assert.equal(status, 302);
      await until(() => where.events.some(({ type }) => type === "sign_in_failed"), "the event");
      const [failure] = eventsOf(where, "sign_in_failed");
      assert.match(failure?.description ?? "", /^signIn answered the request by itself; /);
      holds(!where.events.some(({ type }) => type === "logged_in"));
    });
  }

  test("goes on from a page that app.oneginiOtpLogin.begin has begun", async (t) => {
    const where = await site(t, {
      after: (app) => {
        app.get("/login", async (request, reply) => {
          const begun = await app.oneginiOtpLogin.begin(toWebRequest(request.raw), { request, reply });
          begun?.headers.forEach((value, name) => void reply.header(name, value));
          return { attempt: begun?.attempt };
        });
      },
    });
    const page = await fetch(`${where.origin}/login`);
    const { attempt } = (await page.json()) as { attempt: string };
    const browser = new Browser(where);
    browser.cookie = page.headers.getSetCookie()[0]?.split(";")[0];
    assert.equal((await browser.status(attempt)).status, "pending");
  });

  test("is handed over with a ticket to a route of the app, whose kit is app.oneginiOtpLogin", async (t) => {
    const where = await site(t, {
      before: sessions,
      register: async (app, { signIn: _signIn, ...others }) => {
        await app.register(oneginiOtpLogin, { ...others, handOver: { to: "/login/otp" } });
        app.get<{ Querystring: { ticket?: string } }>("/login/otp", async (request, reply) => {
          const login = await app.oneginiOtpLogin.redeem(request.query.ticket, request);
          if (!login) return reply.redirect("/login");
          await request.session.regenerate();
          request.session.userId = login.userId;
          return reply.redirect("/account");
        });
        app.get("/logout", async (_request, reply) =>
          reply.header("set-cookie", app.oneginiOtpLogin.forget().getSetCookie()).redirect("/"),
        );
      },
    });
    const browser = new Browser(where);
    const answer = await browser.logIn(await approvedAttempt(where, browser));
    const { redirect_to: to } = (await answer.json()) as { redirect_to: string };
    const go = (cookie: string) => fetch(where.origin + to, { redirect: "manual", headers: { cookie } });
    const stranger = new Browser(where);
    await stranger.start();
    assert.equal((await go(stranger.cookie ?? "")).headers.get("location"), "/login");
    const redeemed = await go(browser.cookie ?? "");
    assert.equal(redeemed.headers.get("location"), "/account");
    assert.equal(await textAt(`${where.origin}/account`, cookiesOf(redeemed)), "user: alice");
    assert.equal((await go(browser.cookie ?? "")).headers.get("location"), "/login");
    const loggedOut = await fetch(`${where.origin}/logout`, { redirect: "manual" });
    assert.match(loggedOut.headers.getSetCookie().join(), /onegini-otp-login=;/);
    assert.equal((await where.app.oneginiOtpLogin.health()).healthy, true);
  });
});

describe("the answers of the Fastify plugin", () => {
  const errorOf = async (answer: Response): Promise<string> =>
    ((await answer.json()) as { error: string }).error;

  /** A parser of the site for everything, which would eat the bodies. */
  const parsers = (app: FastifyInstance): void => {
    app.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: 10 }, (_request, _body, done) =>
      done(null, {}),
    );
    app.addContentTypeParser("application/json", { parseAs: "string" }, () =>
      assert.fail("The site's parser ran."),
    );
  };

  for (const [name, before] of [
    ["with Fastify's own parsers", undefined],
    ["with parsers of the site", parsers],
  ] as const)
    test(`refuse bodies as the kit does, ${name}`, async (t) => {
      const where = await site(t, { ...(before && { before }) });
      const browser = new Browser(where);
      const big = JSON.stringify({ a: "x".repeat(200_000) });
      const bodies: [string, string, number][] = [
        ["application/json", "{}", 201],
        ["application/json; charset=utf-8", '{"language":"nl"}', 201],
        ["application/vnd.a+json", '{"a":1}', 201],
        ["application/json", "", 201],
        ["application/json", "[]", 400],
        ["application/json", "{", 400],
        ["application/json", '{"__proto__":{}}', 201],
        ["text/plain", "{}", 415],
        ["application/x-www-form-urlencoded", "a=b", 415],
        ["multipart/form-data; boundary=x", "--x--", 415],
        ["nonsense", "{}", 415],
        [";;;", "{}", 415],
        ["application/json", big, 413],
        ["text/plain", big, 413],
        ["nonsense", big, 413],
      ];
      for (const [type, body, status] of bodies) {
        const answer = await browser.post("", { body, headers: { "content-type": type } });
        assert.equal(answer.status, status, `${type} ${body.slice(0, 20)}`);
        if (status !== 201) assert.equal(await errorOf(answer), "invalid_request");
      }
    });

  test("refuse a long body without a length, and the connection goes on, or ends if the body does not", async (t) => {
    const where = await site(t);
    const begun =
      "POST /otp-login HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n" +
      `Transfer-Encoding: chunked\r\n\r\n${`2710\r\n${" ".repeat(10_000)}\r\n`.repeat(50)}`;
    const next = "0\r\n\r\nGET /otp-login/a/b HTTP/1.1\r\nHost: a\r\n\r\n";
    const both = await exchange(where.origin, begun + next, { until: / 404 / });
    assert.match(both, /^HTTP\/1.1 413 [^]*HTTP\/1.1 404 /);
    const received = await exchange(where.origin, begun);
    assert.match(received, /^HTTP\/1.1 413 /);
  });

  test("do not know the length of a body that a hook has decoded", async (t) => {
    const where = await site(t, {
      before: (app) => app.register(fastifyCompress),
    });
    const post = (text: string) =>
      send("POST", where.url, {
        headers: { origin: where.origin, "content-type": "application/json", "content-encoding": "gzip" },
        body: gzipSync(text),
      });
    assert.equal((await post('{"language":"nl"}')).status, 201);
    assert.equal(where.emulator.starts[0]?.get("language_code"), "nl");
    assert.equal((await post(`{"a":"${"x".repeat(1_000_000)}"}`)).status, 413);
  });

  test("refuse a decoded body as soon as it is too long", async (t) => {
    let read = 0;
    const endless = () =>
      new Readable({
        read() {
          read += 1;
          this.push(" ".repeat(1000));
        },
      });
    const where = await site(t, {
      before: (app) => app.addHook("preParsing", async () => endless()),
    });
    const answer = await new Browser(where).post("", { body: {} });
    assert.equal(answer.status, 413);
    holds(read < 1000, `${read} readings`);
  });

  test("are the kit's own below its path, whatever the method and the spelling", async (t) => {
    const where = await site(t);
    const browser = new Browser(where);
    for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "QUERY"]) {
      const answer = await browser.call(method, "", method === "QUERY" ? { body: {} } : {});
      assert.equal(answer.status, 405, method);
      assert.equal(answer.headers.get("allow"), "POST");
      assert.equal(answer.headers.get("cache-control"), "no-store");
      assert.equal(await errorOf(answer), "invalid_request");
    }
    const { attempt } = await browser.start();
    const head = await browser.call("HEAD", `/${attempt}`);
    const answer = [head.status, head.headers.get("content-type"), await head.text()];
    assert.deepEqual(answer, [200, "application/json", ""]);
    const trace = await send("TRACE", where.url);
    assert.deepEqual([trace.status, trace.headers.allow], [405, "POST"]);
    assert.match(trace.body, /TRACE is not allowed here/);
    for (const path of [
      "/otp-login/",
      "/otp-login/a/b/c",
      "/otp-login/%63allback",
      "/otp%2Dlogin/callback",
      "/otp-login/./callback",
      "/otp-login/x/%2e%2e/callback",
      "/otp-login/x\\callback",
    ]) {
      const answer = await exchange(
        where.origin,
        `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
      );
      assert.match(answer, /^HTTP\/1.1 404 [^]*"error":"invalid_request"/, path);
    }
    const near = await fetch(`${where.origin}/otp-login-help`);
    assert.match(await near.text(), /Route GET:\/otp-login-help not found/);
  });

  test("come after the hooks of the site, and have the headers that they set", async (t) => {
    const hooks: string[] = [];
    const where = await site(t, {
      before: async (app) => {
        await app.register(fastifyHelmet);
        app.addHook("onRequest", async (request) => void hooks.push(`onRequest ${request.routeOptions.url}`));
        app.addHook("preHandler", async (request, reply) => {
          hooks.push("preHandler");
          if (request.headers["user-agent"] === "banned") return reply.code(403).send({ no: true });
        });
        app.addHook("onSend", async () => void hooks.push("onSend"));
      },
    });
    // Not by `Browser`, which knows only the headers of the login API.
    const answer = await fetch(where.url, { method: "POST", headers: { "sec-fetch-site": "same-origin" } });
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.deepEqual(hooks, ["onRequest /otp-login", "preHandler", "onSend"]);
    const { attempt } = (await answer.json()) as { attempt: string };
    const cookie = answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const abort = new AbortController();
    const stream = await fetch(`${where.url}/${attempt}`, {
      headers: { cookie, accept: "text/event-stream" },
      signal: abort.signal,
    });
    assert.equal(stream.headers.get("x-content-type-options"), "nosniff");
    assert.equal(stream.headers.get("content-type"), "text/event-stream");
    abort.abort();
    const banned = await fetch(where.url, { method: "POST", headers: { "user-agent": "banned" } });
    assert.deepEqual(await banned.json(), { no: true });
  });

  test("have the address that trustProxy gives", async (t) => {
    const headers = { "x-forwarded-for": "203.0.113.1, 198.51.100.1" };
    const trusting = await site(t, { server: { trustProxy: "127.0.0.1" } });
    await new Browser(trusting).start({ headers });
    assert.equal(trusting.emulator.starts[0]?.get("ip_address"), "198.51.100.1");
    const direct = await site(t);
    await new Browser(direct).start({ headers });
    assert.equal(direct.emulator.starts[0]?.get("ip_address"), "127.0.0.1");
  });

  test("have no address if trustProxy believes every proxy, and a client sent what is none", async (t) => {
    const where = await site(t, { server: { trustProxy: true } });
    await new Browser(where).start({ headers: { "x-forwarded-for": "your own office in Amsterdam" } });
    await new Browser(where).start({ headers: { "x-forwarded-for": "::ffff:192.0.2.1" } });
    const addresses = where.emulator.starts.map((start) => start.get("ip_address"));
    assert.deepEqual(addresses, [null, "192.0.2.1"]);
    assert.equal(eventsOf(where, "invalid_client_address").length, 1);
  });

  test("have the address that clientIpBehind gives, if the site prefers it", async (t) => {
    const where = await site(t, { options: { clientIp: clientIpBehind(1) } });
    await new Browser(where).start({ headers: { "x-forwarded-for": "203.0.113.1, 198.51.100.1" } });
    await new Browser(where).start();
    const addresses = where.emulator.starts.map((start) => start.get("ip_address"));
    assert.deepEqual(addresses, ["198.51.100.1", "127.0.0.1"]);
  });
});

describe("a status stream of the Fastify plugin", () => {
  test("has its headers at once, also while the store does not answer", { timeout: 30_000 }, async (t) => {
    const inner = memoryStore();
    let reads = 0;
    const store: AttemptStore = {
      ...inner,
      // The first reading is for the address; the next ones are for the stream.
      get: (id) => (++reads > 1 ? new Promise<never>(() => undefined) : inner.get(id)),
    };
    const where = await site(t, { options: { store, timeouts: { keepAliveSeconds: 600 } } });
    const browser = new Browser(where);
    const { attempt } = await browser.start();
    reads = 0;
    const stream = await browser.stream(attempt);
    assert.equal(stream.response.status, 200);
    assert.equal(stream.text, "");
    stream.close();
  });

  test("comes event by event, also where the site lets @fastify/compress compress everything", async (t) => {
    const where = await site(t, {
      before: (app) => app.register(fastifyCompress, { customTypes: /./, threshold: 0 }),
      after: (app) => app.get("/page", () => "<p>".repeat(1000)),
    });
    assert.equal((await fetch(`${where.origin}/page`)).headers.get("content-encoding") !== null, true);
    const browser = new Browser(where);
    const { attempt, otp } = await browser.start();
    const stream = await browser.stream(attempt);
    await stream.status("pending");
    assert.equal(stream.ended, false);
    assert.equal(stream.response.headers.get("content-encoding"), null);
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await stream.status("approved");
    await stream.end();
  });

  test("ends in the kit when the client leaves, and so does a held poll", async (t) => {
    const where = await site(t);
    const watchers = async () => (await where.app.oneginiOtpLogin.health()).watchers;
    const browser = new Browser(where);
    const { attempt } = await browser.start();
    const stream = await browser.stream(attempt);
    await stream.status("pending");
    const abort = new AbortController();
    const poll = browser.get(`/${attempt}`, { headers: { prefer: "wait=20" }, signal: abort.signal });
    await until(async () => (await watchers()) === 2, "two watchers");
    stream.close();
    await until(async () => (await watchers()) === 1, "the stream's end");
    abort.abort();
    await assert.rejects(poll);
    await until(async () => (await watchers()) === 0, "the poll's end", 10_000);
  });

  test("is not cut off by Fastify's handlerTimeout", async (t) => {
    const where = await site(t, { server: { handlerTimeout: 100 } });
    const browser = new Browser(where);
    const { attempt } = await browser.start();
    const answer = await browser.get(`/${attempt}`, { headers: { prefer: "wait=1" } });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("preference-applied"), "wait=1");
  });

  test("ends with app.close(), which does not wait for its client", { timeout: 20_000 }, async (t) => {
    const where = await site(t);
    const browser = new Browser(where);
    const { attempt } = await browser.start();
    const stream = await browser.stream(attempt);
    await stream.status("pending");
    const poll = browser.get(`/${attempt}`, { headers: { prefer: "wait=20" } });
    await until(async () => (await where.app.oneginiOtpLogin.health()).watchers === 2, "two watchers");
    await where.app.close();
    await stream.end();
    holds(stream.retryMs !== undefined);
    assert.equal((await poll).status, 200);
  });
});

describe("the log of the Fastify plugin", () => {
  interface Line {
    level: number;
    msg: string;
    type?: string;
    [name: string]: unknown;
  }

  /** A site whose log is kept, without an `onEvent` of its own unless the options have one. */
  async function loggedSite(
    t: TestContext,
    { level = "info", ...others }: SiteOptions & { level?: string } = {},
  ): Promise<Site & { lines: () => Line[]; printed: string[] }> {
    const texts: string[] = [];
    const stream = { write: (text: string) => void texts.push(text) };
    const where = await site(t, {
      server: { logger: { level, stream } },
      register: (app, { onEvent: _ofTheTest, ...all }) =>
        app.register(oneginiOtpLogin, { ...all, ...others.options } as LoginKitOptions<FastifyContext>),
      ...others,
    });
    const lines = (): Line[] =>
      texts.map((text) => JSON.parse(text) as Line).filter(({ msg }) => msg.startsWith("onegini-otp-login"));
    return { ...where, lines, printed: printedIn(t) };
  }

  /** What goes to the console until the test ends. */
  function printedIn(t: TestContext): string[] {
    const printed: string[] = [];
    for (const method of ["log", "info", "warn", "error"] as const)
      t.mock.method(console, method, (text: string) => void printed.push(text));
    return printed;
  }

  const of = (lines: Line[], type: string): Line[] => lines.filter((line) => line.type === type);
  /** The levels of pino. */
  const [info, warn, error] = [30, 40, 50];

  test("is app.log: each event once, with its members and at its level", async (t) => {
    const where = await loggedSite(t, { options: { signIn: () => assert.fail("No session today.") } });
    const browser = new Browser(where);
    const attempt = await approvedAttempt(where, browser);
    await browser.logIn(attempt);
    await fetch(where.url, { method: "POST" });

    const lines = where.lines();
    const [started, ...others] = of(lines, "attempt_started");
    assert.deepEqual(others, []);
    const logged = [started?.level, started?.["attempt"], started?.["address"], started?.msg];
    assert.deepEqual(logged, [info, attempt, "127.0.0.1", "onegini-otp-login: attempt_started"]);
    assert.deepEqual(
      of(lines, "request_refused").map(({ level, error: code }) => [level, code]),
      [
        [info, "server_error"],
        [warn, "forbidden_origin"],
      ],
    );
    const [failed] = of(lines, "sign_in_failed");
    const { message, stack } = failed?.["err"] as { message: string; stack: string };
    assert.deepEqual([failed?.level, message], [error, "No session today."]);
    assert.match(stack, /fastify\.test\.ts/);
    assert.deepEqual(where.printed, []);
  });

  test("has the level and the serializers of the plugin's registration", async (t) => {
    const where = await loggedSite(t, {
      options: {
        logLevel: "warn",
        logSerializers: { description: () => "as the site wants it" },
      } as SiteOptions["options"] & object,
    });
    await new Browser(where).start();
    await fetch(where.url, { method: "POST" });
    const found = where.lines().map(({ type, description }) => [type, description]);
    assert.deepEqual(found, [["request_refused", "as the site wants it"]]);
  });

  test("has nothing from the plugin if the site has an onEvent", async (t) => {
    const events: LoginKitEvent[] = [];
    const where = await loggedSite(t, { options: { onEvent: (event) => void events.push(event) } });
    await fetch(where.url, { method: "POST" });
    assert.deepEqual(pluck(events, "type"), ["request_refused"]);
    assert.deepEqual([where.lines(), where.printed], [[], []]);
  });

  test("is silent if the site says so", async (t) => {
    const where = await loggedSite(t, { level: "silent" });
    await fetch(where.url, { method: "POST" });
    assert.deepEqual([where.lines(), where.printed], [[], []]);
  });

  test("is the console, for warnings and errors, where the app has no logger", async (t) => {
    const where = await loggedSite(t, { server: {}, options: { onEvent: undefined } as object });
    await new Browser(where).start();
    await fetch(where.url, { method: "POST" });
    const [line = "", ...others] = where.printed;
    assert.match(line, /request_refused/);
    assert.deepEqual(others, []);
  });
});

describe("registering the Fastify plugin", () => {
  test("below a prefix puts the prefix before the path", async (t) => {
    const where = await site(t, {
      register: (app, options) =>
        app.register(
          async (scope) => {
            await scope.register(oneginiOtpLogin, { ...options, prefix: "/b/", path: "/otp" });
          },
          { prefix: "/a" },
        ),
    });
    const browser = new Browser({ origin: where.origin, url: `${where.origin}/a/b/otp` });
    const { attempt } = await browser.start();
    assert.equal((await browser.status(attempt)).status, "pending");
    assert.equal(where.emulator.starts[0]?.get("callback_uri"), `${where.origin}/a/b/otp/callback`);
  });

  test("twice works in two scopes with two paths", async (t) => {
    const paths = ["/one", "/two"];
    const where = await site(t, {
      register: (app, options) => {
        for (const path of paths)
          void app.register(async (scope) => {
            await scope.register(oneginiOtpLogin, { ...options, path });
          });
      },
    });
    for (const path of paths) await new Browser({ origin: where.origin, url: where.origin + path }).start();
  });

  test("twice in one scope says what to do", async (t) => {
    await assert.rejects(
      site(t, {
        register: async (app, options) => {
          await app.register(oneginiOtpLogin, options);
          await app.register(oneginiOtpLogin, { ...options, path: "/two" });
        },
      }),
      /registered here already.*in a scope of its own/,
    );
  });

  test("with a function leaves the app as it is until its options come", async (t) => {
    let open: (store: AttemptStore) => void = () => undefined;
    const store = new Promise<AttemptStore>((resolve) => (open = resolve));
    const where = await site(t, {
      register: (app, { path: _, ...options }) =>
        app.register(oneginiOtpLogin, {
          path: "/otp",
          options: async () => ({ ...options, store: await store }),
        }),
      after: (app) => app.get("/", () => "the page"),
    });
    const browser = new Browser({ origin: where.origin, url: `${where.origin}/otp` });
    assert.equal((await browser.post("")).status, 503);
    assert.equal(await textAt(where.origin, ""), "the page");
    open(memoryStore());
    await until(async () => (await browser.post("")).status === 201, "a start");
    assert.equal(where.emulator.starts[0]?.get("callback_uri"), `${where.origin}/otp/callback`);
    assert.equal(where.emulator.starts[0]?.get("ip_address"), "127.0.0.1");
  });

  test("with a function and a wrong option leaves the app as it is", async (t) => {
    const line = t.mock.method(console, "error", () => undefined);
    const where = await site(t, {
      register: (app, { path: _, ...options }) =>
        app.register(oneginiOtpLogin, { options: () => ({ ...options, origin: "" }) }),
      after: (app) => app.get("/", () => "the page"),
    });
    assert.equal((await new Browser(where).post("")).status, 500);
    assert.equal(await textAt(where.origin, ""), "the page");
    assert.match(String(line.mock.calls[0]?.arguments), /error onegini-otp-login: .*"origin"/);
  });

  test("with a promise of options says to give the function", async () => {
    const app = Fastify();
    // Fastify calls a function by itself, and gives the plugin what it returns.
    const register = app.register as (plugin: unknown, options: () => Promise<unknown>) => unknown;
    register.call(app, oneginiOtpLogin, () => Promise.resolve({}));
    await assert.rejects(async () => app.ready(), /give it the function: .*options: async \(\) =>/);
  });

  test("names the option that is wrong", async (t) => {
    await assert.rejects(site(t, { options: { path: "otp" } }), /createLoginKit: "path" is wrong/);
    await assert.rejects(
      site(t, { options: { clientIP: () => "" } as object }),
      /createLoginKit: there is no option "clientIP"/,
    );
  });
});

test("asks for the number in a browser until it is known, and `forget` can end that", async (t) => {
  const remembered: string[] = [];
  const running = await site(t, {
    options: {
      message: "Log in to the test site: {number}",
      pairing: {
        keys: ["a key of the tests, of 32 characters"],
        remember: ({ context: { request } }) => remembered.push(request.method) > 0,
      },
    },
    after: (app) =>
      app.post("/leave", (_request, reply) =>
        reply
          .header("set-cookie", app.oneginiOtpLogin.forget({ knownBrowser: true }).getSetCookie())
          .send("left"),
      ),
  });
  const person = new Browser(running);
  const logIn = async (number?: string) => person.postLogin(await approvedAttempt(running, person), number);
  assert.equal((await logIn()).json["error"], "pairing_required");
  const attempt = await approvedAttempt(running, person);
  const number = numberIn(running.emulator.starts.at(-1)?.get("message") ?? null);
  assert.equal((await person.postLogin(attempt, number)).status, 200);
  assert.equal((await logIn()).status, 200);
  assert.deepEqual(remembered, ["POST", "POST"]);
  const ended = (await fetch(`${running.origin}/leave`, { method: "POST" })).headers.getSetCookie();
  const found = ended.map((cookie) => cookie.slice(0, cookie.indexOf(";")));
  assert.deepEqual(found, ["onegini-otp-login=", "onegini-otp-login-known="]);
});
