import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import compression from "compression";
import express from "express";
import session from "express-session";
import helmet from "helmet";
import { createLoginKit, gracefulShutdown, toNodeHandler } from "onegini-otp-login/node";
import { sitePath } from "onegini-otp-login/server";

const { PORT = "3000", TOKEN_SERVER = "http://localhost:4000", TRUSTED_PROXIES = "0" } = process.env;
/** Of the page, as the browser shows it. */
const { ORIGIN = `http://localhost:${PORT}` } = process.env;
/** Signs the cookies. With a random one, a restart logs everybody out. */
const { SESSION_SECRET = randomBytes(32).toString("hex") } = process.env;
const isHttps = ORIGIN.startsWith("https:");

/** In place of a database: the user ids at the Token Server, each with the account that it logs in. */
const accounts = new Map([
  ["demo-user", { id: "demo-user" }],
  ["blocked-user", { id: "blocked-user", isBlocked: true }],
]);
/** The page knows the codes: pages/login.js and pages/account.js. */
const refuse = (code) => Response.json({ code }, { status: 403 });

const options = {
  origin: ORIGIN,
  tokenServer: { url: TOKEN_SERVER, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
  clientIp: (_request, { req }) => req.ip, // follows the setting "trust proxy"
};
// #region kit
const kit = createLoginKit({
  ...options,
  message: "Log in to the Express example",
  async signIn({ userId, context: { req } }) {
    const account = accounts.get(userId);
    if (!account) return refuse("no_account");
    if (account.isBlocked) return refuse("blocked");
    await promisify((done) => req.session.regenerate(done))(); // a new id, whatever came with the request
    req.session.userId = account.id;
    return { user: userId }; // the page goes where its `redirect` says
  },
});
// #endregion kit

/** Adds a phone to the account of somebody who is logged in. */
const phoneKit = createLoginKit({
  ...options,
  path: "/account/phone",
  message: "Add this phone to your account at the Express example",
  signIn({ userId, context: { req } }) {
    const account = [...accounts.values()].find(({ id }) => id === req.session.userId);
    if (!account) return refuse("logged_out");
    if ((accounts.get(userId) ?? account) !== account) return refuse("phone_in_use");
    accounts.set(userId, account);
    return { redirect_to: "/account" };
  },
});

const app = express();
app.set("trust proxy", Number(TRUSTED_PROXIES));
// A page on http, for development, cannot be asked for by https.
const upgradeInsecureRequests = isHttps ? [] : null;
app.use(
  helmet({ contentSecurityPolicy: { directives: { frameAncestors: "'none'", upgradeInsecureRequests } } }),
);
app.use(compression());
app.use(
  session({
    name: isHttps ? "__Host-session" : "session",
    secret: SESSION_SECRET,
    cookie: { path: "/", httpOnly: true, sameSite: "lax", secure: isHttps },
    resave: false,
    saveUninitialized: false,
  }),
);
// #region kit
app.use(toNodeHandler(kit), toNodeHandler(phoneKit)); // after the session, which signIn needs
// #endregion kit
app.use("/assets", express.static("node_modules/onegini-otp-login/dist"));
app.use("/pages", express.static("pages"));

app.get("/", (req, res) => {
  // Anybody can name a page in the link to this one: only a path of this site counts.
  const next = sitePath(req.query.next) ?? "/account";
  res.send(`<!doctype html>
    <html lang="en">
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>Log in</title>
      <script type="module" src="/assets/onegini-otp-login.js"></script>
      <script type="module" src="/pages/login.js"></script>
      <onegini-otp-login endpoint="/otp-login" redirect="${next}"></onegini-otp-login>
    </html>`);
});
app.get("/register", (_req, res) => {
  res.send(`<!doctype html>
    <html lang="en">
      <title>No account</title>
      <p>This phone has no account yet. Log in with one that has, and add this one.</p>
    </html>`);
});
app.get("/account", (req, res) => {
  const { userId } = req.session;
  if (userId === undefined) return res.redirect(`/?next=${encodeURIComponent(req.originalUrl)}`);
  const name = userId.replace(/[&<]/g, (letter) => `&#${letter.charCodeAt(0)};`);
  res.set("Cache-Control", "no-store");
  res.send(`<!doctype html>
    <html lang="en">
      <title>Account</title>
      <p>Logged in as ${name}</p>
      <form method="post" action="/logout"><button>Log out</button></form>
      <script type="module" src="/assets/onegini-otp-login.js"></script>
      <script type="module" src="/pages/account.js"></script>
      <onegini-otp-login endpoint="/account/phone" manual></onegini-otp-login>
    </html>`);
});
app.post("/logout", async (req, res) => {
  // The answer to a form of another site would end the cookies too.
  if (req.get("sec-fetch-site") !== "same-origin") return res.sendStatus(403);
  await promisify((done) => req.session.destroy(done))();
  for (const [header, value] of kit.forget()) res.append(header, value);
  res.redirect("/");
});
const server = app.listen(Number(PORT), "localhost", () => console.log(`Open http://localhost:${PORT}`));

const shutDown = gracefulShutdown(server, { close: () => Promise.all([kit.close(), phoneKit.close()]) });
process.once("SIGTERM", async () => {
  await shutDown();
  process.exit();
});
