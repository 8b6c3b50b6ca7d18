import { failed, firstMend, notChecked, ok, unknown, type CheckId, type Line } from "../lines.js";
import { allows, allowsTrustedTypes, policiesOf } from "./content-security-policy.js";
import {
  attemptIn,
  jsonIn,
  type Answer,
  type Site,
  type SiteFacts,
  type StreamAnswer,
} from "./site-visit.js";

/** The checks of a running site, in their order. */
export const siteChecks = [
  "page",
  "hsts",
  "csp-widget",
  "csp-framing",
  "login-api",
  "origin",
  "other-origins",
  "content-type",
  "cache-control",
  "cookie",
  "status",
  "stream",
  "clock",
] as const satisfies readonly CheckId[];

/** The lines of what a browser gets from a site. */
export function siteLines(facts: SiteFacts, site: Site): Line[] {
  const lines = [...pageLines(facts.page, site), ...apiLines(facts, site), clockLine(facts)];
  return siteChecks.map((check) => lines.find((line) => line.check === check)!);
}

const said = (answer: Answer | StreamAnswer): string =>
  answer.kind === "silent" ? answer.reason : String(answer.status);

function pageLines(page: Answer, site: Site): Line[] {
  if (page.kind === "silent" || page.status !== 200) {
    const isRedirect = page.kind === "answered" && page.status >= 300 && page.status < 400;
    return [
      failed(
        "page",
        isRedirect ? `it redirects to ${String(page.headers.location)}` : `it answers ${said(page)}`,
        isRedirect
          ? "Give the address at which the login page is, as in the browser's address bar: --site."
          : "Give the address of the login page: --site. Where it is right, mend the page or the proxy in front of it.",
      ),
      ...notChecked(["hsts", "csp-widget", "csp-framing"], firstMend("page")),
    ];
  }
  const { headers, text } = page;
  const url = new URL(site.page);
  const policies = policiesOf(headers["content-security-policy"] as string | undefined, text);
  return [
    ok(
      "page",
      /<onegini-otp-login[\s>]/i.test(text) ? "has the element" : "answers; a script may add the element",
    ),
    hstsLine(headers["strict-transport-security"], url),
    widgetLine(policies, site, text),
    framingLine(policies, headers["x-frame-options"]),
  ];
}

function hstsLine(header: string | string[] | undefined, { protocol }: URL): Line {
  if (protocol === "http:") return unknown("hsts", "http on this machine");
  const seconds = Number(/max-age="?(\d+)/i.exec(String(header ?? ""))?.[1] ?? 0);
  if (seconds > 0) return ok("hsts", `for ${Math.round(seconds / 86_400)} days`);
  return failed(
    "hsts",
    header === undefined
      ? "no Strict-Transport-Security"
      : `Strict-Transport-Security is “${String(header)}”`,
    "Send Strict-Transport-Security: max-age=31536000 with every answer over https, at the proxy.",
  );
}

type Policies = ReturnType<typeof policiesOf>;

function widgetLine(policies: Policies, { page, apiOrigin, path }: Site, html: string): Line {
  const url = new URL(page);
  const api = new URL(apiOrigin + path);
  if (policies.length === 0) return ok("csp-widget", "there is no policy that could block the widget");
  const fix = (directive: string): string =>
    `Change Content-Security-Policy of the login page: ${directive}. The widget runs under script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types lit-html.`;
  for (const policy of policies) {
    if (allows(policy, ["connect-src"], api, url) === "blocked")
      return failed(
        "csp-widget",
        "the policy blocks the login API (connect-src)",
        fix(`add ${apiOrigin === url.origin ? "'self'" : apiOrigin} to connect-src`),
      );
    if (!allowsTrustedTypes(policy))
      return failed(
        "csp-widget",
        "the policy blocks what the widget writes (trusted-types)",
        fix("add lit-html to trusted-types"),
      );
  }
  // Without the element there is no telling where its script comes from.
  const isElsewhere = /<script\b[^>]*\ssrc=["']?(?:https?:)?\/\//i.test(html);
  const verdicts = policies.map((policy) =>
    allows(policy, ["script-src-elem", "script-src"], new URL(path, url), url),
  );
  if (verdicts.includes("blocked") && !isElsewhere)
    return failed(
      "csp-widget",
      "the policy blocks the widget's script (script-src)",
      fix("add 'self' to script-src"),
    );
  return verdicts.every((verdict) => verdict === "allowed")
    ? ok("csp-widget", "the policy lets the widget run")
    : unknown(
        "csp-widget",
        "the script is allowed by a nonce, a hash or another host: look at the browser's console",
      );
}

function framingLine(policies: Policies, frameOptions: string | string[] | undefined): Line {
  // A `<meta>` tag cannot say it, but then it is in none of the headers' policies either.
  const ancestors = policies.flatMap((policy) => policy.get("frame-ancestors") ?? []);
  const isNamed = policies.some((policy) => policy.has("frame-ancestors"));
  if ((isNamed && !ancestors.includes("*")) || /^(?:deny|sameorigin)$/i.test(String(frameOptions ?? "")))
    return ok("csp-framing", "other sites cannot show the page in a frame");
  return failed(
    "csp-framing",
    "any site can show the login page in a frame",
    "Add frame-ancestors 'none' to Content-Security-Policy of the login page.",
  );
}

const apiChecks = ["content-type", "cache-control", "cookie", "status", "stream"] as const;

function apiLines(facts: SiteFacts, site: Site): Line[] {
  const { start } = facts;
  const { origin } = new URL(site.page);
  const { apiOrigin } = site;
  const isOwn = apiOrigin === origin;
  const answer = jsonIn(start);
  const error = answer?.["error"];
  const rest = (check: CheckId) => notChecked(apiChecks, firstMend(check));
  if (start.kind === "answered" && error === "forbidden_origin")
    return [
      ok("login-api", `answers at ${site.path}`),
      failed(
        "origin",
        `the page's own origin, ${origin}, is refused`,
        `Set origin to ${origin}, as in the browser's address bar${isOwn ? "" : `, and api-origin to ${apiOrigin}`}. Where it is so, a proxy changes the headers Origin or Sec-Fetch-Site: it must pass them on.`,
      ),
      foreignLine(facts.foreignStart),
      ...rest("origin"),
    ];
  if (start.kind === "silent" || attemptIn(start) === undefined)
    return [
      failed(
        "login-api",
        `a start is answered ${said(start)}${typeof error === "string" ? `, ${error}` : ""}`,
        startFix(start, error, site),
      ),
      ...notChecked(["origin", "other-origins"], firstMend("login-api")),
      ...rest("login-api"),
    ];
  const cookie = cookieLine(start.headers["set-cookie"] ?? [], site);
  const isReadable =
    isOwn ||
    (start.headers["access-control-allow-origin"] === origin &&
      start.headers["access-control-allow-credentials"] === "true");
  return [
    ok("login-api", `answers at ${site.path}`),
    isReadable
      ? ok("origin", isOwn ? origin : `${origin}, with CORS`)
      : failed(
          "origin",
          `a page of ${origin} may call, and may not read the answer (CORS)`,
          `Set origin to ${origin} and api-origin to ${apiOrigin}. Where it is so, a proxy removes the headers Access-Control-…, or answers in place of the service: it must pass them on.`,
        ),
    foreignLine(facts.foreignStart),
    contentTypeLine(start),
    cacheLine(start),
    cookie,
    ...watchLines(facts, cookie.result === "failed"),
  ];
}

function startFix(start: Answer, error: unknown, { path }: Site): string {
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

function foreignLine(foreign: Answer): Line {
  if (foreign.kind === "answered" && foreign.status >= 400 && foreign.status < 500)
    return ok("other-origins", `refused (${foreign.status})`);
  if (foreign.kind === "answered" && foreign.status < 300)
    return failed(
      "other-origins",
      "another site may start logins",
      "The login API must answer 403 to another Origin. Two faults look alike: a login API of your own does not check it, or a proxy writes its own Origin and Sec-Fetch-Site over those of the browser.",
    );
  return unknown("other-origins", `answered ${said(foreign)}`);
}

type Answered = Extract<Answer, { kind: "answered" }>;

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

function cacheLine({ headers }: Answered): Line {
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
  const [cookie] = cookies;
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

function watchLines({ status, stream }: SiteFacts, isCookieWrong: boolean): Line[] {
  if (!status || !stream) return notChecked(["status", "stream"], firstMend("login-api"));
  const isPending = jsonIn(status)?.["status"] === "pending" && said(status) === "200";
  // A cookie that is wrong may be the reason.
  if (!isPending && isCookieWrong) return notChecked(["status", "stream"], firstMend("cookie"));
  if (!isPending)
    return [
      failed(
        "status",
        `answered ${said(status)}`,
        said(status) === "404"
          ? "These look alike: the cookie does not come back to the login API (the proxy removes Cookie or changes Set-Cookie), or several processes run without one Redis (the kit's store, the service's redis-url)."
          : "The proxy has to pass the whole path on, with GET and the header Accept.",
      ),
      unknown("stream", firstMend("status")),
    ];
  return [ok("status", "pending"), streamLine(stream)];
}

const deployment = "docs/deployment.md, “Buffering and compression”";

function streamLine(stream: StreamAnswer): Line {
  const buffering = `Turn the proxy's buffering off for this path (in nginx proxy_buffering off, or pass X-Accel-Buffering on). See ${deployment}.`;
  if (stream.kind === "silent")
    return failed(
      "stream",
      `held back: not even its headers came (${stream.reason})`,
      `Two faults look alike: a proxy waits for the whole answer (${buffering.charAt(0).toLowerCase()}${buffering.slice(1)}), or a firewall reads it to the end before it lets it through.`,
    );
  const { status, headers, firstEventMs } = stream;
  const type = headers["content-type"];
  if (status !== 200 || !/^text\/event-stream *(;|$)/i.test(type ?? ""))
    return failed(
      "stream",
      `answered ${status} with ${type ?? "no type"}, in place of text/event-stream`,
      "The proxy has to pass the header Accept on to the login API, and Content-Type back.",
    );
  if (firstEventMs !== undefined)
    return ok("stream", `the first status came after ${Math.round(firstEventMs)} ms`);
  const encoding = headers["content-encoding"];
  return failed(
    "stream",
    encoding === undefined
      ? "held back: its headers came, and no status"
      : `held back: it is compressed (${encoding}), and no status came`,
    encoding === undefined
      ? buffering
      : `Two faults look alike: a proxy compresses the stream (turn compression off for text/event-stream, and keep Cache-Control: no-transform), or it holds the stream back. See ${deployment}.`,
  );
}

/** More makes sessions, certificates and logs wrong. The login API itself has no times of day. */
const mostClockMs = 30_000;

function clockLine({ clockMs }: SiteFacts): Line {
  if (clockMs === undefined)
    return unknown("clock", "there is no Date in an answer that is not from a cache");
  const seconds = Math.round(Math.abs(clockMs) / 1000);
  if (Math.abs(clockMs) <= mostClockMs)
    return ok("clock", seconds <= 1 ? "the same here and there" : `${seconds} s apart`);
  return failed(
    "clock",
    `the site's clock is ${seconds} s ${clockMs < 0 ? "behind" : "ahead of"} this machine's`,
    "Set the one that is wrong, by NTP: two clocks alone do not tell which. Look at a third.",
  );
}
