import { randomBytes } from "node:crypto";
import { createLoginKit } from "onegini-otp-login/node";
import { clientIpBehind, type LoginKit } from "onegini-otp-login/server";

/** Next loads this module more than once in one process. */
const globals = globalThis as {
  loginKit?: LoginKit;
  sessions?: { ofAttempt: Map<string, string>; users: Map<string, string> };
};

/** In memory, so for one process: the session of each login, and the user of each session. */
const sessions = (globals.sessions ??= { ofAttempt: new Map(), users: new Map() });

export const userOf = (session: string | undefined): string | undefined => sessions.users.get(session ?? "");

const {
  PORT = "3000",
  ORIGIN = `http://localhost:${PORT}`,
  TOKEN_SERVER = "http://localhost:4000",
  TRUSTED_PROXIES = "0",
} = process.env;

/** Created at the first request, because `next build` loads this module too. */
export const loginKit = (): LoginKit =>
  (globals.loginKit ??= createLoginKit({
    origin: ORIGIN,
    tokenServer: { url: TOKEN_SERVER, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
    message: "Log in to the Next.js example",
    // Next tells no address but X-Forwarded-For, and a client can send that. So without a proxy all are unknown.
    clientIp: clientIpBehind(Number(TRUSTED_PROXIES)),
    signIn({ userId, attempt }) {
      // It may run twice for one login, and both runs must lead to one session.
      const session = sessions.ofAttempt.get(attempt) ?? randomBytes(32).toString("base64url");
      sessions.ofAttempt.set(attempt, session);
      sessions.users.set(session, userId);
      const cookie = `session=${session}; Path=/; HttpOnly; SameSite=Lax`; // on https also "; Secure"
      return Response.json({ redirect_to: "/account" }, { headers: { "Set-Cookie": cookie } });
    },
  }));
