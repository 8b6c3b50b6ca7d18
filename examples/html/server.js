import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createLoginKit, gracefulShutdown, toNodeHandler } from "onegini-otp-login/node";
import { clientIpBehind } from "onegini-otp-login/server";
import { createSessions } from "./sessions.js";

const { PORT = "3000", TOKEN_SERVER = "http://localhost:4000", TRUSTED_PROXIES = "0" } = process.env;
const { ORIGIN = `http://localhost:${PORT}` } = process.env;

const sessions = createSessions(ORIGIN);

const kit = createLoginKit({
  origin: ORIGIN,
  tokenServer: { url: TOKEN_SERVER, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
  message: "Log in to the HTML example",
  clientIp: clientIpBehind(Number(TRUSTED_PROXIES)),
  signIn({ userId, attempt }) {
    const cookie = sessions.begin(userId, attempt);
    return Response.json({ user: userId }, { headers: { "Set-Cookie": cookie } });
  },
});

const files = {
  "/": ["text/html", readFileSync("index.html")],
  "/onegini-otp-login.js": [
    "text/javascript",
    readFileSync("node_modules/onegini-otp-login/dist/onegini-otp-login.js"),
  ],
};
const logIn = toNodeHandler(kit);
const server = createServer((req, res) =>
  logIn(req, res, () => {
    const [type, content] = files[req.url] ?? [];
    if (content) res.writeHead(200, { "Content-Type": type }).end(content);
    else res.writeHead(404).end();
  }),
).listen(Number(PORT), "localhost", () => console.log(`Open http://localhost:${PORT}`));

const shutDown = gracefulShutdown(server, kit);
process.once("SIGTERM", async () => {
  await shutDown();
  process.exit();
});
