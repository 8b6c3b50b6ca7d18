import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { createTokenServer, listen } from "../../../src/emulator.js";
import { startCommand } from "../support/packed-package.js";
import { SiteBrowser } from "../support/session-browser.js";
import { sessionSections, writeSection } from "../support/session-listings.js";
import { installSessions } from "../support/session-packages.js";

/** Whole logins with the listings of docs/sessions.md that need no build, on the real libraries. */

const site = resolve(".cache/sessions");
before(() => installSessions(site));

const sections = sessionSections();
const tokenServer = createTokenServer({
  types: [{ name: "qr-code", ttlSeconds: 60 }],
  clients: [{ id: "site", secret: "site-secret" }],
});
const { url: tokenServerUrl, close } = await listen(tokenServer);
after(close);

/** Runs a section's listings, with what the test adds to one of them. */
async function serve(
  title: string,
  { file = "listing.ts", more, others = {}, from = [] }: Served,
): Promise<SiteBrowser> {
  const section = sections.find((each) => each.title === title) ?? assert.fail(title);
  const files = section.files.map(({ path, text }) => {
    const replaced = from.reduce((result, [old, now]) => {
      if (path === file) assert.ok(result.includes(old), old);
      return result.replaceAll(old, now);
    }, text);
    return { path, text: path === file ? replaced + more : replaced };
  });
  const folder = writeSection(site, { ...section, folder: `${section.folder}-runs`, files }, others);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { experimentalDecorators: true, target: "es2022" } }),
  );
  const command = ["--import", import.meta.resolve("tsx"), join(folder, file)];
  const { origin } = await startCommand(process.execPath, command, folder, {
    TOKEN_SERVER: tokenServerUrl,
    SESSION_SECRET: "a secret of the tests, 32 characters",
    SESSION_KEY: "a key of the tests",
    SESSION_PASSWORD: "a password of the tests, 32 characters",
  });
  return new SiteBrowser(origin);
}

interface Served {
  /** The file that is run. */
  file?: string;
  /** What the test adds to it. */
  more: string;
  /** Files of the test. */
  others?: Record<string, string>;
  /** Texts that are replaced, and by what. */
  from?: [string, string][];
}

const listenOn = (app: string): string =>
  `const server = ${app}.listen(0, () => console.log("ready: http://localhost:" + server.address().port));\n`;

/** Two pages: one that begins a session before the login, and one that says who is logged in. */
const expressPages = (user: string, plant: string): string => `
app.set("trust proxy", 1);
app.get("/plant", (req: any, res) => { ${plant}; res.send("planted"); });
app.get("/account", (req: any, res) => {
  const user = ${user};
  if (user === undefined) res.sendStatus(401);
  else res.send(JSON.stringify({ user, attempt: req.session.attempt, cart: req.session.cart }));
});
${listenOn("app").replace("server.address()", "(server.address() as any)")}`;

const inServerMemory: Record<string, Served> = {
  "express-session": { more: expressPages("req.session.userId", "req.session.cart = 1") },
  Passport: {
    more: `
passport.serializeUser((user: any, done) => done(null, user.id));
passport.deserializeUser((id: any, done) => done(null, { id }));
${expressPages("req.user?.id", "req.session.cart = 1")}`,
  },
  NestJS: {
    file: "main.ts",
    from: [["await app.listen(3000);", ""]],
    more: `
const app2 = app.getHttpAdapter().getInstance();
app2.set("trust proxy", 1);
await app.listen(0);
console.log("ready: " + (await app.getUrl()).replace("[::1]", "localhost"));`,
    others: {
      "app.module.ts": `
import { Controller, Get, Module, Req, UseGuards } from "@nestjs/common";
import { LoggedIn, LoginKitModule } from "./login-kit.js";
import { LogoutController } from "./logout.controller.js";
@Controller()
class Pages {
  @Get("plant") plant(@Req() req: any) { req.session.cart = 1; return "planted"; }
  @Get("account") @UseGuards(LoggedIn) account(@Req() req: any) {
    return { user: req.session.userId, attempt: req.session.attempt, cart: req.session.cart };
  }
}
@Module({ imports: [LoginKitModule], controllers: [Pages, LogoutController] })
export class AppModule {}`,
    },
  },
  Hono: {
    more: `
import { serve } from "@hono/node-server";
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
  "iron-session": {
    more: `
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
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
const server = createServer(getRequestListener(answer)).listen(0, () => console.log("ready: http://localhost:" + (server.address() as any).port));`,
  },
};

for (const [title, served] of Object.entries({ ...inServerMemory, ...inCookie }))
  describe(title, () => {
    test("logs in to a new session, which knows the attempt, and out of both", async () => {
      const browser = await serve(title, served);
      assert.equal((await browser.read("/account"))[0] >= 400, true);
      assert.equal((await browser.read("/plant"))[0], 200);
      const planted = browser.copy();
      assert.ok(planted.cookies.size > 0, "a session before the login");

      const answer = await browser.logIn(tokenServer, "alice");
      assert.deepEqual(await answer.json(), { redirect_to: "/account" });
      const [status, account] = await browser.read("/account");
      assert.equal(status, 200);
      const { user, attempt, cart } = JSON.parse(account) as Record<string, unknown>;
      assert.equal(user, "alice");
      assert.match(String(attempt), /^[\w-]{22}$/);
      assert.equal(cart, undefined, "nothing of the session before the login is left");
      assert.equal(
        (await planted.read("/account"))[0] >= 400,
        true,
        "the session before the login is not logged in",
      );

      const copied = browser.copy();
      assert.equal((await browser.fetch("/logout", { method: "POST" })).status >= 300, true);
      assert.equal((await browser.read("/account"))[0] >= 400, true);
      assert.deepEqual(
        [...browser.cookies.keys()].filter((name) => name.includes("onegini")),
        [],
      );
      const isEnded = (await copied.read("/account"))[0] >= 400;
      assert.equal(isEnded, title in inServerMemory, "a copy of the cookie works after the log-out");
    });
  });
