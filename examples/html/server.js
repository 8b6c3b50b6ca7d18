import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createLoginKit, toNodeHandler } from "onegini-otp-login/node";
import { clientIpBehind } from "onegini-otp-login/server";

const { PORT = "3000", TOKEN_SERVER = "http://localhost:4000", TRUSTED_PROXIES = "0" } = process.env;
const { ORIGIN = `http://localhost:${PORT}` } = process.env;

// In memory, so for one process.
const sessionOfAttempt = new Map();

const kit = createLoginKit({
  origin: ORIGIN,
  tokenServer: { url: TOKEN_SERVER, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
  message: "Log in to the HTML example",
  clientIp: clientIpBehind(Number(TRUSTED_PROXIES)),
  signIn({ userId, attempt }) {
    // It may run twice for one login, and both runs must lead to one session.
    const session = sessionOfAttempt.get(attempt) ?? randomBytes(32).toString("base64url");
    sessionOfAttempt.set(attempt, session);
    const cookie = `session=${session}; Path=/; HttpOnly; SameSite=Lax`; // on https also "; Secure"
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
createServer((req, res) =>
  logIn(req, res, () => {
    const [type, content] = files[req.url] ?? [];
    if (content) res.writeHead(200, { "Content-Type": type }).end(content);
    else res.writeHead(404).end();
  }),
).listen(Number(PORT), "localhost", () => console.log(`Open http://localhost:${PORT}`));
