import { createLoginKit } from "onegini-otp-login/node";
import { clientIpBehind } from "onegini-otp-login/server";
import { createCookieSessionStorage } from "react-router";

const {
  PORT = "3000",
  ORIGIN = `http://localhost:${PORT}`,
  TOKEN_SERVER = "http://localhost:4000",
  TRUSTED_PROXIES = "0",
  SESSION_SECRET = crypto.randomUUID(),
} = process.env;

const isHttps = ORIGIN.startsWith("https:");
const storage = createCookieSessionStorage<{ userId: string; attempt: string }>({
  cookie: {
    // On https, browsers accept a `__Host-` cookie only from this very host, and only one, for all paths.
    name: isHttps ? "__Host-session" : "session",
    secrets: [SESSION_SECRET],
    path: "/",
    httpOnly: true,
    sameSite: "lax",
    secure: isHttps,
  },
});
const sessionOf = (request: Request) => storage.getSession(request.headers.get("Cookie"));

/** The attempts whose sessions have ended, in memory. Without it, a copy of the cookie would be good for ever. */
const ended = new Set<string>();

export async function currentUser(request: Request): Promise<string | undefined> {
  const { userId, attempt = "" } = (await sessionOf(request)).data;
  return ended.has(attempt) ? undefined : userId;
}

/** Ends the session of a request. Returns the header that ends its cookie. */
export async function endSession(request: Request): Promise<string> {
  const session = await sessionOf(request);
  ended.add(session.get("attempt") ?? "");
  return storage.destroySession(session);
}

export const kit = createLoginKit(() => ({
  origin: ORIGIN,
  tokenServer: { url: TOKEN_SERVER, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
  message: "Log in to the React Router example",
  // React Router tells no address but X-Forwarded-For, and a client can send that. So without a proxy all are unknown.
  clientIp: clientIpBehind(Number(TRUSTED_PROXIES)),
  async signIn({ userId, attempt }) {
    const session = await storage.getSession(); // without a cookie: a new session
    session.set("userId", userId);
    session.set("attempt", attempt);
    const cookie = await storage.commitSession(session);
    return Response.json({}, { headers: { "Set-Cookie": cookie } });
  },
}));
