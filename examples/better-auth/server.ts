import { serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { csrf } from "hono/csrf";
import { html } from "hono/html";
import { sitePath } from "onegini-otp-login/server";
import { auth, phoneKit } from "./auth.js";

const { PORT = "3000" } = process.env;

/** For pages of people who are logged in: browsers do not keep them, and no other page can frame them. */
const privateHeaders = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "frame-ancestors 'none'",
};

const app = new Hono();
// The login API too.
app.all("/api/auth/*", (c) => auth.handler(c.req.raw));
app.all("/account/phone/*", (c) => phoneKit.fetch(c.req.raw));
app.get("/onegini-otp-login.js", serveStatic({ root: "node_modules/onegini-otp-login/dist" }));
app.get("/", (c) => {
  // Anybody can name a page in the link to this one: only a path of this site counts.
  const next = sitePath(c.req.query("next")) ?? "/account";
  return c.html(`<!doctype html>
<html lang="en">
  <meta name="viewport" content="width=device-width, initial-scale=1" />
  <title>Log in</title>
  <script type="module" src="/onegini-otp-login.js"></script>
  <onegini-otp-login endpoint="/api/auth/otp-login" redirect="${next}"></onegini-otp-login>
  <script type="module">
    const widget = document.querySelector("onegini-otp-login");
    const blocked = { loginRefused: "This account is blocked", loginRefusedHint: "Call us at 0800 1234." };
    widget.addEventListener("error", ({ answer }) => {
      if (answer?.code === "ONEGINI_USER_NOT_FOUND") location.assign("/register");
      widget.messages = answer?.code === "BANNED_USER" ? blocked : {};
    });
  </script>
</html>`);
});
app.get("/register", (c) =>
  c.html(`<!doctype html>
<html lang="en">
  <title>No account</title>
  <p>This phone has no account yet. Log in with one that has, and add this one.</p>
</html>`),
);
app.get("/account", async (c) => {
  const session = await auth.api.getSession({ headers: c.req.raw.headers });
  if (!session) {
    const { pathname, search } = new URL(c.req.url);
    return c.redirect(`/?next=${encodeURIComponent(pathname + search)}`);
  }
  const page = html`<!doctype html>
    <html lang="en">
      <title>Account</title>
      <p>Logged in as ${session.user.name}</p>
      <form method="post" action="/logout"><button>Log out</button></form>
      <script type="module" src="/onegini-otp-login.js"></script>
      <onegini-otp-login endpoint="/account/phone" manual></onegini-otp-login>
      <script type="module">
        const widget = document.querySelector("onegini-otp-login");
        widget.messages = {
          title: "Add a phone",
          acceptedHint: "Adding the phone…",
          completed: "The phone is added",
          loginFailed: "We couldn’t add the phone",
          loginRefused: "This phone can’t be added",
          loginRefusedHint: "It belongs to another account, or you are logged out.",
        };
      </script>
    </html>`;
  return c.html(page, 200, privateHeaders);
});
// Only from the site's own pages: the answer to another site's form would end the cookies too.
app.post("/logout", csrf(), async (c) => {
  // With the cookies that end: the session's and the kit's.
  const answer = await auth.api.signOut({ headers: c.req.raw.headers, asResponse: true });
  for (const cookie of answer.headers.getSetCookie()) c.header("Set-Cookie", cookie, { append: true });
  return c.redirect("/");
});
serve({ fetch: app.fetch, port: Number(PORT), hostname: "localhost" }, () =>
  console.log(`Open http://localhost:${PORT}`),
);
