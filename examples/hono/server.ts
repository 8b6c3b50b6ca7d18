import { serve } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono, type Context } from "hono";
import { logger } from "hono/logger";
import { createLoginKit } from "onegini-otp-login/node";
import { clientIpBehind, sitePath } from "onegini-otp-login/server";
import { createSessions, privateHeaders } from "./sessions.js";

const { PORT = "3000", TOKEN_SERVER = "http://localhost:4000", TRUSTED_PROXIES = "0" } = process.env;
/** Of the page, as the browser shows it. */
const { ORIGIN = `http://localhost:${PORT}` } = process.env;

const sessions = createSessions(ORIGIN);

/** Undefined without a proxy. Then the address is the connection's. */
const addressFromProxy = clientIpBehind(Number(TRUSTED_PROXIES));

/** Writes what the middleware says about requests, and the kit about logins. */
const print = (...what: unknown[]): void => console.log(new Date().toISOString(), ...what);

// #region kit
const kit = createLoginKit({
  origin: ORIGIN,
  tokenServer: {
    url: TOKEN_SERVER,
    clientId: "demo",
    clientSecret: "demo-secret",
    type: "qr-code",
  },
  message: "Log in to the Hono example",
  // #region …
  clientIp: (request, c: Context) => addressFromProxy(request, c) ?? getConnInfo(c).remote.address,
  // #endregion …
  signIn({ userId, attempt }) {
    const cookie = sessions.begin(userId, attempt);
    return Response.json({}, { headers: { "Set-Cookie": cookie } });
  },
  // #region …
  onEvent: ({ level, type, ...event }) => print(level, type, event),
  // #endregion …
});
// #endregion kit

const app = new Hono();
app.use(logger(print));
// #region kit
app.all("/otp-login/*", (c) => kit.fetch(c.req.raw, c));
// #endregion kit
// #region page
app.get("/onegini-otp-login.js", serveStatic({ root: "node_modules/onegini-otp-login/dist" }));
app.get("/", (c) => {
  // Anybody can name a page in the link to this one: only a path of this site counts.
  const next = sitePath(c.req.query("next")) ?? "/account";
  return c.html(`<!doctype html>
<html lang="en">
  <meta name="viewport" content="width=device-width, initial-scale=1" />
  <title>Log in</title>
  <script type="module" src="/onegini-otp-login.js"></script>
  <onegini-otp-login endpoint="/otp-login" redirect="${next}"></onegini-otp-login>
</html>`);
});
// #endregion page
app.get("/account", (c) => {
  const user = sessions.userOf(c.req.header("Cookie"));
  if (user !== undefined) return c.text(`Logged in as ${user}`, 200, privateHeaders);
  const { pathname, search } = new URL(c.req.url);
  return c.redirect(`/?next=${encodeURIComponent(pathname + search)}`);
});
serve({ fetch: app.fetch, port: Number(PORT), hostname: "localhost" }, () =>
  console.log(`Open http://localhost:${PORT}`),
);
