/**
 * The kit in a Next.js app with the app router: route handler, login page, proxy, log-out and tickets. For Node's runtime.
 *
 * @module
 */
import { nodeTransport } from "./node/node-transport.js";
import type { NewBrowserCookie } from "./server/http/browser-cookie.js";
import { toWebResponse } from "./server/http/response.js";
import type {
  BeginOptions,
  FirstPaint,
  ForgetOptions,
  LoginKit,
  PageOptions,
  RedeemedLogin,
} from "./server/login-kit.js";
import { answerWithout, isKit, KitSource } from "./server/on-demand/kit-source.js";
import { endsOfCookies } from "./server/on-demand/on-demand-kit.js";
import { clientIpBehind } from "./server/address/client-ip.js";
import type { LoginKitOptions } from "./server/options.js";

/**
 * The login in a Next.js app. Each member creates the kit if this process has none. If that fails, because an option is wrong or
 * the options took longer than two seconds, pages and proxy work without it, the login API answers 500 or 503, and one line a
 * minute is logged. Only `redeem` and `kit` reject.
 */
export interface NextLogin {
  /**
   * The login API as a route handler in `app/otp-login/[[...path]]/route.ts`. It answers every method, including those that it
   * does not allow.
   *
   *     export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = login.handlers;
   */
  handlers: Record<NextMethod, (request: Request) => Promise<Response>>;

  /**
   * Sets the kit's cookie before the login page is rendered, because a page cannot set cookies. Call it in `proxy.ts`, before
   * Next.js 16 in `middleware.ts` with `runtime: "nodejs"`. Requests of Next's router get no cookie, because a proxy cannot
   * distinguish a link that is only visible from one that is followed.
   *
   *     export const proxy = (request: NextRequest) => login.setBrowserCookie(request, NextResponse.next());
   *
   * @param response the proxy's answer, a `NextResponse`
   * @param options `pageUrl`, if the site knows it: `request.url` is the server's own address, except on platforms such as
   *   Vercel. In `next dev` the default is the address in the browser
   * @returns the same response, with the cookie if the browser has none and pages at `pageUrl` may call the login API
   */
  setBrowserCookie<Answer extends AnswerWithCookies>(
    request: Pick<Request, "method" | "headers">,
    response: Answer,
    options?: PageOptions,
  ): Promise<Answer>;

  /**
   * Begins an attempt in a server component. Resolves to the element's props, so that the page shows a code before any script
   * has run: `<LoginWidget {...await login.begin()} redirect="/account" />`. It waits for a real request, as Next's
   * `connection()` does. So with `cacheComponents` the component must be in `<Suspense>`, and a prefetch begins nothing.
   * Resolves to `null` if there is nothing to show: after an error, for a browser without the kit's cookie, and if pages at
   * `pageUrl` (see `setBrowserCookie`) may not call the login API. The element then begins by itself. It rejects only with errors
   * of Next.js itself, and with a TypeError if Next.js is older than 15.5.
   */
  begin(options?: BeginOptions): Promise<BegunProps | null>;

  /**
   * Redeems the ticket of a login (`handOver`), in a route handler, a server action or `authorize` of Auth.js. Resolves to the
   * login once, and only for the browser that began it; otherwise to `undefined`. It is `kit.redeem` with the headers of the
   * request that Next.js is answering, and sets the cookie of a known browser (`pairing`) by itself. Rejects while the store does
   * not work, with a TypeError on a kit with `signIn`, and if the kit cannot be created.
   *
   * @param ticket the string in the query or form; anything else is refused
   */
  redeem(ticket: unknown): Promise<RedeemedLogin | undefined>;

  /**
   * Resolves to cookies that delete this browser's cookie, which ends all its attempts: for the site's log-out, in a server
   * action or a route handler.
   *
   *     const jar = await cookies();
   *     for (const cookie of await login.forget()) jar.set(cookie);
   */
  forget(options?: ForgetOptions): Promise<EndedCookie[]>;

  /** The kit of this process, for its other members, such as `scanned`, `health` and `close`. */
  kit(): Promise<LoginKit>;
}

/** The methods that a route handler can have. */
export type NextMethod = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";

/** The part of a `NextResponse` that gets the cookie. */
export interface AnswerWithCookies {
  cookies: { set(cookie: NewBrowserCookie): unknown };
}

/** The props of an element whose attempt has begun. */
export interface BegunProps {
  attempt: string;
  otp: string;
  /** Whole seconds until the code expires. */
  "expires-in": number;
  /** How many digits the number on the phone has, where the login may ask for it. */
  digits?: number;
  /** The code as markup, safe in HTML as it is. */
  dangerouslySetInnerHTML: { __html: string };
}

/** A cookie that deletes the kit's, as `cookies().set` takes it. */
export interface EndedCookie extends NewBrowserCookie {
  value: "";
  maxAge: 0;
}

/**
 * Creates the login of a Next.js app.
 *
 *     // login-kit.ts
 *     export const login = createNextLogin(() => ({ origin: process.env.ORIGIN!, … }));
 *
 * @param options returns the options of `createLoginKit` of `onegini-otp-login/node`, or a promise of them. It runs once in
 *   each process, at the first request: `next build` loads the file too, and has no secrets. If it fails, a request after at
 *   least ten seconds runs it again
 * @param name identifies the login, if an app has several. Default `"login"`. Next.js loads the file several times in one
 *   process, and all copies share the kit of this name
 * @throws TypeError if `options` is no function
 */
export function createNextLogin(
  options: () => LoginKitOptions | Promise<LoginKitOptions>,
  name = "login",
): NextLogin {
  // The options themselves would be refused only at the first request.
  if (typeof options !== "function")
    throw new TypeError('createNextLogin: "options" is wrong; expected a function that returns the options');
  const source = (): KitSource<unknown> => {
    const sources = kitsOfProcess();
    const known = sources.get(name) ?? new KitSource(() => withClientIp(options), undefined, nodeTransport);
    sources.set(name, known);
    return known;
  };
  const available = () => source().available();
  const kit = () => source().kit();
  const handle = async (request: Request): Promise<Response> => {
    const ours = await available();
    return isKit(ours) ? ours.fetch(request) : toWebResponse(answerWithout(ours));
  };

  return {
    handlers: forEachMethod(handle),
    async setBrowserCookie(request, response, pageOptions) {
      if (isRedirectOfAction(request.headers) || isOfRouter(request.headers)) return response;
      const ours = await available();
      const cookie = isKit(ours) && ours.browserCookie(request, withPageUrl(request.headers, pageOptions));
      if (cookie) response.cookies.set(cookie);
      return response;
    },
    async begin(beginOptions) {
      const request = await requestForPage();
      const ours = await available();
      if (!isKit(ours)) return null;
      const withUrl = withPageUrl(request.headers, beginOptions);
      if (ours.browserCookie(request, withUrl)) {
        warnOfMissingCookie(request.headers);
        return null;
      }
      const begun = await ours.begin(request, undefined, withUrl);
      return begun && propsOf(begun);
    },
    async redeem(ticket) {
      const { cookies, headers } = await nextHeaders();
      const login = await (await kit()).redeem(ticket, { headers: await headers() });
      const known = login?.headers.getSetCookie() ?? [];
      if (known.length > 0) {
        const jar = await cookies();
        for (const header of known) jar.set(cookieOf(header));
      }
      return login;
    },
    async forget(options) {
      const ours = await available();
      const headers = isKit(ours) ? ours.forget(options) : endsOfCookies(options);
      return headers.getSetCookie().map((header) => ({ ...cookieOf(header), value: "", maxAge: 0 }));
    },
    kit,
  };
}

const forEachMethod = <Handler>(handle: Handler) => ({
  GET: handle,
  HEAD: handle,
  POST: handle,
  PUT: handle,
  PATCH: handle,
  DELETE: handle,
  OPTIONS: handle,
});

const propsOf = ({ attempt, otp, expiresIn, digits, svg }: FirstPaint): BegunProps => ({
  attempt,
  otp,
  "expires-in": expiresIn,
  ...(digits !== undefined && { digits }),
  dangerouslySetInnerHTML: { __html: svg },
});

/** A `Set-Cookie` of the kit, as `cookies().set` takes it. */
function cookieOf(header: string): NewBrowserCookie & { maxAge: number } {
  const [, name = "", value = ""] = /^([^=]*)=([^;]*)/.exec(header) ?? [];
  return {
    name,
    value,
    path: "/",
    httpOnly: true,
    secure: /; *Secure/i.test(header),
    sameSite: "lax",
    maxAge: Number(/; *Max-Age=(\d+)/i.exec(header)?.[1]),
  };
}

/** The kits by their names. Next.js loads a module for its pages and once more for its proxy; `globalThis` is the same. */
function kitsOfProcess(): Map<string, KitSource<unknown>> {
  const globals = globalThis as { [ofProcess]?: Map<string, KitSource<unknown>> };
  return (globals[ofProcess] ??= new Map());
}
const ofProcess = Symbol.for("onegini-otp-login/next");

/*
 * Next's own modules, imported at the first request, so that the file that creates the login can be loaded without Next, as in a
 * test. With `.js`, because Node needs it: Next has no `exports`.
 */
const nextHeaders = () => import("next/headers.js");
const nextServer = () => import("next/server.js");

/**
 * The request for the page that Next.js is rendering. `connection()` does not resolve while `next build` renders the page, nor
 * while Next renders it for a prefetch. `headers()` alone would resolve then.
 *
 * @throws TypeError that names the versions that fit
 */
async function requestForPage(): Promise<Request> {
  const { connection } = await nextServer();
  // A page needs a proxy in Node's runtime, which Next has since 15.5. No module of Next exports its version.
  if (!connection)
    throw new TypeError("createNextLogin: this Next.js is too old for begin; expected 15.5 or later");
  await connection();
  const { cookies, headers } = await nextHeaders();
  const sent = new Headers(await headers());
  // `headers()` has the cookies that the browser sent, `cookies()` also the one that the proxy sets.
  sent.set("cookie", String(await cookies()));
  // Next gives a page neither its address nor its method.
  return new Request("http://localhost/", { headers: sent });
}

/**
 * The options with the client's address, in `next dev`, which has no strangers: Next.js writes it into `X-Forwarded-For`, unless
 * the request has such a header. In production only the site knows who appends to it.
 */
async function withClientIp(
  options: () => LoginKitOptions | Promise<LoginKitOptions>,
): Promise<LoginKitOptions> {
  const given = await options();
  if (process.env["NODE_ENV"] !== "development") return given;
  const ofNext = clientIpBehind(1);
  return {
    ...given,
    clientIp: (request, context) => given.clientIp?.(request, context) ?? ofNext(request, context),
  };
}

/**
 * The options with the page's address. Next.js gives an app its server's own address, not the one in the browser. In `next dev`
 * there is usually no proxy, so `Host` is the one in the address bar. In production only the site can know it.
 */
function withPageUrl<Options extends PageOptions>(
  headers: Pick<Headers, "get">,
  options: Options | undefined,
): Options | PageOptions | undefined {
  const host = headers.get("x-forwarded-host") ?? headers.get("host");
  if (options?.pageUrl !== undefined || host === null || process.env["NODE_ENV"] !== "development")
    return options;
  const [scheme = "http"] = headers.get("x-forwarded-proto")?.split(",") ?? [];
  return { ...options, pageUrl: `${scheme}://${host}/` };
}

/**
 * Whether Next.js itself requests the page, because a server action redirects to it. It drops the cookies of that answer, so a
 * new cookie would not reach the browser. The headers are those of the action: browsers send no `Origin` with a same-origin GET.
 */
const isRedirectOfAction = (headers: Pick<Headers, "get">): boolean => headers.get("origin") !== null;

/**
 * Whether Next's router makes the request, because a link to the page is visible or followed. A proxy cannot distinguish the two,
 * because Next removes the headers that would show it. A shared cache may also store the answer for a visible link, with its
 * cookie.
 */
const isOfRouter = (headers: Pick<Headers, "get">): boolean =>
  headers.get("sec-fetch-dest") === "empty" || headers.get("next-url") !== null;

/** A HEAD request gets no cookie from the proxy and looks the same here, so production is silent. */
function warnOfMissingCookie(headers: Headers): void {
  if (process.env["NODE_ENV"] === "production" || isRedirectOfAction(headers) || isOfRouter(headers)) return;
  console.warn(
    "warn onegini-otp-login: the login page is rendered without a code, because its request does not have the kit's cookie. " +
      "Call login.setBrowserCookie in proxy.ts, and add the page to its matcher.",
  );
}
