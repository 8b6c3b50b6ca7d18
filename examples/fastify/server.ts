import { readFileSync } from "node:fs";
import Fastify from "fastify";
import { createLoginKit, gracefulShutdown, toNodeHandler } from "onegini-otp-login/node";
import { clientIpBehind } from "onegini-otp-login/server";
import { createSessions, privateHeaders } from "./sessions.js";

const { PORT = "3000", TOKEN_SERVER = "http://localhost:4000", TRUSTED_PROXIES = "0" } = process.env;
/** Of the page, as the browser shows it. */
const { ORIGIN = `http://localhost:${PORT}` } = process.env;

const sessions = createSessions(ORIGIN);

const kit = createLoginKit({
  origin: ORIGIN,
  tokenServer: { url: TOKEN_SERVER, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
  message: "Log in to the Fastify example",
  clientIp: clientIpBehind(Number(TRUSTED_PROXIES)),
  signIn({ userId, attempt }) {
    const cookie = sessions.begin(userId, attempt);
    return Response.json({ redirect_to: "/account" }, { headers: { "Set-Cookie": cookie } });
  },
});

const widget = readFileSync(new URL(import.meta.resolve("onegini-otp-login/onegini-otp-login.js")));
const page = `<!doctype html>
<html lang="en">
  <title>Log in</title>
  <script type="module" src="/onegini-otp-login.js"></script>
  <onegini-otp-login endpoint="/otp-login"></onegini-otp-login>
</html>`;

const app = Fastify();
const logIn = toNodeHandler(kit);
app.addHook("onRequest", (request, reply, done) => logIn(request.raw, reply.raw, done));
app.get("/", (_request, reply) => reply.type("text/html").send(page));
app.get("/onegini-otp-login.js", (_request, reply) => reply.type("text/javascript").send(widget));
app.get("/account", (request, reply) => {
  const user = sessions.userOf(request.headers.cookie);
  reply.headers(privateHeaders);
  return user === undefined ? reply.redirect("/") : reply.send(`Logged in as ${user}`);
});
const shutDown = gracefulShutdown(app.server, kit);
process.once("SIGTERM", async () => {
  await shutDown();
  process.exit();
});
await app.listen({ port: Number(PORT) });
console.log(`Open http://localhost:${PORT}`);
