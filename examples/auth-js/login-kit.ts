import { randomBytes } from "node:crypto";
import { createNextLogin } from "onegini-otp-login/next";
import { clientIpBehind } from "onegini-otp-login/server";

const { PORT = "3000", TOKEN_SERVER = "http://localhost:4000", TRUSTED_PROXIES = "0" } = process.env;
/** Of the page, as the browser shows it. */
const { ORIGIN = `http://localhost:${PORT}` } = process.env;
// Auth.js reads both itself. With a random secret, a restart logs everybody out.
process.env.AUTH_URL ??= ORIGIN;
process.env.AUTH_SECRET ??= randomBytes(32).toString("hex");

export const login = createNextLogin(() => ({
  origin: ORIGIN,
  tokenServer: { url: TOKEN_SERVER, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
  message: "Log in to the Auth.js example",
  // Next tells no address but X-Forwarded-For, and a client can send that. So without a proxy all are unknown.
  clientIp: clientIpBehind(Number(TRUSTED_PROXIES)),
  handOver: { to: "/login/otp" },
}));
