import { clientIpBehind, createLoginKit, sitePath } from "onegini-otp-login/server";
import { createSessions, privateHeaders } from "./sessions.js";

const PORT = Deno.env.get("PORT") ?? "3000";
/** Of the page, as the browser shows it. */
const ORIGIN = Deno.env.get("ORIGIN") ?? `http://localhost:${PORT}`;
const TOKEN_SERVER = Deno.env.get("TOKEN_SERVER") ?? "http://localhost:4000";
const TRUSTED_PROXIES = Deno.env.get("TRUSTED_PROXIES") ?? "0";

const sessions = createSessions(ORIGIN);

/** Undefined without a proxy. Then the address is the connection's. */
const addressFromProxy = clientIpBehind(Number(TRUSTED_PROXIES));

const kit = createLoginKit({
  origin: ORIGIN,
  tokenServer: { url: TOKEN_SERVER, clientId: "demo", clientSecret: "demo-secret", type: "qr-code" },
  message: "Log in to the Deno example",
  clientIp: (request, info: Deno.ServeHandlerInfo<Deno.NetAddr>) =>
    addressFromProxy(request, info) ?? info.remoteAddr.hostname,
  signIn({ userId, attempt }) {
    const cookie = sessions.begin(userId, attempt);
    return Response.json({}, { headers: { "Set-Cookie": cookie } });
  },
});

const widget = new URL(import.meta.resolve("onegini-otp-login/onegini-otp-login.js"));
const page = (next: string): string => `<!doctype html>
<html lang="en">
  <meta name="viewport" content="width=device-width, initial-scale=1" />
  <title>Log in</title>
  <script type="module" src="/onegini-otp-login.js"></script>
  <onegini-otp-login endpoint="/otp-login" redirect="${next}"></onegini-otp-login>
</html>`;

Deno.serve({ port: Number(PORT), hostname: "localhost" }, async (request, info) => {
  const { pathname, search, searchParams } = new URL(request.url);
  switch (pathname) {
    case "/": {
      // Anybody can name a page in the link to this one: only a path of this site counts.
      const next = sitePath(searchParams.get("next")) ?? "/account";
      return new Response(page(next), { headers: { "Content-Type": "text/html" } });
    }
    case "/onegini-otp-login.js":
      return new Response(await Deno.readFile(widget), { headers: { "Content-Type": "text/javascript" } });
    case "/account": {
      const user = sessions.userOf(request.headers.get("Cookie"));
      if (user !== undefined) return new Response(`Logged in as ${user}`, { headers: privateHeaders });
      return Response.redirect(`${ORIGIN}/?next=${encodeURIComponent(pathname + search)}`);
    }
    default:
      return kit.fetch(request, info);
  }
});
