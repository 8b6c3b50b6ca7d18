import { createNextLogin } from "onegini-otp-login/next";
import { clientIpBehind } from "onegini-otp-login/server";

const { PORT = "3000", TOKEN_SERVER = "http://localhost:4000", TRUSTED_PROXIES = "0" } = process.env;
/** Of the page, as the browser shows it. */
export const { ORIGIN = `http://localhost:${PORT}` } = process.env;

export const login = createNextLogin(() => ({
  origin: ORIGIN,
  tokenServer: { url: TOKEN_SERVER, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
  message: "Log in to the Auth.js example",
  // Next tells no address but X-Forwarded-For, and a client can send that. So without a proxy all are unknown.
  clientIp: clientIpBehind(Number(TRUSTED_PROXIES)),
  handOver: { to: "/login/otp" },
}));
