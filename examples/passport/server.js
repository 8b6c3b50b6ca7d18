import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import express from "express";
import session from "express-session";
import { createLoginKit, gracefulShutdown, toNodeHandler } from "onegini-otp-login/node";
import { sitePath } from "onegini-otp-login/server";
import passport from "passport";

const { PORT = "3000", TOKEN_SERVER = "http://localhost:4000", TRUSTED_PROXIES = "0" } = process.env;
/** Of the page, as the browser shows it. */
const { ORIGIN = `http://localhost:${PORT}` } = process.env;
/** Signs the cookies. With a random one, a restart logs everybody out. */
const { SESSION_SECRET = randomBytes(32).toString("hex") } = process.env;
const isHttps = ORIGIN.startsWith("https:");

/** The bank's own data about its customer. */
const findUser = (id) => ({ id, name: id });
passport.serializeUser((user, done) => done(null, user.id));
passport.deserializeUser((id, done) => done(null, findUser(id)));

const kit = createLoginKit({
  origin: ORIGIN,
  tokenServer: { url: TOKEN_SERVER, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
  message: "Log in to the Passport example",
  clientIp: (_request, { req }) => req.ip, // follows the setting "trust proxy"
  async signIn({ userId, attempt, context: { req } }) {
    await promisify((done) => req.logIn(findUser(userId), done))(); // in a new session, whatever came with the request
    req.session.attempt = attempt;
    // Nothing to return: the page goes where its `redirect` says.
  },
});

const app = express();
app.set("trust proxy", Number(TRUSTED_PROXIES));
app.use(
  session({
    // On https, browsers accept a `__Host-` cookie only from this very host, and only one, for all paths.
    name: isHttps ? "__Host-session" : "session",
    secret: SESSION_SECRET,
    cookie: { path: "/", httpOnly: true, sameSite: "lax", secure: isHttps },
    resave: false,
    saveUninitialized: false,
  }),
  passport.session(),
  toNodeHandler(kit), // after the session, which signIn needs
);
app.use("/assets", express.static("node_modules/onegini-otp-login/dist"));

app.get("/", (req, res) => {
  // Anybody can name a page in the link to this one: only a path of this site counts.
  const next = sitePath(req.query.next) ?? "/account";
  res.send(`<!doctype html>
    <html lang="en">
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>Log in</title>
      <script type="module" src="/assets/onegini-otp-login.js"></script>
      <onegini-otp-login endpoint="/otp-login" redirect="${next}"></onegini-otp-login>
    </html>`);
});
app.get("/account", (req, res) => {
  if (!req.isAuthenticated()) return res.redirect(`/?next=${encodeURIComponent(req.originalUrl)}`);
  const name = req.user.name.replace(/[&<]/g, (letter) => `&#${letter.charCodeAt(0)};`);
  res.set({ "Cache-Control": "no-store", "Content-Security-Policy": "frame-ancestors 'none'" });
  res.send(`<!doctype html>
    <html lang="en">
      <title>Account</title>
      <p>Logged in as ${name}</p>
      <form method="post" action="/logout"><button>Log out</button></form>
    </html>`);
});
app.post("/logout", async (req, res) => {
  // The answer to a form of another site would end the cookies too.
  if (req.get("sec-fetch-site") !== "same-origin") return res.sendStatus(403);
  await promisify((done) => req.logout(done))();
  res.append("Set-Cookie", kit.forget().getSetCookie()).redirect("/");
});
const server = app.listen(Number(PORT), "localhost", () => console.log(`Open http://localhost:${PORT}`));

const shutDown = gracefulShutdown(server, kit);
process.once("SIGTERM", async () => {
  await shutDown();
  process.exit();
});
