import { Hono, type Context, type MiddlewareHandler } from "hono";
import { deleteCookie, getCookie } from "hono/cookie";
import type { Asset } from "./assets.js";
import { loginPageHeaders, noStore, phonePageHeaders, plainPageHeaders, revalidate } from "./headers.js";
import { detectLanguage, isLanguage, languageOf, rememberLanguage } from "./language.js";
import { accountPage } from "./pages/account.js";
import type { Html } from "./pages/layout.js";
import { loginPage } from "./pages/login.js";
import { phonePage } from "./pages/phone.js";
import { cardsPage, helpPage, notAllowedPage, notFoundPage, notLoggedInPage } from "./pages/plain.js";
import type { Session, Sessions } from "./sessions.js";

export interface SiteOptions {
  /** The site's origin, e.g. `http://localhost:3000`. */
  origin: string;
  sessions: Sessions;
  /** Files under `/assets/`, by name. */
  assets: ReadonlyMap<string, Asset>;
  /** Headers that end the browser's login attempts: the kit's `forget`. */
  forget: (request: Request) => Headers;
}

/** The name of the session's cookie. */
export const sessionCookie = "demo-session";

/** The bank's own pages: everything but the login API and the emulator. */
export function createSite({ origin, sessions, assets, forget }: SiteOptions): Hono {
  const site = new Hono({ strict: true });
  site.use(toLocalhost(origin), detectLanguage);

  site.get("/assets/:name", (c) => {
    const asset = assets.get(c.req.param("name"));
    return asset ? sendAsset(c, asset) : notFound(c);
  });
  site.get("*", chooseLanguage(origin));

  site.get("/", loginPageHeaders, revalidate, (c) =>
    c.html(loginPage(languageOf(c), c.req.query("notice") === "password")),
  );
  // No password is read, let alone checked: the form shows how the two ways stand side by side.
  site.post("/password", plainPageHeaders, (c) => c.redirect("/?notice=password#password-login", 303));
  site.get("/account", plainPageHeaders, noStore, async (c) => {
    const session = await sessionOf(c, sessions);
    return session
      ? c.html(accountPage(languageOf(c), session))
      : c.html(notLoggedInPage(languageOf(c)), 401);
  });
  site.on(["GET", "POST"], "/logout", plainPageHeaders, noStore, async (c) => {
    if (isCrossSite(c, origin)) return c.html(notAllowedPage(languageOf(c)), 403);
    await sessions.end(getCookie(c, sessionCookie) ?? "");
    deleteCookie(c, sessionCookie, { path: "/" });
    for (const [name, value] of forget(c.req.raw)) c.header(name, value, { append: true });
    return c.redirect("/", 303);
  });
  site.get("/phone", phonePageHeaders, revalidate, (c) => c.html(phonePage()));
  site.get("/cards", plainPageHeaders, revalidate, (c) => c.html(cardsPage()));
  site.get("/help", plainPageHeaders, revalidate, (c) => c.html(helpPage()));

  for (const [path, allow] of methods) {
    site.all(path, plainPageHeaders, (c) => c.html(notAllowedPage(languageOf(c)), 405, { Allow: allow }));
  }
  site.all("*", plainPageHeaders, (c) => notFound(c));
  site.onError((error, c) => {
    console.error(error);
    return c.text("Something went wrong.", 500);
  });
  return site;
}

/** The session's cookie, as `signIn` sets it at a login. */
export const sessionCookieHeader = (id: string): string =>
  `${sessionCookie}=${id}; Path=/; HttpOnly; SameSite=Lax`;

const methods = [
  ["/", "GET, HEAD"],
  ["/password", "POST"],
  ["/account", "GET, HEAD"],
  ["/logout", "GET, HEAD, POST"],
  ["/phone", "GET, HEAD"],
  ["/cards", "GET, HEAD"],
  ["/help", "GET, HEAD"],
  ["/assets/:name", "GET, HEAD"],
] as const;

/** One origin has one set of cookies: pages asked for by an address go to localhost, under which the kit knows the site. */
function toLocalhost(origin: string): MiddlewareHandler {
  return async (c, next) => {
    const { hostname, pathname, search } = new URL(c.req.url);
    const isAddress = hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
    // 307 keeps the method.
    return isAddress ? c.redirect(origin + pathname + search, 307) : next();
  };
}

/** `?lang=nl` at any page: remembers the choice, and goes on to the page itself. */
function chooseLanguage(origin: string): MiddlewareHandler {
  return async (c, next) => {
    const { pathname, searchParams } = new URL(c.req.url);
    const language = searchParams.get("lang");
    if (language === null) return next();
    searchParams.delete("lang");
    rememberLanguage(c, isLanguage(language) ? language : undefined);
    // Never a path alone: `//elsewhere` would be another site.
    return c.redirect(origin + pathname + (searchParams.size > 0 ? `?${searchParams}` : ""), 303);
  };
}

async function sessionOf(c: Context, sessions: Sessions): Promise<Session | undefined> {
  const id = getCookie(c, sessionCookie);
  return id === undefined ? undefined : sessions.find(id);
}

/** Another site must not log people out. Callers that are no browser send neither header. */
function isCrossSite(c: Context, origin: string): boolean {
  const site = c.req.header("Sec-Fetch-Site");
  const from = c.req.header("Origin");
  return (
    (site !== undefined && site !== "same-origin" && site !== "none") ||
    (from !== undefined && from !== origin)
  );
}

function sendAsset(c: Context, { type, body, etag }: Asset): Response {
  const headers = {
    "Content-Type": type,
    "Cache-Control": "no-cache",
    ETag: etag,
    "X-Content-Type-Options": "nosniff",
  };
  return c.req.header("If-None-Match") === etag ? c.body(null, 304, headers) : c.body(body, 200, headers);
}

const notFound = (c: Context): Response | Promise<Response> => {
  const page: Html = notFoundPage(languageOf(c));
  return c.html(page, 404);
};
