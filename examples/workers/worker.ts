import { DurableObject } from "cloudflare:workers";
import { createLoginKit, sitePath } from "onegini-otp-login/server";
import { createSessions, privateHeaders } from "./sessions.js";

const page = (next: string): string => `<!doctype html>
<html lang="en">
  <meta name="viewport" content="width=device-width, initial-scale=1" />
  <title>Log in</title>
  <script type="module" src="/onegini-otp-login.js"></script>
  <onegini-otp-login endpoint="/otp-login" redirect="${next}"></onegini-otp-login>
</html>`;

export default {
  fetch(request: Request, env: Env) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/") {
      // Anybody can name a page in the link to this one: only a path of this site counts.
      const next = sitePath(searchParams.get("next")) ?? "/account";
      return new Response(page(next), { headers: { "Content-Type": "text/html" } });
    }
    return env.LOGIN.getByName("login").fetch(request);
  },
} satisfies ExportedHandler<Env>;

/** There is one for the whole site, so every request meets the same kit and its attempts in memory. */
export class Login extends DurableObject<Env> {
  readonly #sessions = createSessions(this.env.ORIGIN, {
    get: (key) => this.ctx.storage.kv.get<string>(key),
    set: (key, value) => this.ctx.storage.kv.put(key, value),
  });
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
      const cookie = this.#sessions.begin(userId, attempt);
      return Response.json({}, { headers: { "Set-Cookie": cookie } });
    },
  });

  override fetch(request: Request): Response | Promise<Response> {
    const { pathname, search } = new URL(request.url);
    if (pathname !== "/account") return this.#kit.fetch(request);
    const user = this.#sessions.userOf(request.headers.get("Cookie"));
    if (user !== undefined) return new Response(`Logged in as ${user}`, { headers: privateHeaders });
    return Response.redirect(`${this.env.ORIGIN}/?next=${encodeURIComponent(pathname + search)}`);
  }
}
