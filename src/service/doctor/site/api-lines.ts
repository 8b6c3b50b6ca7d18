import { failed, fixFirst, notChecked, ok, unknown, type CheckId, type Line } from "../lines.js";
import { intermediaryIn } from "./intermediary.js";
import { attemptIn, browserCookie, foreignOrigin, type ApiFacts } from "./site-visit.js";
import type { Site } from "./site.js";
import type { SeenPage } from "./page/seen-page.js";
import { jsonIn, type Answer, type Answered } from "./visitor.js";
import { watchLines } from "./watch-lines.js";

const said = (answer: Answer): string => (answer.kind === "silent" ? answer.reason : String(answer.status));

export const apiChecks = ["content-type", "cache-control", "cookie", "status", "stream"] as const;

export function apiLines(facts: ApiFacts, page: SeenPage, site: Site): Line[] {
  const { start, foreignStart } = facts;
  const { origin } = new URL(site.page);
  const { apiOrigin } = site;
  const isOwn = apiOrigin === origin;
  const error = jsonIn(start)?.["error"];
  const rest = (check: CheckId) => notChecked(apiChecks, fixFirst(check));
  if (start.kind === "answered" && error === "forbidden_origin")
    return [
      ok("login-api", `answers at ${site.path}`),
      failed(
        "origin",
        `the page's own origin, ${origin}, is refused`,
        `Set origin to ${origin}, as in the browser's address bar${isOwn ? "" : `, and api-origin to ${apiOrigin}`}. If that is set, give --site the address with the name that is set, or a proxy changes the header Origin or Sec-Fetch-Site: it must forward them unchanged.`,
      ),
      foreignLine(facts),
      ...rest("origin"),
    ];
  if (start.kind === "silent" || attemptIn(start) === undefined)
    return [
      startLine(facts, page, typeof error === "string" ? error : undefined, site),
      ...notChecked(["origin", "other-origins"], fixFirst("login-api")),
      ...rest("login-api"),
    ];
  const cached = cachedBy(start, foreignStart);
  const cookie = cookieLine(start.headers["set-cookie"] ?? [], site);
  // A cache may drop cookies, or return those of other people's logins.
  const isCookieLost = cached !== undefined && cookie.result === "failed";
  const waitsFor = cached !== undefined ? "cache-control" : cookie.result === "failed" ? "cookie" : undefined;
  return [
    ok("login-api", `answers at ${site.path}`),
    originLine(facts, start, site),
    foreignLine(facts),
    contentTypeLine(start),
    cacheLine(start, cached),
    ...(isCookieLost ? notChecked(["cookie"], fixFirst("cache-control")) : [cookie]),
    ...watchLines(facts, waitsFor),
  ];
}

/** What shows that a cache answered a start; undefined if none did. */
function cachedBy(start: Answered, foreignStart: Answer): string | undefined {
  if (attemptIn(foreignStart) !== undefined && attemptIn(foreignStart) === attemptIn(start))
    return "two starts got the same login";
  const { age, "x-cache": xCache, "cf-cache-status": cloudflare } = start.headers;
  if (Number(age) > 0) return `Age: ${age}`;
  const [header] = [xCache, cloudflare].filter((each) => /^\s*hit\b/i.test(String(each ?? "")));
  return header === undefined ? undefined : String(header);
}

function originLine({ preflight }: ApiFacts, { headers }: Answered, { page, apiOrigin }: Site): Line {
  const { origin } = new URL(page);
  if (preflight === undefined) return ok("origin", origin);
  const allowed = (name: string, of: Answered["headers"]): string =>
    String(of[`access-control-allow-${name}`] ?? "");
  const fix = `Set origin to ${origin} and api-origin to ${apiOrigin}. If they are set, a proxy removes the Access-Control-… headers or answers instead of the service: it must forward both.`;
  if (allowed("origin", headers) !== origin || allowed("credentials", headers) !== "true")
    return failed("origin", `a page of ${origin} may call, but cannot read the answer (CORS)`, fix);
  const isPreflightGood =
    preflight.kind === "answered" &&
    preflight.status >= 200 &&
    preflight.status < 300 &&
    allowed("origin", preflight.headers) === origin &&
    allowed("credentials", preflight.headers) === "true" &&
    /\bcontent-type\b/i.test(allowed("headers", preflight.headers));
  if (isPreflightGood) return ok("origin", `${origin}, with CORS`);
  return failed(
    "origin",
    `the preflight (OPTIONS) is answered ${said(preflight)}${preflight.kind === "answered" && preflight.status < 300 ? ", without CORS headers" : ""}`,
    "The proxy has to forward OPTIONS to the kit or the service, and return the Access-Control-… headers.",
  );
}

/** The line for a start that began no login. */
function startLine({ start }: ApiFacts, page: SeenPage, error: string | undefined, site: Site): Line {
  const says = `starting a login is answered ${said(start)}`;
  // Errors of the login API itself have a code.
  const intermediary = error === undefined ? intermediaryIn(start) : undefined;
  const before = page.kind === "other" ? intermediaryIn(page.answer)?.kind : undefined;
  switch (intermediary?.kind) {
    case "bot-check":
      return before === "bot-check"
        ? unknown("login-api", intermediary.says)
        : failed(
            "login-api",
            intermediary.says,
            `Exclude ${site.path} from the bot check: a call made by a page cannot pass it.`,
          );
    case "authentication":
      return before === "authentication"
        ? unknown("login-api", fixFirst("page"))
        : failed(
            "login-api",
            intermediary.says,
            `Remove the authentication from ${site.path}, or require the same at the login page and give it with --header.`,
          );
    case "limit":
    case "timeout":
    case "stopped":
      return failed("login-api", intermediary.says, intermediary.fix);
    case undefined:
      return failed(
        "login-api",
        `${says}${error === undefined ? "" : `, ${error}`}`,
        startFix(start, error, site),
      );
    default:
      return intermediary satisfies never;
  }
}

function startFix(start: Answer, error: string | undefined, { path }: Site): string {
  if (error === "server_error")
    return "Two possible causes: the Token Server refuses the calls (run doctor with the settings of the kit or the service, without --site), or an option of the kit is wrong. The log of the kit or the service shows which.";
  if (error === "temporarily_unavailable")
    return "Two possible causes: the Token Server cannot be reached (run doctor without --site), or the store (Redis) does not work. The log of the kit or the service shows which.";
  if (error === "login_paused")
    return "Somebody has paused the logins. kit.resume(), or DELETE /pause of the service, ends that.";
  if (error === "too_many_requests")
    return "Wait a minute. If it persists, the kit's clientIp or the service's proxies is wrong, and all people share one limit.";
  if (start.kind === "answered" && start.status === 404)
    return `Two possible causes: the proxy does not forward ${path} to the kit or the service, or the login API is elsewhere: correct the element's endpoint, or give --path or --api-origin.`;
  if (start.kind === "answered" && start.status >= 500)
    return "Two possible causes: the kit's server or the service is not running, or the proxy uses a wrong address or port for it.";
  return `The proxy has to forward ${path} to the kit or the service, unchanged and with all methods. A firewall or a login page in front may be answering instead.`;
}

function foreignLine({ start, foreignStart: foreign, foreignPreflight }: ApiFacts): Line {
  if (attemptIn(foreign) !== undefined && attemptIn(foreign) === attemptIn(start))
    return unknown("other-origins", fixFirst("cache-control"));
  if (foreign.kind === "answered" && foreign.status < 300)
    return failed(
      "other-origins",
      "another site may start logins",
      "The login API must answer 403 to another Origin. Two possible causes: a login API of your own does not check it, or a proxy overwrites the browser's Origin and Sec-Fetch-Site.",
    );
  if (isReadableElsewhere(foreign) || isReadableElsewhere(foreignPreflight))
    return failed(
      "other-origins",
      "any site may read its answers: Access-Control-Allow-Origin repeats any Origin",
      "A proxy or a middleware adds CORS headers of its own: exclude this path. The kit and the service name only the site's own origins.",
    );
  const isRefused = foreign.kind === "answered" && foreign.status >= 400 && foreign.status < 500;
  // These statuses do not depend on the origin.
  if (isRefused && ![401, 407, 408, 429].includes(foreign.status))
    return ok("other-origins", `refused (${foreign.status})`);
  return unknown("other-origins", `answered ${said(foreign)}`);
}

const isReadableElsewhere = (answer: Answer): boolean =>
  answer.kind === "answered" &&
  answer.headers["access-control-allow-origin"] === foreignOrigin &&
  answer.headers["access-control-allow-credentials"] === "true";

function contentTypeLine({ headers }: Answered): Line {
  const type = headers["content-type"];
  return /^application\/json *(;|$)/i.test(type ?? "")
    ? ok("content-type", "application/json")
    : failed(
        "content-type",
        `${type ?? "none"} instead of application/json`,
        "A proxy, or a login API of your own, changes the header: forward it unchanged.",
      );
}

function cacheLine({ headers }: Answered, cached: string | undefined): Line {
  if (cached !== undefined)
    return failed(
      "cache-control",
      `a cache answers instead of the login API (${cached})`,
      "Exclude this path from the cache of the proxy or the content delivery network: each call must reach the login API.",
    );
  const value = headers["cache-control"];
  return /(?:^|[\s,])no-store(?:[\s,]|$)/i.test(value ?? "")
    ? ok("cache-control", "no-store")
    : failed(
        "cache-control",
        value === undefined
          ? "none: a cache may store a code"
          : `“${value}”, without no-store: a cache may store a code`,
        "The proxy or a content delivery network changes Cache-Control: no-store. Forward it unchanged.",
      );
}

function cookieLine(cookies: readonly string[], { apiOrigin }: Site): Line {
  const fix =
    "Forward Set-Cookie unchanged: a proxy changes it (in nginx proxy_cookie_path, proxy_cookie_domain or proxy_cookie_flags), or a login API of your own sets it differently.";
  // A load balancer may add a cookie of its own.
  const cookie = cookies.find((each) => browserCookie.test(each.split("=", 1)[0] ?? "")) ?? cookies[0];
  if (cookie === undefined)
    return failed(
      "cookie",
      "starting a login sets no cookie",
      "Forward Set-Cookie. Two possible causes: the proxy removes it, or a cache answers instead of the login API.",
    );
  const [pair = "", ...attributes] = cookie.split(";").map((each) => each.trim());
  const name = pair.split("=")[0] ?? "";
  const has = (pattern: RegExp): boolean => attributes.some((each) => pattern.test(each));
  const isHttps = apiOrigin.startsWith("https:");
  const wrong = [
    ...(isHttps && !has(/^secure$/i) ? ["Secure is missing"] : []),
    ...(isHttps && !name.startsWith("__Host-") ? ["its name does not begin with __Host-"] : []),
    ...(has(/^httponly$/i) ? [] : ["HttpOnly is missing"]),
    ...(has(/^samesite=lax$/i) ? [] : ["SameSite=Lax is missing"]),
    ...(has(/^path=\/$/i) ? [] : ["Path=/ is missing"]),
    ...(has(/^domain=/i) ? ["it has a Domain"] : []),
    ...(has(/^(?:max-age|expires)=/i) ? ["it outlives the browser's session"] : []),
  ];
  return wrong.length === 0
    ? ok("cookie", ["HttpOnly", "SameSite=Lax", "Path=/", ...(isHttps ? ["Secure"] : [])].join(", "))
    : failed("cookie", wrong.join(", "), fix);
}
