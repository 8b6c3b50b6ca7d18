import type { HttpBindings } from "@hono/node-server";
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { deleteCookie } from "hono/cookie";
import { etag } from "hono/etag";
import * as v from "valibot";
import type { FirstPaint, ScannedCode } from "onegini-otp-login/server";
import { sendAsset, type Asset } from "./assets.js";
import { loginPageHeaders, noStore, phonePageHeaders, plainPageHeaders, revalidate } from "./page-headers.js";
import { detectLanguage, isLanguage, languageOf, rememberLanguage } from "../pages/site-language.js";
import { accountPage } from "../pages/account-page.js";
import type { DemoSetting, PageSetting } from "../pages/page-layout.js";
import { helpPage } from "../pages/help-page.js";
import { loggedInPage } from "../pages/logged-in-page.js";
import { loginPage, parseNotice } from "../pages/login-page.js";
import { phonePage } from "../pages/phone-page.js";
import { playgroundPage } from "../pages/playground-page.js";
import {
  cardsPage,
  noPhonePage,
  noPlaygroundPage,
  notAllowedPage,
  notEndedPage,
  notFoundPage,
  notLoggedInPage,
} from "../pages/plain-pages.js";
import {
  sessionCookieName,
  sessionIds,
  SessionsUnavailable,
  type Session,
  type Sessions,
} from "./sessions.js";

export interface SiteOptions {
  /** The site's origin, e.g. `http://localhost:3000`. */
  origin: string;
  /** Whether a page requested by IP address is redirected to the origin, so that there is one set of cookies. */
  redirectsToOrigin: boolean;
  /** Whether there is a demo phone, and whether everybody can use it. */
  demo: DemoSetting;
  sessions: Sessions;
  /** Files under `/assets/`, by name. */
  assets: ReadonlyMap<string, Asset>;
  /** Begins an attempt with the login page: the kit's `begin`. */
  begin: (request: Request, sockets: HttpBindings) => Promise<FirstPaint | null>;
  /** Headers that end the browser's login attempts: the kit's `forget`. */
  forget: () => Headers;
  /** Marks the login page's code as scanned: the kit's `scanned`. */
  scanned: (scan: ScannedCode) => Promise<void>;
  /** The address of a browser or a phone: the kit's option. */
  clientIp: (request: Request, context: unknown) => string | undefined;
  /** For load balancers: the kit's `health`, false while the demo stops. The sessions are in the same store. */
  ready: () => Promise<{ healthy: boolean }>;
}

type Site = Hono<{ Bindings: HttpBindings }>;

/** The bank's own pages: everything except the login API and the emulator. */
export function createSite(options: SiteOptions): Site {
  const { origin, redirectsToOrigin, demo, assets, ready } = options;
  const site: Site = new Hono({ strict: true });
  const notFound = (c: Context) => c.html(notFoundPage(settingOf(c, demo)), 404);

  // Before the redirect to the origin, because load balancers use the IP address.
  site.get("/health", noStore, (c) => c.json({ status: "ok" }));
  site.get("/ready", noStore, async (c) => {
    const state = await ready();
    return c.json(state, state.healthy ? 200 : 503);
  });
  if (redirectsToOrigin) site.use(toOrigin(origin));
  site.use(detectLanguage);
  site.get("/assets/:name", etag(), (c) => {
    const asset = assets.get(c.req.param("name"));
    return asset ? sendAsset(c, asset) : notFound(c);
  });
  site.get("*", chooseLanguage(origin));

  site.route("/", loginPages(options));
  site.route("/", accountPages(options));
  site.route("/", demo.hasPhone ? phonePages(options) : noPhonePages());
  site.get("/cards", plainPageHeaders, revalidate, (c) => c.html(cardsPage(settingOf(c, demo))));
  site.get("/help", plainPageHeaders, revalidate, (c) => c.html(helpPage(settingOf(c, demo))));

  for (const [path, allow] of methods) {
    site.all(path, plainPageHeaders, (c) =>
      c.html(notAllowedPage(settingOf(c, demo)), 405, { Allow: allow }),
    );
  }
  site.all("*", plainPageHeaders, (c) => notFound(c));
  site.onError((error, c) => {
    if (error instanceof SessionsUnavailable) {
      warn(error);
      return c.text("We can’t look you up at the moment. Try again shortly.", 503, { "Retry-After": "2" });
    }
    console.error(error);
    return c.text("Something went wrong.", 500);
  });
  return site;
}

/** The page with the widget. */
function loginPages(options: SiteOptions): Site {
  const { demo, begin } = options;
  const site: Site = new Hono();
  site.get("/", loginPageHeaders, revalidate, async (c) => {
    const session = await sessionOf(c, options).catch(nobodyWithoutSessions);
    if (session) {
      c.header("Cache-Control", "no-store");
      return c.html(loggedInPage(settingOf(c, demo), session));
    }
    const { begin: startedBy, notice } = c.req.query();
    const begun = startedBy === "server" ? await begin(c.req.raw, c.env) : null;
    begun?.headers.forEach((value, name) => c.header(name, value, { append: true }));
    return c.html(
      loginPage(settingOf(c, demo), {
        notice: parseNotice(notice),
        begun: startedBy === "early" ? "early" : begun,
      }),
    );
  });
  // The password is never read: the form only shows both ways to log in side by side.
  site.post("/password", plainPageHeaders, (c) => c.redirect("/?notice=password#password-login", 303));
  return site;
}

/** The login page, with a notice about the logout. */
const loggedOut = "/?notice=logged-out";

/** The pages of people who are logged in. */
function accountPages(options: SiteOptions): Site {
  const { demo, sessions, origin } = options;
  const site: Site = new Hono();
  site.get("/account", plainPageHeaders, noStore, async (c) => {
    const session = await sessionOf(c, options);
    if (!session) return c.html(notLoggedInPage(settingOf(c, demo)), 401);
    const all = await sessions.list(session.userId);
    const others = all.filter(({ attempt }) => attempt !== session.attempt);
    const hasEnded = c.req.query("notice") === "ended";
    return c.html(accountPage(settingOf(c, demo), { session, others, hasEnded }));
  });
  // "That wasn't me": ends one of the user's sessions, identified by its attempt.
  site.post("/account/end", plainPageHeaders, noStore, limitBody(demo), async (c) => {
    if (isCrossSite(c, origin)) return c.html(notAllowedPage(settingOf(c, demo)), 403);
    const session = await sessionOf(c, options);
    if (!session) return c.html(notLoggedInPage(settingOf(c, demo)), 401);
    const attempt = new URLSearchParams(await c.req.text()).get("attempt") ?? "";
    await sessions.end({ userId: session.userId, attempt });
    if (attempt !== session.attempt) return c.redirect("/account?notice=ended", 303);
    deleteCookies(c, options);
    return c.redirect(loggedOut, 303);
  });
  site.on(["GET", "POST"], "/logout", plainPageHeaders, noStore, async (c) => {
    if (isCrossSite(c, origin)) return c.html(notAllowedPage(settingOf(c, demo)), 403);
    // Even if the session cannot be ended.
    deleteCookies(c, options);
    try {
      for (const session of await sessionsOf(c, options)) await sessions.end(session);
    } catch (error) {
      if (!(error instanceof SessionsUnavailable)) throw error;
      warn(error);
      return c.html(notEndedPage(settingOf(c, demo)), 503);
    }
    return c.redirect(loggedOut, 303);
  });
  return site;
}

/** The demo phone, the bank's own call for its app, and the playground, which has a phone too. */
function phonePages({ demo, origin, scanned, clientIp }: SiteOptions): Site {
  const site: Site = new Hono();
  // The app reports a scan. A real app would authenticate its user here.
  site.post("/app/scanned", noStore, limitBody(demo), async (c) => {
    if (isCrossSite(c, origin)) return c.body(null, 403);
    if (!/^application\/json *(;|$)/i.test(c.req.header("content-type") ?? "")) return c.body(null, 415);
    const body = v.safeParse(scannedBody, await c.req.json().catch(() => undefined));
    if (!body.success) return c.body(null, 400);
    const userAgent = c.req.header("user-agent");
    const address = clientIp(c.req.raw, { req: c.env.incoming });
    const { transaction_id: transactionId, user: userId } = body.output;
    await scanned({ transactionId, userId, address, userAgent });
    return c.body(null, 204);
  });
  site.get("/phone", phonePageHeaders, revalidate, (c) =>
    c.html(phonePage({ language: languageOf(c), isPublic: demo.isPublic, hasSite: true })),
  );
  site.get("/playground", loginPageHeaders, revalidate, (c) => c.html(playgroundPage(settingOf(c, demo))));
  return site;
}

function noPhonePages(): Site {
  const site: Site = new Hono();
  site.get("/phone", plainPageHeaders, revalidate, (c) => c.html(noPhonePage(), 404));
  site.get("/playground", plainPageHeaders, revalidate, (c) => c.html(noPlaygroundPage(), 404));
  return site;
}

const settingOf = (c: Context, demo: DemoSetting): PageSetting => ({ language: languageOf(c), ...demo });

const limitBody = (demo: DemoSetting): MiddlewareHandler =>
  bodyLimit({ maxSize: 1_024, onError: (c) => c.html(notAllowedPage(settingOf(c, demo)), 413) });

async function sessionsOf(c: Context, { sessions, origin }: SiteOptions): Promise<Session[]> {
  const found = await Promise.all(sessionIds(c.req.header("Cookie"), origin).map((id) => sessions.find(id)));
  const known = found.filter((session) => session !== undefined);
  // Several ids may lead to the session of one attempt.
  return [...new Map(known.map((session) => [session.attempt, session])).values()];
}

/** The browser's session. With two sessions, one may be planted, and it is unknown which. */
async function sessionOf(c: Context, options: SiteOptions): Promise<Session | undefined> {
  const [session, ...others] = await sessionsOf(c, options);
  return others.length > 0 ? undefined : session;
}

function deleteCookies(c: Context, { origin, forget }: SiteOptions): void {
  deleteCookie(c, sessionCookieName(origin), { path: "/", secure: origin.startsWith("https:") });
  for (const [name, value] of forget()) c.header(name, value, { append: true });
}

/** While the sessions cannot be read, the login page still works. */
function nobodyWithoutSessions(error: unknown): undefined {
  if (!(error instanceof SessionsUnavailable)) throw error;
  warn(error);
}

const scannedBody = v.object({ transaction_id: v.string(), user: v.string() });

const methods = [
  ["/health", "GET, HEAD"],
  ["/ready", "GET, HEAD"],
  ["/", "GET, HEAD"],
  ["/password", "POST"],
  ["/account", "GET, HEAD"],
  ["/account/end", "POST"],
  ["/app/scanned", "POST"],
  ["/logout", "GET, HEAD, POST"],
  ["/phone", "GET, HEAD"],
  ["/playground", "GET, HEAD"],
  ["/cards", "GET, HEAD"],
  ["/help", "GET, HEAD"],
  ["/assets/:name", "GET, HEAD"],
] as const;

/** Redirects a page requested by IP address to localhost, the only origin that the kit accepts. */
function toOrigin(origin: string): MiddlewareHandler {
  return async (c, next) => {
    const { hostname, pathname, search } = new URL(c.req.url);
    const isAddress = hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
    // 307 keeps the method.
    return isAddress ? c.redirect(origin + pathname + search, 307) : next();
  };
}

/** `?lang=nl` on any page: remembers the choice and redirects to the page without it. */
function chooseLanguage(origin: string): MiddlewareHandler {
  return async (c, next) => {
    const { pathname, searchParams } = new URL(c.req.url);
    const language = searchParams.get("lang");
    if (language === null) return next();
    searchParams.delete("lang");
    rememberLanguage(c, isLanguage(language) ? language : undefined, origin.startsWith("https:"));
    // With the origin: a path such as `//elsewhere` alone would lead to another site.
    return c.redirect(origin + pathname + (searchParams.size > 0 ? `?${searchParams}` : ""), 303);
  };
}

const warn = ({ message, cause }: SessionsUnavailable): void => console.warn(`${message}: ${String(cause)}`);

/** Whether another site makes the request: it must not log people out. Clients other than browsers send neither header. */
function isCrossSite(c: Context, origin: string): boolean {
  const site = c.req.header("Sec-Fetch-Site");
  const from = c.req.header("Origin");
  return (
    (site !== undefined && site !== "same-origin" && site !== "none") ||
    (from !== undefined && from !== origin)
  );
}
