import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import fastifyCookie from "@fastify/cookie";
import fastifySession from "@fastify/session";
import Fastify from "fastify";
import oneginiOtpLogin from "onegini-otp-login/fastify";
import { sitePath } from "onegini-otp-login/server";

declare module "fastify" {
  interface Session {
    userId?: string;
    /** To end the session by it. */
    attempt?: string;
  }
}

const { PORT = "3000", TOKEN_SERVER = "http://localhost:4000", TRUSTED_PROXIES = "0" } = process.env;
/** Of the page, as the browser shows it. */
const { ORIGIN = `http://localhost:${PORT}` } = process.env;
/** Without it, all sessions end when the process ends. */
const { SESSION_SECRET = randomBytes(32).toString("hex") } = process.env;

/** 32 characters at least. With it, a new browser asks for the number that the phone shows. */
const { PAIRING_KEY } = process.env;

const isHttps = ORIGIN.startsWith("https:");
/** On https, browsers accept a `__Host-` cookie only from this very host, and only one, for all paths. */
const cookieName = isHttps ? "__Host-session" : "sessionId";
// #region page
const widget = readFileSync(new URL(import.meta.resolve("onegini-otp-login/onegini-otp-login.js")));
// #endregion page
// #region page
const page = (next: string): string => `<!doctype html>
<html lang="en">
  <meta name="viewport" content="width=device-width, initial-scale=1" />
  <title>Log in</title>
  <script type="module" src="/onegini-otp-login.js"></script>
  <onegini-otp-login endpoint="/otp-login" redirect="${next}"></onegini-otp-login>
</html>`;
// #endregion page
/** For pages of people who are logged in: browsers do not keep them, and no other page can frame them. */
const privateHeaders = { "Cache-Control": "no-store", "Content-Security-Policy": "frame-ancestors 'none'" };

const app = Fastify({ logger: true, trustProxy: (_address, hop) => hop < Number(TRUSTED_PROXIES) });
await app.register(fastifyCookie);
await app.register(fastifySession, {
  secret: SESSION_SECRET,
  cookieName,
  cookie: { secure: isHttps, sameSite: "lax", path: "/" },
  saveUninitialized: false,
});
// #region kit
await app.register(oneginiOtpLogin, {
  origin: ORIGIN,
  tokenServer: {
    url: TOKEN_SERVER,
    clientId: "demo",
    clientSecret: "demo-secret",
    type: "qr-code",
  },
  // #region …
  ...(PAIRING_KEY
    ? {
        message: "Log in to the Fastify example. It may ask for {number}: type it only there.",
        pairing: { keys: [PAIRING_KEY] },
      }
    : { message: "Log in to the Fastify example" }),
  // #endregion …
  async signIn({ userId, attempt, login, context: { request } }) {
    await request.session.regenerate();
    Object.assign(request.session, { userId, attempt });
    // The place for a mail "New login".
    if (login.browser === "new") request.log.info({ userId }, "new browser");
    // Nothing to return: the page goes where its `redirect` says.
  },
});
// #endregion kit

// #region page
app.get<{ Querystring: { next?: unknown } }>("/", (request, reply) => {
  // Anybody can name a page in the link to this one: only a path of this site counts.
  const next = sitePath(request.query.next) ?? "/account";
  return reply.type("text/html").send(page(next));
});
app.get("/onegini-otp-login.js", (_request, reply) => reply.type("text/javascript").send(widget));
// #endregion page
app.get("/account", (request, reply) => {
  const { userId } = request.session;
  reply.headers(privateHeaders);
  if (userId === undefined) return reply.redirect(`/?next=${encodeURIComponent(request.originalUrl)}`);
  const name = userId.replace(/[&<]/g, (letter) => `&#${letter.charCodeAt(0)};`);
  return reply.type("text/html; charset=utf-8").send(`<!doctype html>
<html lang="en">
  <title>Account</title>
  <p>Logged in as ${name}</p>
  <form method="post" action="/logout"><button>Log out</button></form>
</html>`);
});
// The button's form, which is empty.
app.addContentTypeParser("application/x-www-form-urlencoded", (_request, payload, done) => {
  payload.resume();
  done(null);
});
app.post("/logout", async (request, reply) => {
  // The answer to a form of another site would end the cookies too.
  if (request.headers["sec-fetch-site"] !== "same-origin") return reply.code(403).send();
  await request.session.destroy();
  reply.clearCookie(cookieName, { path: "/", secure: isHttps });
  return reply.header("set-cookie", app.oneginiOtpLogin.forget().getSetCookie()).redirect("/");
});

process.once("SIGTERM", async () => {
  await app.close();
  process.exit();
});
await app.listen({ port: Number(PORT) });
console.log(`Open http://localhost:${PORT}`);
