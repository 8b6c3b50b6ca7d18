import { randomBytes } from "node:crypto";
import express from "express";
import { createLoginKit, toNodeHandler } from "onegini-otp-login/node";

const { PORT = "3000", TOKEN_SERVER = "http://localhost:4000", TRUSTED_PROXIES = "0" } = process.env;
/** Of the page, as the browser shows it. */
const { ORIGIN = `http://localhost:${PORT}` } = process.env;

// In memory, so for one process.
const sessionOfAttempt = new Map();
const userOfSession = new Map();

const kit = createLoginKit({
  origin: ORIGIN,
  tokenServer: { url: TOKEN_SERVER, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
  message: "Log in to the Express example",
  clientIp: (_request, { req }) => req.ip, // follows the setting "trust proxy"
  signIn({ userId, attempt }) {
    // It may run twice for one login, and both runs must lead to one session.
    const session = sessionOfAttempt.get(attempt) ?? randomBytes(32).toString("base64url");
    sessionOfAttempt.set(attempt, session);
    userOfSession.set(session, userId);
    const cookie = `session=${session}; Path=/; HttpOnly; SameSite=Lax`; // on https also "; Secure"
    return Response.json({ user: userId, redirect_to: "/account" }, { headers: { "Set-Cookie": cookie } });
  },
});

const app = express();
app.set("trust proxy", Number(TRUSTED_PROXIES));
app.use(toNodeHandler(kit));
app.use("/assets", express.static("node_modules/onegini-otp-login/dist"));
app.get("/", (_req, res) => {
  res.send(`<!doctype html>
    <html lang="en">
      <title>Log in</title>
      <script type="module" src="/assets/onegini-otp-login.js"></script>
      <onegini-otp-login endpoint="/otp-login" redirect="/account"></onegini-otp-login>
    </html>`);
});
app.get("/account", (req, res) => {
  const session = /(?:^|; )session=([^;]+)/.exec(req.headers.cookie ?? "")?.[1];
  const user = userOfSession.get(session);
  if (user === undefined) res.redirect("/");
  else res.type("text").send(`Logged in as ${user}`);
});
app.listen(Number(PORT), "localhost", () => console.log(`Open http://localhost:${PORT}`));
