import express from "express";
import { createLoginKit, gracefulShutdown, toNodeHandler } from "onegini-otp-login/node";
import { createSessions, privateHeaders } from "./sessions.js";

const { PORT = "3000", TOKEN_SERVER = "http://localhost:4000", TRUSTED_PROXIES = "0" } = process.env;
/** Of the page, as the browser shows it. */
const { ORIGIN = `http://localhost:${PORT}` } = process.env;

const sessions = createSessions(ORIGIN);

const kit = createLoginKit({
  origin: ORIGIN,
  tokenServer: { url: TOKEN_SERVER, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
  message: "Log in to the Express example",
  clientIp: (_request, { req }) => req.ip, // follows the setting "trust proxy"
  signIn({ userId, attempt }) {
    const cookie = sessions.begin(userId, attempt);
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
  const user = sessions.userOf(req.headers.cookie);
  res.set(privateHeaders);
  if (user === undefined) res.redirect("/");
  else res.type("text").send(`Logged in as ${user}`);
});
const server = app.listen(Number(PORT), "localhost", () => console.log(`Open http://localhost:${PORT}`));

const shutDown = gracefulShutdown(server, kit);
process.once("SIGTERM", async () => {
  await shutDown();
  process.exit();
});
