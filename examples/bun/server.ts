import { clientIpBehind, createLoginKit, sitePath } from "onegini-otp-login/server";
import { createSessions, privateHeaders } from "./sessions.js";

const { PORT = "3000", TOKEN_SERVER = "http://localhost:4000", TRUSTED_PROXIES = "0" } = process.env;
/** Of the page, as the browser shows it. */
const { ORIGIN = `http://localhost:${PORT}` } = process.env;

const sessions = createSessions(ORIGIN);

/** Undefined without a proxy. Then the address is the connection's. */
const addressFromProxy = clientIpBehind(Number(TRUSTED_PROXIES));

const kit = createLoginKit({
  origin: ORIGIN,
  tokenServer: { url: TOKEN_SERVER, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
  message: "Log in to the Bun example",
  clientIp: (request, server: Bun.Server<undefined>) =>
    addressFromProxy(request, server) ?? server.requestIP(request)?.address,
  signIn({ userId, attempt }) {
    const cookie = sessions.begin(userId, attempt);
    return Response.json({}, { headers: { "Set-Cookie": cookie } });
  },
});

const page = (next: string): string => `<!doctype html>
<html lang="en">
  <meta name="viewport" content="width=device-width, initial-scale=1" />
  <title>Log in</title>
  <script type="module" src="/onegini-otp-login.js"></script>
  <onegini-otp-login endpoint="/otp-login" redirect="${next}"></onegini-otp-login>
</html>`;

Bun.serve({
  port: PORT,
  hostname: "localhost",
  idleTimeout: 0, // else Bun closes a status stream that is quiet for 10 s
  routes: {
    "/": (request) => {
      // Anybody can name a page in the link to this one: only a path of this site counts.
      const next = sitePath(new URL(request.url).searchParams.get("next")) ?? "/account";
      return new Response(page(next), { headers: { "Content-Type": "text/html" } });
    },
    "/onegini-otp-login.js": new Response(
      Bun.file(new URL(import.meta.resolve("onegini-otp-login/onegini-otp-login.js"))),
    ),
    "/account": (request) => {
      const user = sessions.userOf(request.headers.get("Cookie"));
      if (user !== undefined) return new Response(`Logged in as ${user}`, { headers: privateHeaders });
      const { pathname, search } = new URL(request.url);
      return Response.redirect(`/?next=${encodeURIComponent(pathname + search)}`);
    },
  },
  fetch: (request, server) => kit.fetch(request, server),
});
console.log(`Open http://localhost:${PORT}`);
