import { failed, fixFirst, notChecked, ok, unknown, type CheckId, type Line } from "../lines.js";
import { intermediaryIn } from "./intermediary.js";
import { attemptIn, browserCookie, foreignOrigin, type Site, type SiteFacts } from "./site-visit.js";
import { jsonIn, type Answer, type Answered } from "./visitor.js";
import { watchLines } from "./watch-lines.js";

const said = (answer: Answer): string => (answer.kind === "silent" ? answer.reason : String(answer.status));

const apiChecks = ["content-type", "cache-control", "cookie", "status", "stream"] as const;

/** The lines of the login API. */
export function apiLines(facts: SiteFacts, site: Site): Line[] {
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
        `Set origin to ${origin}, as in the browser's address bar${isOwn ? "" : `, and api-origin to ${apiOrigin}`}. Where it is so, a proxy changes the headers Origin or Sec-Fetch-Site: it must pass them on.`,
      ),
      foreignLine(facts),
      ...rest("origin"),
    ];
  if (start.kind === "silent" || attemptIn(start) === undefined)
    return [
      startLine(facts, typeof error === "string" ? error : undefined, site),
      ...notChecked(["origin", "other-origins"], fixFirst("login-api")),
      ...rest("login-api"),
    ];
  const cached = cachedBy(start, foreignStart);
  const cookie = cookieLine(start.headers["set-cookie"] ?? [], site);
  // A cache gives out cookies, or none, and logins of others.
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

/** How it is known that a cache answered a start. */
function cachedBy(start: Answered, foreignStart: Answer): string | undefined {
  if (attemptIn(foreignStart) !== undefined && attemptIn(foreignStart) === attemptIn(start))
    return "two starts got the same login";
  const { age, "x-cache": xCache, "cf-cache-status": cloudflare } = start.headers;
  if (Number(age) > 0) return `Age: ${age}`;
  const [header] = [xCache, cloudflare].filter((each) => /^\s*hit\b/i.test(String(each ?? "")));
  return header === undefined ? undefined : String(header);
}

function originLine({ preflight }: SiteFacts, { headers }: Answered, { page, apiOrigin }: Site): Line {
  const { origin } = new URL(page);
  if (preflight === undefined) return ok("origin", origin);
  const allowed = (name: string, of: Answered["headers"]): string =>
    String(of[`access-control-allow-${name}`] ?? "");
  const fix = `Set origin to ${origin} and api-origin to ${apiOrigin}. Where it is so, a proxy removes the headers Access-Control-…, or answers in place of the service: it must pass them on.`;
  if (allowed("origin", headers) !== origin || allowed("credentials", headers) !== "true")
    return failed("origin", `a page of ${origin} may call, and may not read the answer (CORS)`, fix);
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
    `what a browser asks before it (OPTIONS) is answered ${said(preflight)}${preflight.kind === "answered" && preflight.status < 300 ? ", without CORS headers" : ""}`,
    "The proxy has to pass OPTIONS on to the kit or the service, and the headers Access-Control-… back.",
  );
}

/** A start that began nothing. */
function startLine({ start, page }: SiteFacts, error: string | undefined, site: Site): Line {
  const says = `a start is answered ${said(start)}`;
  // What the login API itself says has a code.
  const intermediary = error === undefined ? intermediaryIn(start) : undefined;
  const before = page.kind === "other" ? intermediaryIn(page.answer)?.kind : undefined;
  switch (intermediary?.kind) {
    case "bot-check":
      return before === "bot-check"
        ? unknown("login-api", intermediary.says)
        : failed(
            "login-api",
            intermediary.says,
            `Leave ${site.path} out of the bot check: a call of a page cannot pass it.`,
          );
    case "authentication":
      return before === "authentication"
        ? unknown("login-api", fixFirst("page"))
        : failed(
            "login-api",
            intermediary.says,
            `Take the authentication off ${site.path}, or ask for the same one at the login page, and give it with --header.`,
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
    return "The login API works, and the Token Server refuses it. Run doctor with the settings of the kit or the service, without --site.";
  if (error === "temporarily_unavailable")
    return "Two faults look alike: the Token Server cannot be reached (run doctor without --site), or the store (Redis) does not work. The log of the kit or the service says which.";
  if (error === "too_many_requests")
    return "Wait a minute. Where it stays, the kit's clientIp or the service's proxies is wrong, and all people share one limit.";
  if (start.kind === "answered" && start.status === 404)
    return `Two faults look alike: the proxy does not pass ${path} on to the kit or the service, or the login API is under another path (--path) or origin (--api-origin).`;
  if (start.kind === "answered" && start.status >= 500)
    return "Two faults look alike: the kit's server or the service is not started, or the proxy has another address or port for it.";
  return `The proxy has to pass ${path} on to the kit or the service, with all methods and as it is. A firewall or a login page in front may answer in its place.`;
}

function foreignLine({ start, foreignStart: foreign, foreignPreflight }: SiteFacts): Line {
  if (attemptIn(foreign) !== undefined && attemptIn(foreign) === attemptIn(start))
    return unknown("other-origins", fixFirst("cache-control"));
  if (foreign.kind === "answered" && foreign.status < 300)
    return failed(
      "other-origins",
      "another site may start logins",
      "The login API must answer 403 to another Origin. Two faults look alike: a login API of your own does not check it, or a proxy writes its own Origin and Sec-Fetch-Site over those of the browser.",
    );
  if (isReadableElsewhere(foreign) || isReadableElsewhere(foreignPreflight))
    return failed(
      "other-origins",
      "each other site may read its answers: Access-Control-Allow-Origin repeats the Origin that comes",
      "A proxy or a middleware adds CORS headers of its own: leave this path out. The kit and the service name their own origins only.",
    );
  const isRefused = foreign.kind === "answered" && foreign.status >= 400 && foreign.status < 500;
  // These are not about the origin.
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
        `${type ?? "none"}, in place of application/json`,
        "Pass the header on as it is: the proxy, or the login API of your own, changes it.",
      );
}

function cacheLine({ headers }: Answered, cached: string | undefined): Line {
  if (cached !== undefined)
    return failed(
      "cache-control",
      `a cache answers in place of the login API (${cached})`,
      "Leave this path out of the cache of the proxy or the content delivery network: each call goes to the login API.",
    );
  const value = headers["cache-control"];
  return /(?:^|[\s,])no-store(?:[\s,]|$)/i.test(value ?? "")
    ? ok("cache-control", "no-store")
    : failed(
        "cache-control",
        value === undefined
          ? "none: a cache may keep a code"
          : `“${value}”, without no-store: a cache may keep a code`,
        "Pass Cache-Control: no-store on as it is. The proxy or a content delivery network changes it.",
      );
}

function cookieLine(cookies: readonly string[], { apiOrigin }: Site): Line {
  const fix =
    "Pass Set-Cookie on as it is: a proxy changes it (in nginx proxy_cookie_path, proxy_cookie_domain or proxy_cookie_flags), or the login API of your own sets it otherwise.";
  // A load balancer may set one of its own beside it.
  const cookie = cookies.find((each) => browserCookie.test(each.split("=", 1)[0] ?? "")) ?? cookies[0];
  if (cookie === undefined)
    return failed(
      "cookie",
      "the start of a login sets none",
      "Pass Set-Cookie on. Two faults look alike: the proxy removes it, or a cache answers in place of the login API.",
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
