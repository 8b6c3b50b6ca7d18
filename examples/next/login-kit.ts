import { createNextLogin } from "onegini-otp-login/next";
import { clientIpBehind } from "onegini-otp-login/server";
import { beginSession } from "./sessions";

const {
  PORT = "3000",
  ORIGIN = `http://localhost:${PORT}`,
  TOKEN_SERVER = "http://localhost:4000",
  TRUSTED_PROXIES = "0",
} = process.env;

// #region kit
export const login = createNextLogin(() => ({
  origin: ORIGIN,
  tokenServer: {
    url: TOKEN_SERVER,
    clientId: "demo",
    clientSecret: "demo-secret",
    type: "qr-code",
  },
  message: "Log in to the Next.js example",
  // #region …
  // Next tells no address but X-Forwarded-For, and a client can send that. So without a proxy all are unknown.
  clientIp: clientIpBehind(Number(TRUSTED_PROXIES)),
  // #endregion …
  async signIn({ userId, attempt }) {
    await beginSession(userId, attempt); // sets its cookie with Next's cookies()
    return { redirect_to: "/account" };
  },
}));
// #endregion kit
