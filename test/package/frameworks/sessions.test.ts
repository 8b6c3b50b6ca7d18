import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";
import ts from "typescript";
import { createPhone, createTokenServer, listen, type Listening } from "../../../src/emulator.js";
import { trustAnyCertificate } from "../../support/services/certificate.js";
import { freePort } from "../../support/services/free-port.js";
import { startCaddy, startHaproxy, startNginx } from "../../support/services/proxies.js";
import { startCommand, type Server } from "../support/packed-package.js";
import { foreignPages, SiteBrowser } from "../support/session-browser.js";
import { sessionSections, writeSection } from "../support/session-listings.js";
import { installSessions } from "../support/session-packages.js";

/**
 * The listings of docs/sessions.md, in a project that has installed the packed package, the libraries and the frameworks: they
 * compile, and those that need no build log in and out, over TLS, behind a proxy of docs/deployment/.
 */

const site = resolve(".cache/sessions");
before(() => installSessions(site));

const sections = sessionSections();

/** The guard that the page takes from the example. */
const nestGuard = readFileSync("examples/nest/logged-in.guard.ts", "utf8");

/** What the frameworks generate or import by themselves, for the listings of one section. */
const generated: Record<string, Record<string, string>> = {
  Nuxt: {
    "auto-imports.d.ts": `
      export {};
      declare global {
        const loginKit: typeof import("./server/utils/login-kit.js").loginKit;
${["appendResponseHeader", "createError", "defineEventHandler", "fromNodeMiddleware", "getRequestHeader", "getRequestURL", "sendRedirect", "toWebRequest"].map((name) => `        const ${name}: typeof import("h3").${name};`).join("\n")}
${["clearUserSession", "replaceUserSession"].map((name) => `        const ${name}: typeof import("../node_modules/nuxt-auth-utils/dist/runtime/server/utils/session.js").${name};`).join("\n")}
      }`,
  },
  NestJS: {
    "app.module.ts": "export class AppModule {}",
    "logged-in.guard.ts": nestGuard,
    "express-session.d.ts": `declare module "express-session" { interface SessionData { userId: string } }\nexport {};`,
  },
  "TanStack Start": {
    "src/login-kit.ts": `
      export declare const kit: import("onegini-otp-login/server").LoginKit;
      export declare function logOut(request: Request): Promise<Response>;`,
    "src/start.d.ts": `
      import "@tanstack/react-start";
      declare module "@tanstack/react-router" {
        interface FileRoutesByPath {
          "/otp-login/$": { id: "/otp-login/$"; path: "/otp-login/$"; fullPath: "/otp-login/$"; preLoaderRoute: unknown; parentRoute: import("@tanstack/react-router").AnyRoute };
          "/logout": { id: "/logout"; path: "/logout"; fullPath: "/logout"; preLoaderRoute: unknown; parentRoute: import("@tanstack/react-router").AnyRoute };
        }
      }`,
  },
  Users: {
    "accounts.ts": `
      interface Account { id: string; isBlocked: boolean }
      export declare const accounts: {
        find: (userId: string) => Promise<Account | undefined>;
        loggedIn: (request: Request) => Promise<Account | undefined>;
        addPhone: (account: string, userId: string) => Promise<boolean>;
      };`,
  },
  "A new browser": {
    "accounts.ts": `
      export declare const accounts: {
        browsersForgottenAt: (userId: string) => Promise<Date | undefined>;
        mailNewLogin: (userId: string, attempt: string, login: import("onegini-otp-login/server").LoginSummary) => Promise<void>;
      };`,
  },
  "Log out everywhere": {
    "accounts.ts": `export declare const accounts: { sessionsSince: (userId: string) => Promise<number> };`,
    "login-kit.ts": `export declare const kit: import("onegini-otp-login/server").LoginKit;`,
  },
  "Better Auth": {
    "database.ts": `
      export declare const customers: { find: (userId: string) => Promise<{ email: string; name: string } | null> };
      export declare const database: NonNullable<import("better-auth").BetterAuthOptions["database"]>;`,
  },
  SvelteKit: {
    "src/lib/server/sessions.ts": `
      import type { Cookies } from "@sveltejs/kit";
      export declare function beginSession(cookies: Cookies, userId: string): void;
      export declare function endSession(cookies: Cookies): void;`,
  },
  "The page that was asked for": {
    "login-kit.ts": `export declare const kit: import("onegini-otp-login/server").LoginKit;`,
  },
  "Auth.js": {
    "login-kit.ts": `
      export declare const login: import("onegini-otp-login/next").NextLogin;
      export declare const kit: import("onegini-otp-login/server").LoginKit;`,
  },
};

const compilerOptions = {
  target: "es2023",
  module: "preserve",
  moduleResolution: "bundler",
  lib: ["es2023", "dom", "dom.iterable", "dom.asynciterable"],
  strict: true,
  experimentalDecorators: true,
  skipLibCheck: true,
  types: ["node"],
  paths: {
    "#auth-utils": ["../node_modules/nuxt-auth-utils/dist/runtime/types/index"],
  },
  noEmit: true,
};

/** The libraries' files, parsed once for all sections. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** The complaints of the compiler about the files in a folder. */
function complaintsAbout(folder: string): string[] {
  const { options, fileNames } = ts.parseJsonConfigFileContent({ compilerOptions }, ts.sys, folder);
  const host = ts.createCompilerHost(options);
  const parse = host.getSourceFile.bind(host);
  host.getSourceFile = (path, ...rest) => {
    if (!path.includes("node_modules")) return parse(path, ...rest);
    if (!parsed.has(path)) parsed.set(path, parse(path, ...rest));
    return parsed.get(path);
  };
  host.getCurrentDirectory = () => folder;
  const program = ts.createProgram(fileNames, options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const line = file?.text.slice(0, start).split("\n").length ?? 0;
    return `${file?.fileName ?? ""}:${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

describe("the listings compile as strict TypeScript", () => {
  for (const section of sections)
    test(section.title, () => {
      const folder = writeSection(site, section, generated[section.title]);
      assert.deepEqual(complaintsAbout(folder), []);
    });

  test("and a wrong one does not", () => {
    const [section] = sections.filter(({ title }) => title === "express-session");
    assert.ok(section);
    const files = section.files.map(({ path, text }) => ({
      path,
      text: text.replace("req.session.regenerate", "req.session.regenerat"),
    }));
    const folder = writeSection(site, { ...section, folder: "wrong", files });
    assert.match(complaintsAbout(folder).join(), /regenerat/);
  });
});

const tokenServer = createTokenServer({
  types: [{ name: "qr-code", ttlSeconds: 60 }],
  clients: [{ id: "site", secret: "site-secret" }],
});

async function acceptAsAlice(otp: string): Promise<void> {
  await acceptAndRead(otp);
}

/** Scans a code as Alice, and accepts. Resolves to what the phone shows. */
async function acceptAndRead(otp: string): Promise<string> {
  const phone = createPhone(tokenServer, "alice");
  await phone.enroll();
  let message = "";
  phone.onConfirmation((confirmation) => {
    message = confirmation.message;
    return confirmation.accept();
  });
  await phone.handleMobileAuthWithOtp(otp);
  return message;
}

/** A kit with tickets and `pairing`, as a file of the site. */
const kitWithNumber = `
import { createLoginKit } from "onegini-otp-login/node";
import { requiredOptions } from "./site.js";
export const kit = createLoginKit({
  ...requiredOptions,
  message: "Log in: {number}",
  pairing: { keys: ["a key of the tests with 32 characters"] },
  handOver: { to: "/login/otp" },
});`;
const known = "__Host-onegini-otp-login-known";

interface Served {
  /** The file that is run: a listing, or one of the test. */
  file?: string;
  /** What the test adds to the listing. */
  more?: string;
  /** Files of the test. */
  others?: Record<string, string>;
  /** Of the login API. */
  endpoint?: string;
  /** Texts in the listings that are replaced, and by what. */
  replaced?: [string, string][];
}

/** Runs a section's listings. */
async function serve(
  title: string,
  { file = "listing.ts", more = "", others = {}, replaced = [] }: Served,
): Promise<Server> {
  const section = sections.find((each) => each.title === title) ?? assert.fail(title);
  const files = section.files.map(({ path, text }) => ({
    path,
    text: replaced.reduce((all, [old, now]) => all.replace(old, now), text) + (path === file ? more : ""),
  }));
  const folder = writeSection(site, { ...section, folder: `${section.folder}-runs`, files }, others);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { experimentalDecorators: true, target: "es2022" } }),
  );
  const command = ["--import", import.meta.resolve("tsx"), join(folder, file)];
  return startCommand(process.execPath, command, folder, {
    TOKEN_SERVER: listening.url,
    SESSION_SECRET: "a secret of the tests, 32 characters",
    NODE_ENV: "production",
    SESSION_KEY: Buffer.alloc(32, "a key of the tests").toString("base64"),
    BETTER_AUTH_SECRET: "a secret of the tests, 32 characters",
    SESSION_PASSWORD: "a password of the tests, 32 characters",
  });
}

const proxies = { nginx: startNginx, HAProxy: startHaproxy, Caddy: startCaddy };
/** One site is behind each of them, the others behind one: what a proxy tells a site is in test/resilience/nodes/. */
const proxiesOf = (title: string) =>
  Object.entries(proxies).filter(([name]) => name === "nginx" || title === "express-session");

/** Starts a documented proxy in front of a site, until the test ends. Returns a browser that reaches the site through it. */
async function browseThrough(
  t: TestContext,
  start: (typeof proxies)[keyof typeof proxies],
  { origin }: Server,
): Promise<SiteBrowser> {
  const port = Number(new URL(origin).port);
  const proxy = await start({ port: await freePort(), nodes: [port, port, port] });
  t.after(() => proxy.stop());
  return new SiteBrowser(proxy.origin, undefined, {});
}

/** Serves a function `answer(request)`, and what HAProxy and Caddy ask for. */
const serveAnswer = `
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
const server = createServer(
  getRequestListener((request) => (new URL(request.url).pathname === "/ready" ? new Response() : answer(request))),
);
server.listen(0, () => console.log("ready: http://localhost:" + (server.address() as any).port));
`;

/** Pages: one that begins a session before the login, one that says who is logged in, and what HAProxy and Caddy ask for. */
const expressPages = (user: string, plant: string): string => `
app.set("trust proxy", 1);
app.get("/ready", (_req, res) => res.send("ready"));
app.get("/plant", (req: any, res) => { ${plant}; res.send("planted"); });
app.get("/account", (req: any, res) => {
  const user = ${user};
  if (user === undefined) res.sendStatus(401);
  else res.send(JSON.stringify({ user, attempt: req.session.attempt, cart: req.session.cart }));
});
const server = app.listen(0, () => console.log("ready: http://localhost:" + (server.address() as any).port));
`;

/** A page that begins a session before the login, what HAProxy and Caddy ask for, and more in the answer of the account page. */
const fastifyPages = (plant: string, user: string): Served => ({
  replaced: [
    ["Fastify()", "Fastify({ trustProxy: true })"],
    ["reply.send(`Logged in as ${userId}`)", `reply.send(${user})`],
  ],
  more: `
app.get("/ready", async () => "ready");
app.get("/plant", async (request: any) => { ${plant}; return "planted"; });
await app.listen({ port: 0 });
console.log("ready: http://localhost:" + (app.server.address() as any).port);`,
});

const inServerMemory: Record<string, Served> = {
  "express-session": { more: expressPages("req.session.userId", "req.session.cart = 1") },
  Passport: {
    more: `
passport.serializeUser((user: any, done) => done(null, user.id));
passport.deserializeUser((id: any, done) => done(null, { id }));
${expressPages("req.user?.id", "req.session.cart = 1")}`,
  },
  Fastify: fastifyPages(
    "request.session.cart = 1",
    "{ user: userId, attempt: session.attempt, cart: session.cart }",
  ),
  NestJS: {
    file: "main.ts",
    replaced: [
      [
        "await app.listen(3000);",
        `app.getHttpAdapter().getInstance().set("trust proxy", 1);
await app.listen(0);
console.log("ready: " + (await app.getUrl()).replace("[::1]", "localhost"));`,
      ],
    ],
    others: {
      "logged-in.guard.ts": nestGuard,
      "app.module.ts": `
import { Controller, Get, Module, Req, UseGuards } from "@nestjs/common";
import { APP_FILTER } from "@nestjs/core";
import { LoggedIn, ToLoginPage } from "./logged-in.guard.js";
import { LoginKitModule } from "./login-kit.js";
import { LogoutController } from "./logout.controller.js";
@Controller()
class Pages {
  @Get("ready") ready() { return "ready"; }
  @Get("plant") plant(@Req() req: any) { req.session.cart = 1; return "planted"; }
  @Get("account") @UseGuards(LoggedIn) account(@Req() req: any) {
    return { user: req.session.userId, attempt: req.session.attempt, cart: req.session.cart };
  }
}
@Module({
  imports: [LoginKitModule],
  controllers: [Pages, LogoutController],
  providers: [{ provide: APP_FILTER, useClass: ToLoginPage }],
})
export class AppModule {}`,
    },
  },
  Hono: {
    more: `
import { serve } from "@hono/node-server";
app.get("/ready", (c) => c.text("ready"));
app.get("/plant", session, (c) => { (c.get("session") as any).set("cart", 1); return c.text("planted"); });
app.get("/account", session, (c) => {
  const held: any = c.get("session");
  const user = held.get("userId");
  return user ? c.json({ user, attempt: held.get("attempt") }) : c.text("", 401);
});
serve({ fetch: app.fetch, port: 0 }, ({ port }) => console.log("ready: http://localhost:" + port));`,
  },
};

const inCookie: Record<string, Served> = {
  "cookie-session": { more: expressPages("req.session?.userId", "req.session.cart = 1") },
  "Fastify with secure-session": fastifyPages(
    `request.session.set("cart", 1)`,
    `{ user: userId, attempt: session.get("attempt"), cart: session.get("cart") }`,
  ),
  "iron-session": {
    more: `
const answer = async (request: Request): Promise<Response> => {
  const { pathname } = new URL(request.url);
  if (pathname === "/logout") return logOut(request);
  if (pathname.startsWith("/otp-login")) return kit.fetch(request);
  const response = new Response("planted");
  const session: any = await getIronSession(request, response, sessionOptions);
  if (pathname === "/plant") {
    session.cart = 1;
    await session.save();
    return response;
  }
  const { userId: user, attempt, cart } = session;
  return user ? Response.json({ user, attempt, cart }) : new Response("", { status: 401 });
};
${serveAnswer}`,
  },
  "React Router": {
    file: "serve.ts",
    others: {
      "serve.ts": `
import { action as logOut } from "./app/routes/logout.js";
import { action, loader } from "./app/routes/otp-login.js";
import { commitSession, getSession } from "./app/sessions.server.js";
const answer = async (request: Request): Promise<Response> => {
  const { pathname } = new URL(request.url);
  if (pathname === "/logout") return logOut({ request });
  if (pathname.startsWith("/otp-login")) return (request.method === "GET" ? loader : action)({ request });
  const session: any = await getSession(request.headers.get("Cookie"));
  if (pathname === "/plant") {
    session.set("cart", 1);
    return new Response("planted", { headers: { "Set-Cookie": await commitSession(session) } });
  }
  const { userId: user, attempt, cart } = session.data;
  return user ? Response.json({ user, attempt, cart }) : new Response("", { status: 401 });
};
${serveAnswer}`,
    },
  },
};

const betterAuth: Served = {
  file: "server.ts",
  more: `
import { serve } from "@hono/node-server";
app.get("/ready", (c) => c.text("ready"));
serve({ fetch: app.fetch, port: 0 }, ({ port }) => console.log("ready: http://localhost:" + port));`,
  others: {
    "database.ts": `
import { memoryAdapter } from "better-auth/adapters/memory";
export const database = memoryAdapter({ user: [], account: [], session: [], verification: [] });
export const customers = { find: async (id: string) => ({ name: id, email: id + "@example.com" }) };`,
  },
  endpoint: "/api/auth/otp-login",
};

let listening: Listening;

describe("a login with the listings of", () => {
  before(async () => {
    trustAnyCertificate();
    listening = await listen(tokenServer);
  });
  after(() => listening.close());

  for (const [title, served] of Object.entries({ ...inServerMemory, ...inCookie }))
    describe(title, () => {
      let site: Server;
      before(async () => (site = await serve(title, served)));
      after(() => site.stop());

      for (const [proxy, start] of proxiesOf(title))
        test(`behind ${proxy}, on https: it begins a new session, which knows the attempt, and only the site's own log-out ends it`, async (t) => {
          const browser = await browseThrough(t, start, site);
          assert.equal(await isLoggedIn(browser), false);
          await browser.read("/plant");
          const planted = browser.copy();
          assert.notEqual(planted.cookies.size, 0);

          const answer = await browser.logIn(acceptAsAlice);
          const { redirect_to } = (await answer.json()) as { redirect_to: string };
          assert.equal(redirect_to, "/account");
          const [, account] = await browser.read("/account");
          const { attempt, ...others } = JSON.parse(account) as Record<string, unknown>;
          assert.match(String(attempt), /^[\w-]{22}$/);
          // Nothing of the session before the login is left.
          assert.deepEqual(others, { user: "alice" });
          assert.equal(await isLoggedIn(planted), false);

          await browser.refusesForeignLogOut();
          assert.equal(await isLoggedIn(browser), true);
          const copied = browser.copy();
          await browser.fetch("/logout", { method: "POST" });
          assert.equal(await isLoggedIn(browser), false);
          const left = [...browser.cookies.keys()].filter((name) => name.includes("onegini"));
          assert.deepEqual(left, []);
          // A session that is in a cookie only cannot be ended on the server.
          assert.equal(await isLoggedIn(copied), title in inCookie);
        });
    });

  describe("Better Auth", () => {
    let site: Server;
    before(async () => (site = await serve("Better Auth", betterAuth)));
    after(() => site.stop());

    test("behind nginx, on https: it begins its session, and only the site's own log-out ends it and the kit's cookie", async (t) => {
      const browser = await browseThrough(t, startNginx, site);
      assert.equal(await isLoggedIn(browser), false);
      const answer = await browser.logIn(acceptAsAlice, betterAuth.endpoint);
      assert.deepEqual(await answer.json(), { redirect_to: "/account" });
      assert.deepEqual(await browser.read("/account"), [200, "Logged in as alice"]);

      await browser.refusesForeignLogOut();
      assert.equal(await isLoggedIn(browser), true);
      const copied = browser.copy();
      await browser.fetch("/logout", { method: "POST" });
      assert.equal(await isLoggedIn(browser), false);
      assert.equal(await isLoggedIn(copied), false);
      assert.deepEqual([...browser.cookies.keys()], []);
    });
  });

  describe("The page that was asked for", () => {
    let site: Server;
    before(async () => {
      site = await serve("The page that was asked for", {
        file: "serve.ts",
        others: {
          "login-kit.ts": `
import { createLoginKit } from "onegini-otp-login/node";
import { requiredOptions } from "./site.js";
export const kit = createLoginKit({ ...requiredOptions, handOver: { to: "/login/otp" } });`,
          "serve.ts": `
import express from "express";
import { toNodeHandler } from "onegini-otp-login/node";
import { loggedInOnly } from "./logged-in-only.js";
import { kit } from "./login-kit.js";
import { loginPage } from "./login-page.js";
import { redeem } from "./redeem.js";
const app = express();
app.use(loginPage, redeem, toNodeHandler(kit));
app.get("/orders/7", loggedInOnly, (_req, res) => res.send("order 7"));
const server = app.listen(0, () => console.log("ready: http://localhost:" + (server.address() as any).port));`,
        },
      });
    });
    after(() => site.stop());

    const redirectOf = async (browser: SiteBrowser, address: string): Promise<string | undefined> =>
      / redirect="([^"]*)"/.exec((await browser.read(address))[1])?.[1];

    test("is in the login page's address, and from there in the widget's redirect", async () => {
      const browser = new SiteBrowser(site.origin);
      const toLogin = (await browser.fetch("/orders/7?from=mail&of=2")).headers.get("location") ?? "";
      assert.equal(toLogin, "/login?next=%2Forders%2F7%3Ffrom%3Dmail%26of%3D2");
      assert.equal(await redirectOf(browser, toLogin), "/orders/7?from=mail&of=2");
      for (const next of foreignPages)
        assert.equal(await redirectOf(browser, `/login?next=${next}`), "/account", next);
      assert.equal(await redirectOf(browser, "/login?next=/a&next=/b"), "/account");
      assert.equal(await redirectOf(browser, "/login"), "/account");
    });

    test("is where a ticket leads that the page has taken it along with", async () => {
      for (const [next, page] of [
        [encodeURIComponent("/orders/7?from=mail&of=2"), "/orders/7?from=mail&of=2"],
        ...foreignPages.map((foreign) => [foreign, "/account"] as const),
      ] as const) {
        const browser = new SiteBrowser(site.origin);
        const { redirect_to } = (await (await browser.logIn(acceptAsAlice)).json()) as {
          redirect_to: string;
        };
        const answer = await browser.fetch(`${redirect_to}&next=${next}`);
        assert.equal(answer.headers.get("x-logged-in"), "alice");
        assert.equal(answer.headers.get("location"), page, next);
        const refused = await browser.fetch(`${redirect_to}&next=${next}`);
        assert.equal(refused.headers.get("location"), `/login?next=${encodeURIComponent(page)}`);
      }
    });
  });

  describe("A known browser with a ticket", () => {
    /** Logs in twice in one browser. Only the answer in which the site takes the login makes it known. */
    async function isKnownAfter(
      browser: SiteBrowser,
      redeem: (redirectTo: string) => Promise<unknown>,
    ): Promise<void> {
      const first = await browser.logInWithNumber(acceptAndRead);
      assert.equal(first.isAsked, true);
      assert.equal(browser.cookies.has(known), false);
      await redeem(first.redirectTo);
      assert.equal(browser.cookies.has(known), true);
      assert.equal((await browser.logInWithNumber(acceptAndRead)).isAsked, false);
    }

    test("is known after the route that redeems, in Express", async (t) => {
      const site = await serve("The page that was asked for", {
        file: "serve.ts",
        others: {
          "login-kit.ts": kitWithNumber,
          "serve.ts": `
import express from "express";
import { toNodeHandler } from "onegini-otp-login/node";
import { kit } from "./login-kit.js";
import { redeem } from "./redeem.js";
const app = express().use(redeem, toNodeHandler(kit));
const server = app.listen(0, () => console.log("ready: http://localhost:" + (server.address() as any).port));`,
        },
      });
      t.after(site.stop);
      const browser = new SiteBrowser(site.origin);
      await isKnownAfter(browser, async (redirectTo) => {
        const answer = await browser.fetch(redirectTo);
        assert.equal(answer.headers.get("x-logged-in"), "alice");
      });
    });

    test("is known after authorize of Auth.js, outside Next.js", async (t) => {
      const site = await serve("Auth.js", {
        file: "serve.ts",
        replaced: [["// Your other options.", `basePath: "/api/auth", secret: "a secret", trustHost: true,`]],
        others: {
          "login-kit.ts": kitWithNumber,
          "serve.ts": `
import { handle } from "./auth-elsewhere.js";
import { kit } from "./login-kit.js";
const answer = (request: Request): Promise<Response> =>
  new URL(request.url).pathname.startsWith("/api/auth/") ? handle(request) : kit.fetch(request);
${serveAnswer}`,
        },
      });
      t.after(site.stop);
      const browser = new SiteBrowser(site.origin);
      await isKnownAfter(browser, async (redirectTo) => {
        const ticket = new URL(redirectTo, site.origin).searchParams.get("ticket") ?? "";
        const { csrfToken } = JSON.parse((await browser.read("/api/auth/csrf"))[1]) as { csrfToken: string };
        const body = new URLSearchParams({ csrfToken, ticket });
        await browser.fetch("/api/auth/callback/otp-login", { method: "POST", body });
        const [, session] = await browser.read("/api/auth/session");
        assert.match(session, /"user"/);
      });
    });
  });

  test("Log out everywhere refuses what was accepted at or before it, and sets nothing", async (t) => {
    const site = await serve("Log out everywhere", {
      file: "serve.ts",
      others: {
        "login-kit.ts": kitWithNumber,
        "accounts.ts": `
let since = 0;
export const accounts = {
  sessionsSince: async (_userId: string): Promise<number> => since,
  logOutEverywhere: (at: number): void => void (since = at),
};`,
        "serve.ts": `
import express from "express";
import { toNodeHandler } from "onegini-otp-login/node";
import { accounts } from "./accounts.js";
import { kit } from "./login-kit.js";
import { logIn } from "./log-in.js";
const app = express().use(logIn, toNodeHandler(kit));
app.post("/logout-everywhere", (_req, res) => {
  accounts.logOutEverywhere(Date.now());
  res.end();
});
const server = app.listen(0, () => console.log("ready: http://localhost:" + (server.address() as any).port));`,
      },
    });
    t.after(site.stop);
    const browser = new SiteBrowser(site.origin);
    const before = await browser.logInWithNumber(acceptAndRead);
    await browser.fetch("/logout-everywhere", { method: "POST" });
    const refused = await browser.fetch(before.redirectTo);
    assert.equal(refused.headers.get("location"), "/login");
    assert.deepEqual(refused.headers.getSetCookie(), []);
    assert.equal(refused.headers.get("x-logged-in"), null);

    const after = await browser.logInWithNumber(acceptAndRead);
    assert.equal(after.isAsked, true);
    const answer = await browser.fetch(after.redirectTo);
    assert.equal(answer.headers.get("x-logged-in"), "alice");
    assert.equal(browser.cookies.has(known), true);
  });

  test("Auth.js takes a ticket of its own browser and no user from its credentials, and ends its session after 8 hours", async (t) => {
    const site = await serve("Auth.js", {
      file: "serve.ts",
      replaced: [
        // The rest of next-auth runs in Next.js only.
        [`import NextAuth from "next-auth";`, "const NextAuth = (config: any): any => ({ auth: config });"],
        [`"next-auth/providers/credentials"`, `"@auth/core/providers/credentials"`],
      ],
      others: {
        "login-kit.ts": `
import { AsyncLocalStorage } from "node:async_hooks";
import { createLoginKit } from "onegini-otp-login/node";
import { requiredOptions } from "./site.js";
export const kit = createLoginKit({ ...requiredOptions, handOver: { to: "/login/otp" } });
/** The request that is being answered, which Next.js knows. */
export const requests = new AsyncLocalStorage<Request>();
export const login = { redeem: (ticket: unknown) => kit.redeem(ticket, requests.getStore()!) };`,
        "serve.ts": `
import { Auth } from "@auth/core";
import { decode, encode } from "@auth/core/jwt";
import { auth } from "./auth.js";
import { kit, requests } from "./login-kit.js";
const config = { ...auth, basePath: "/api/auth", secret: "a secret", trustHost: true, logger: { error() {} } };
const name = "authjs.session-token";
const tokenOf = async (request: Request): Promise<Response> => {
  const token = (request.headers.get("cookie") ?? "").split(name + "=")[1]?.split(";")[0];
  return Response.json(await decode({ token, secret: config.secret, salt: name }));
};
const hoursAgo = async (hours: number): Promise<Response> => {
  const token = { sub: "alice", since: Date.now() - hours * 3600_000 };
  return new Response("", { headers: { "set-cookie": name + "=" + (await encode({ token, secret: config.secret, salt: name })) } });
};
const answer = async (request: Request): Promise<Response> => {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/token") return tokenOf(request);
  if (pathname === "/logged-in") return hoursAgo(Number(searchParams.get("hours")));
  return pathname.startsWith("/api/auth/") ? requests.run(request, () => Auth(request, config)) : kit.fetch(request);
};
${serveAnswer}`,
      },
    });
    t.after(site.stop);
    const browser = new SiteBrowser(site.origin);
    const userOf = async (by: SiteBrowser): Promise<unknown> => {
      const session = JSON.parse((await by.read("/api/auth/session"))[1]) as { user?: { id: string } } | null;
      return session?.user?.id;
    };
    const post = async (by: SiteBrowser, credentials: Record<string, string>): Promise<unknown> => {
      const { csrfToken } = JSON.parse((await by.read("/api/auth/csrf"))[1]) as { csrfToken: string };
      const body = new URLSearchParams({ csrfToken, ...credentials });
      await by.fetch("/api/auth/callback/otp-login", { method: "POST", body });
      return userOf(by);
    };
    const other = browser.copy();
    const answer = await browser.logIn(acceptAsAlice);
    const { ticket } = (await answer.json()) as { ticket: string };

    assert.equal(await post(other, { ticket }), undefined);
    assert.equal(await post(other, { userId: "alice", id: "alice", name: "alice" }), undefined);
    assert.equal(await post(browser, { ticket, csrfToken: "wrong" }), undefined);
    assert.equal(await post(browser, { ticket, userId: "mallory" }), "alice");
    const { attempt } = JSON.parse((await browser.read("/token"))[1]) as { attempt?: string };
    assert.match(String(attempt), /^[\w-]{22}$/);
    const again = browser.copy();
    again.cookies.delete("authjs.session-token");
    assert.equal(await post(again, { ticket }), undefined);

    await again.read("/logged-in?hours=7");
    assert.equal(await userOf(again), "alice");
    await again.read("/logged-in?hours=9");
    assert.equal(await userOf(again), undefined);
  });
});

const isLoggedIn = async (browser: SiteBrowser): Promise<boolean> =>
  (await browser.read("/account"))[0] === 200;
