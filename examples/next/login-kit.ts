import { createLoginKit } from "onegini-otp-login/node";
import { clientIpBehind, type LoginKit } from "onegini-otp-login/server";
import { createSessions } from "./sessions.js";

/** Next loads this module more than once in one process. */
const globals = globalThis as {
  loginKit?: LoginKit;
  sessions?: ReturnType<typeof createSessions>;
};

const {
  PORT = "3000",
  ORIGIN = `http://localhost:${PORT}`,
  TOKEN_SERVER = "http://localhost:4000",
  TRUSTED_PROXIES = "0",
} = process.env;

export const sessions = (globals.sessions ??= createSessions(ORIGIN));

/** Created at the first request, because `next build` loads this module too. */
export const loginKit = (): LoginKit =>
  (globals.loginKit ??= createLoginKit({
    origin: ORIGIN,
    tokenServer: { url: TOKEN_SERVER, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
    message: "Log in to the Next.js example",
    // Next tells no address but X-Forwarded-For, and a client can send that. So without a proxy all are unknown.
    clientIp: clientIpBehind(Number(TRUSTED_PROXIES)),
    signIn({ userId, attempt }) {
      const cookie = sessions.begin(userId, attempt);
      return Response.json({ redirect_to: "/account" }, { headers: { "Set-Cookie": cookie } });
    },
  }));
