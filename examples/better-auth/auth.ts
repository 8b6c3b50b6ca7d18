import { randomBytes } from "node:crypto";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { oneginiOtpLogin } from "onegini-otp-login/better-auth";
import { nodeTransport } from "onegini-otp-login/node";
import { clientIpBehind } from "onegini-otp-login/server";

const { PORT = "3000", TOKEN_SERVER = "http://localhost:4000", TRUSTED_PROXIES = "0" } = process.env;
/** Of the page, as the browser shows it. */
const { ORIGIN = `http://localhost:${PORT}` } = process.env;

export const auth = betterAuth({
  baseURL: ORIGIN,
  secret: process.env.BETTER_AUTH_SECRET ?? randomBytes(32).toString("base64"),
  database: memoryAdapter({ user: [], account: [], session: [], verification: [] }),
  plugins: [
    oneginiOtpLogin({
      tokenServer: { url: TOKEN_SERVER, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
      transport: nodeTransport,
      message: "Log in to the Better Auth example",
      clientIp: clientIpBehind(Number(TRUSTED_PROXIES)),
      // The bank's own data about its customer.
      getUser: ({ userId }) => ({ name: userId, email: `${userId}@example.com` }),
    }),
  ],
});
