import { DurableObject } from "cloudflare:workers";
import { createLoginKit } from "onegini-otp-login/server";

const page = `<!doctype html>
<html lang="en">
  <title>Log in</title>
  <script type="module" src="/onegini-otp-login.js"></script>
  <onegini-otp-login endpoint="/otp-login"></onegini-otp-login>
</html>`;

export default {
  fetch(request: Request, env: Env) {
    if (new URL(request.url).pathname === "/")
      return new Response(page, { headers: { "Content-Type": "text/html" } });
    return env.LOGIN.getByName("login").fetch(request);
  },
} satisfies ExportedHandler<Env>;

/** There is one for the whole site, so every request meets the same kit and its attempts in memory. */
export class Login extends DurableObject<Env> {
  readonly #kit = createLoginKit({
    origin: this.env.ORIGIN,
    tokenServer: {
      url: this.env.TOKEN_SERVER,
      clientId: "demo",
      clientSecret: "demo-secret",
      type: "qr-code",
    },
    message: "Log in to the Workers example",
    resultPolling: 2,
    // Cloudflare sets the header. `wrangler dev`, on http, keeps one that a client sends.
    clientIp: (request) =>
      (this.env.ORIGIN.startsWith("https:") && request.headers.get("CF-Connecting-IP")) || undefined,
    signIn: ({ userId, attempt }) => {
      // It may run twice for one login, and both runs must lead to one session.
      const { kv } = this.ctx.storage;
      const session = kv.get<string>(`attempt ${attempt}`) ?? crypto.randomUUID();
      kv.put(`attempt ${attempt}`, session);
      kv.put(`session ${session}`, userId);
      const cookie = `session=${session}; Path=/; HttpOnly; SameSite=Lax`; // on https also "; Secure"
      return Response.json({ redirect_to: "/account" }, { headers: { "Set-Cookie": cookie } });
    },
  });

  override fetch(request: Request): Response | Promise<Response> {
    if (new URL(request.url).pathname !== "/account") return this.#kit.fetch(request);
    const session = /(?:^|; )session=([^;]+)/.exec(request.headers.get("Cookie") ?? "")?.[1] ?? "";
    const user = this.ctx.storage.kv.get<string>(`session ${session}`);
    return user === undefined ? Response.redirect(this.env.ORIGIN) : new Response(`Logged in as ${user}`);
  }
}
