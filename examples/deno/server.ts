import { clientIpBehind, createLoginKit } from "onegini-otp-login/server";
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
    return Response.json({ redirect_to: "/account" }, { headers: { "Set-Cookie": cookie } });
  },
});

const widget = new URL(import.meta.resolve("onegini-otp-login/onegini-otp-login.js"));
const page = `<!doctype html>
<html lang="en">
  <title>Log in</title>
  <script type="module" src="/onegini-otp-login.js"></script>
  <onegini-otp-login endpoint="/otp-login"></onegini-otp-login>
</html>`;

Deno.serve({ port: Number(PORT), hostname: "localhost" }, async (request, info) => {
  switch (new URL(request.url).pathname) {
    case "/":
      return new Response(page, { headers: { "Content-Type": "text/html" } });
    case "/onegini-otp-login.js":
      return new Response(await Deno.readFile(widget), { headers: { "Content-Type": "text/javascript" } });
    case "/account": {
      const user = sessions.userOf(request.headers.get("Cookie"));
      if (user === undefined) return Response.redirect(ORIGIN);
      return new Response(`Logged in as ${user}`, { headers: privateHeaders });
    }
    default:
      return kit.fetch(request, info);
  }
});
