import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { userAgent } from "../../../../src/service/doctor/user-agent.js";
import type { OneFails } from "./run-doctor.js";
import type { Reply, Site } from "./running-site.js";

export type Headers = Record<string, string | string[] | undefined>;

export const csp = (value: string | undefined): Site => ({
  page: { headers: { "content-security-policy": value } },
});
const cookie = (change: (cookie: string) => string | undefined): Site => ({
  answer(headers) {
    const [first] = headers["set-cookie"] ?? [];
    if (first === undefined) return;
    const changed = change(first);
    headers["set-cookie"] = changed === undefined ? undefined : [changed];
  },
});

export const widgetPath = "/otp-login/assets/onegini-otp-login.js";
export const widgetFile = readFileSync("dist/onegini-otp-login.js");
export const integrityOf = (file: string | Buffer): string =>
  `sha384-${createHash("sha384").update(file).digest("base64")}`;

/** A page with the element, and what else it has. */
export const page = (head: string): string =>
  `<!doctype html><html lang="en"><title>Log in</title>${head}<onegini-otp-login></onegini-otp-login></html>`;
/** A page with the widget's script, and what else it has. */
export const html = (body: string): string =>
  `<!doctype html><html lang="en"><title>Log in</title><script type="module" src="${widgetPath}"></script>${body}</html>`;

type Front = NonNullable<Site["front"]>;

export const at =
  (path: string, reply: Reply): Front =>
  (request) =>
    request.url?.split("?")[0] === path ? reply : undefined;

/** Scripts by their paths, and the answers to other paths. */
export const files =
  (scripts: Readonly<Record<string, string>>, statuses: Readonly<Record<string, number>> = {}): Front =>
  ({ url = "" }) => {
    const body = scripts[url];
    if (body !== undefined) return { headers: { "content-type": "text/javascript" }, body };
    return url in statuses ? { status: statuses[url]! } : undefined;
  };

/** A page that waits for its service worker, and then loads the widget. `answer`: what the worker does with an `event`. */
export const behindServiceWorker = (widget: string, answer: string): Site => ({
  page: {
    ...csp("frame-ancestors 'none'").page,
    html: '<!doctype html><body><script type="module" src="/app.js"></script>',
  },
  front: files({
    "/app.js": `await navigator.serviceWorker.register("/worker.js");
      await new Promise((done) => navigator.serviceWorker.controller ? done() : navigator.serviceWorker.addEventListener("controllerchange", done));
      await import("${widget}"); document.body.append(document.createElement("onegini-otp-login"));`,
    "/worker.js": `addEventListener("install", () => skipWaiting()); addEventListener("activate", (event) => event.waitUntil(clients.claim()));
      addEventListener("fetch", (event) => { ${answer} });`,
  }),
});

/** A status call of doctor's own. The element in the page that it looks at makes some too, sooner or later. */
export const isStatus = ({ method, url = "", headers }: IncomingMessage): boolean =>
  method === "GET" &&
  /^\/otp-login\/[\w-]{20,}$/.test(url) &&
  headers.accept === "application/json" &&
  headers["user-agent"] === userAgent;

/** Each nth request that is answered so. */
const every = (nth: number, answer: Front): Front => {
  let count = 0;
  return (request) => {
    const reply = answer(request);
    return reply && ++count % nth === 0 ? reply : undefined;
  };
};

export const basic: Front = ({ headers }) =>
  headers.authorization === `Basic ${Buffer.from("staging:a-long-password").toString("base64")}`
    ? undefined
    : { status: 401, headers: { "www-authenticate": 'Basic realm="Staging"' }, body: "Unauthorized" };

export const botCheck: Front = ({ headers }) =>
  /\bcf_clearance=passed-by-a-person\b/.test(headers.cookie ?? "")
    ? undefined
    : {
        status: 403,
        headers: { "content-type": "text/html", "cf-mitigated": "challenge" },
        body: "<title>Just a moment...</title>",
      };

/** What can be wrong with a site. */
export const siteFaults: Readonly<Record<string, Site & OneFails & { streamMs?: number }>> = {
  "there is no login page": { page: { status: 404, html: "Not found" }, fails: ["page", /answers 404/] },
  "the login page is at another address": {
    page: { status: 302, headers: { location: "https://www.example.com/log-in" } },
    fails: ["page", /redirects to https:\/\/www\.example\.com\/log-in/],
  },
  "the policy forbids calls": {
    ...csp("default-src 'none'; script-src 'self'; frame-ancestors 'none'"),
    fails: ["csp-widget", /add 'self' to connect-src/],
  },
  "the policy allows the login API's address alone, and no attempt's below it": {
    ...csp("script-src 'self'; connect-src http://localhost:*/otp-login; frame-ancestors 'none'"),
    fails: ["csp-widget", /add 'self' to connect-src/],
  },
  "the policy is a sandbox without scripts": {
    ...csp("sandbox allow-forms; frame-ancestors 'none'"),
    fails: ["csp-widget", /allows no scripts \(sandbox\)/],
  },
  "the policy forbids the script": {
    ...csp("script-src https://cdn.example; connect-src 'self'; frame-ancestors 'none'"),
    fails: ["csp-widget", /add 'self' to script-src/],
  },
  "a policy in the page forbids what the widget writes": {
    page: {
      html: `<meta http-equiv="Content-Security-Policy" content="require-trusted-types-for 'script'; trusted-types mine">
        <script type="module" src="/otp-login/assets/onegini-otp-login.js"></script>
        <onegini-otp-login></onegini-otp-login>`,
    },
    fails: ["csp-widget", /add lit-html to trusted-types/],
  },
  "other sites may show the page in a frame": {
    ...csp(undefined),
    fails: ["csp-framing", /frame-ancestors 'none'/],
  },
  "the proxy does not pass the path on": {
    api: 404,
    fails: ["login-api", /Two possible causes: the proxy does not forward \/otp-login/],
  },
  "the service is not started": {
    api: 502,
    fails: ["login-api", /Two possible causes: the kit's server or the service is not running/],
  },
  "the Token Server refuses the service": {
    service: ["--client-secret", "another-secret"],
    fails: ["login-api", /server_error.*without --site/s],
  },
  "somebody has paused the logins": {
    front: ({ method, url, headers }) =>
      method === "POST" && url === "/otp-login" && headers["sec-fetch-site"] === "same-origin"
        ? {
            status: 503,
            headers: { "content-type": "application/json", "retry-after": "30" },
            body: JSON.stringify({ error: "login_paused", error_description: "Paused." }),
          }
        : undefined,
    fails: ["login-api", /login_paused.*DELETE \/pause/s],
  },
  "the service has another origin": {
    service: ["--origin", "https://www.example.com"],
    fails: ["origin", /Set origin to http:\/\/localhost:\d+/],
  },
  "a proxy writes its own origin over the browser's": {
    request(headers: Headers) {
      headers["origin"] = `http://${String(headers["host"])}`;
      headers["sec-fetch-site"] = "same-origin";
    },
    fails: ["other-origins", /another site may start logins/],
  },
  "Content-Type is changed": {
    answer(headers: Headers) {
      if (headers["content-type"] === "application/json") headers["content-type"] = "text/plain";
    },
    fails: ["content-type", /text\/plain instead of application\/json/],
  },
  "Cache-Control is removed": {
    answer: (headers: Headers) => void delete headers["cache-control"],
    fails: ["cache-control", /a cache may store a code/],
  },
  "the cookie is removed": {
    ...cookie(() => undefined),
    fails: ["cookie", /Two possible causes: the proxy removes it/],
  },
  "the cookie loses HttpOnly": {
    ...cookie((text) => text.replace(/; *HttpOnly/i, "")),
    fails: ["cookie", /HttpOnly is missing/],
  },
  "the cookie's SameSite is changed": {
    ...cookie((text) => text.replace(/SameSite=Lax/i, "SameSite=None")),
    fails: ["cookie", /SameSite=Lax is missing/],
  },
  "the cookie's path is changed": {
    ...cookie((text) => text.replace(/Path=\//i, "Path=/otp-login")),
    fails: ["cookie", /Path=\/ is missing/],
  },
  "the cookie gets a domain and a life of its own": {
    ...cookie((text) => `${text}; Domain=localhost; Max-Age=3600`),
    fails: ["cookie", /it has a Domain, it outlives the browser's session/],
  },
  "the proxy removes the browser's cookie": {
    request: (headers: Headers) => void delete headers["cookie"],
    fails: ["status", /Two possible causes: the cookie does not reach the login API again/],
  },
  "the proxy holds the stream back, headers and all": {
    stream: "held",
    streamMs: 500,
    fails: ["stream", /not even its headers arrived/],
  },
  "the proxy holds the stream's events back": {
    stream: "body-held",
    streamMs: 500,
    fails: ["stream", /its headers arrived, but no status.*proxy_buffering off/s],
  },
  "the proxy compresses the stream": {
    stream: "compressed",
    streamMs: 500,
    fails: ["stream", /it is compressed \(gzip\)/],
  },
  "the proxy does not pass Accept on": {
    request(headers: Headers) {
      headers["accept"] = "*/*";
    },
    fails: ["stream", /instead of text\/event-stream/],
  },
  "the clocks differ": {
    answer(headers: Headers) {
      headers["date"] = new Date(Date.now() - 120_000).toUTCString();
    },
    fails: ["clock", /12\d s behind this machine's/],
  },
  // The page and its scripts.
  "the widget's script is not there": {
    front: at("/otp-login/assets/onegini-otp-login.js", { status: 404, body: "Not found" }),
    fails: [
      "widget-script",
      /^\/otp-login\/assets\/onegini-otp-login\.js: 404\nServe the file at this address/,
    ],
  },
  "the widget's script comes with a wrong type": {
    front: at("/otp-login/assets/onegini-otp-login.js", {
      headers: { "content-type": "application/octet-stream" },
      body: widgetFile,
    }),
    fails: ["widget-script", /its Content-Type is application\/octet-stream instead of text\/javascript/],
  },
  "a page comes in place of the widget's script": {
    page: { html: page('<script src="/widget.js"></script>') },
    front: at("/widget.js", { headers: { "content-type": "text/html" }, body: page("") }),
    fails: ["widget-script", /\/widget\.js: it is a page, not a script/],
  },
  "the widget's script does not fit its integrity": {
    page: {
      html: page(
        `<script type="module" src="${widgetPath}" integrity="${integrityOf("another file")}"></script>`,
      ),
    },
    fails: [
      "widget-script",
      /it does not match its integrity\nSet integrity in the tag to the value for this version's file/,
    ],
  },
  "the widget's script is loaded without type=module": {
    page: { html: page(`<script src="${widgetPath}"></script>`) },
    fails: ["widget-script", /it is a module, and its tag has no type="module"/],
  },
  "a script imports the widget by a name that no bundler replaced": {
    page: {
      ...csp("frame-ancestors 'none'").page,
      html: page('<script type="module">import "onegini-otp-login/define";</script>'),
    },
    fails: ["widget-script", /“onegini-otp-login\/define”: it is not an address, and no import map has it/],
  },
  "a script imports a file that is not there": {
    page: { html: page('<script type="module" src="/app.js"></script>') },
    front: files(
      { "/app.js": 'import "./chunk.js"; customElements.define("onegini-otp-login", A)' },
      { "/chunk.js": 404 },
    ),
    fails: ["widget-script", /^\/chunk\.js: 404/],
  },
  "a script of the page has a syntax error": {
    page: { html: page('<script type="module" src="/app.js"></script>') },
    front: files({ "/app.js": `import "${widgetPath}";\nconst = 1;` }),
    fails: ["widget-script", /^\/app\.js, line 2: SyntaxError: .*\nMend the script/],
  },
  "what is in the element stays, because no script registers it": {
    page: {
      html: html("").replace(/<script.*<\/script>/, "<onegini-otp-login>Use the token</onegini-otp-login>"),
    },
    fails: ["widget-script", /the page has no script; the content inside the element stays/],
  },
  "two elements are in view": {
    page: {
      ...csp("frame-ancestors 'none'").page,
      html: html(
        '<div style="display: flex"><onegini-otp-login></onegini-otp-login><onegini-otp-login></onegini-otp-login></div>',
      ),
    },
    fails: ["element", /^2 elements are in view: a person sees 2 codes/],
  },
  "the page is in Dutch, and the element is not": {
    page: { html: html('<onegini-otp-login lang="nl-BE"></onegini-otp-login>') },
    fails: ["language", /^the page is in nl-BE, the element in en\nImport onegini-otp-login\/locales\/nl/],
  },
  "a filter of the page makes the code unreadable": {
    page: {
      headers: { "content-security-policy": "frame-ancestors 'none'" },
      html: html('<onegini-otp-login style="filter: blur(12px)"></onegini-otp-login>'),
    },
    fails: ["page-code", /^a reader cannot read the code on the screen/],
  },
  "a transform makes the code too small": {
    page: {
      headers: { "content-security-policy": "frame-ancestors 'none'" },
      html: html('<onegini-otp-login style="zoom: 0.5"></onegini-otp-login>'),
    },
    fails: ["page-code", /^readable here, but its modules are \d(\.\d)? px wide/],
  },
  "a service worker of the page holds the stream back": {
    ...behindServiceWorker(
      widgetPath,
      `if (event.request.headers.get("accept").includes("event-stream")) event.respondWith(fetch(event.request).then(async (answer) => new Response(await answer.text())))`,
    ),
    fails: ["page-stream", /^no status arrived, so the page polls\n.*service worker/],
  },
  "the element is there, and no script": {
    page: { html: page("") },
    fails: ["widget-script", /the page has no script\nLoad the widget: <script type="module"/],
  },
  "the element is there, and no script registers it": {
    page: { html: page('<script src="/app.js"></script>') },
    front: files({
      "/app.js": 'document.querySelector("onegini-otp-login").addEventListener("login", () => {})',
    }),
    fails: ["widget-script", /none of the page's scripts registers the element/],
  },
  "neither the page nor its scripts have the element": {
    page: {
      html: `<!doctype html><!-- <onegini-otp-login></onegini-otp-login> -->
        <noscript><onegini-otp-login></onegini-otp-login></noscript>
        <script src="/app.js"></script>`,
    },
    front: files({ "/app.js": 'document.querySelector("onegini-otp-login")?.start()' }),
    fails: ["page", /it has no <onegini-otp-login>/],
  },
  "the element calls a login API that is not there": {
    page: { html: html('<onegini-otp-login endpoint="/api/otp"></onegini-otp-login>') },
    fails: ["login-api", /answered 200\nThe proxy has to forward \/api\/otp/],
  },
  "the tag has no nonce, and the policy is strict": {
    ...csp("script-src 'nonce-abc' 'strict-dynamic'; connect-src 'self'; frame-ancestors 'none'"),
    fails: ["csp-widget", /give the script's tag the policy's nonce/],
  },
  "the element's endpoint has no scheme": {
    page: { html: html('<onegini-otp-login endpoint="localhost:8080/otp-login"></onegini-otp-login>') },
    fails: ["page", /^the element's endpoint is localhost:8080\/otp-login\nBegin it with \//],
  },
  "the login page comes as a text": {
    page: { headers: { "content-type": "text/plain; charset=utf-8" } },
    fails: ["page", /Content-Type is text\/plain/],
  },
  "frame-ancestors lets in each site, beside an X-Frame-Options that does not": {
    page: {
      headers: {
        "content-security-policy": "frame-ancestors *",
        "x-frame-options": "DENY",
      },
    },
    fails: ["csp-framing", /frame-ancestors is \*, so browsers ignore X-Frame-Options/],
  },
  "frame-ancestors stands in a tag of the page, where it has no effect": {
    page: {
      headers: { "content-security-policy": undefined },
      html: page(
        `<meta http-equiv="Content-Security-Policy" content="frame-ancestors 'none'"><script type="module" src="${widgetPath}"></script>`,
      ),
    },
    fails: ["csp-framing", /any site can show the login page in a frame/],
  },
  "the policy has a nonce that the script's tag has not": {
    ...csp("script-src 'nonce-abc'; connect-src 'self'; frame-ancestors 'none'"),
    fails: ["csp-widget", /add 'self' to script-src/],
  },
  "the proxy lets the start through, and no POST below it": {
    front: ({ method, url = "" }) =>
      method === "POST" && /^\/otp-login\/./.test(url) ? { status: 405, body: "not allowed" } : undefined,
    fails: ["status", /login call \(POST …\/login\) is answered 405/],
  },
  "the login page redirects without end": {
    front: at("/login", { status: 302, headers: { location: "/login?again" } }),
    fails: ["page", /redirects too often/],
  },
  // What stands in front.
  "the login page is behind basic authentication": {
    front: basic,
    fails: ["page", /it requires HTTP authentication \(401, Basic\)\n.*--header "Authorization: Basic …"/],
  },
  "the login page leads to one that is behind basic authentication": {
    front: (request) =>
      request.url === "/login" ? { status: 302, headers: { location: "/en/login" } } : basic(request),
    fails: ["page", /it requires HTTP authentication \(401, Basic\), at http:\/\/localhost:\d+\/en\/login/],
  },
  "the login API alone is behind basic authentication": {
    front: (request) => (request.method === "GET" ? undefined : basic(request)),
    fails: [
      "login-api",
      /it requires HTTP authentication \(401, Basic\)\nRemove the authentication from \/otp-login/,
    ],
  },
  "a bot check answers calls of the login API": {
    front: (request) => (request.method === "GET" ? undefined : botCheck(request)),
    fails: ["login-api", /a bot check \(Cloudflare\) answers instead, 403\nExclude \/otp-login/],
  },
  "a firewall refuses doctor": {
    front: at("/login", { status: 403, body: "Access denied" }),
    fails: ["page", /it answers 403\n.*a robot.*--header/],
  },
  "the proxy waits in vain for the service": {
    api: 504,
    fails: ["login-api", /a proxy answers 504: nothing behind it answered in time\nCheck the process/],
  },
  "the proxy waits in vain for the login page": {
    front: at("/login", { status: 504 }),
    fails: ["page", /a proxy answers 504: nothing behind it answered in time/],
  },
  "the proxy limits starts": {
    front: (request) =>
      request.method === "POST"
        ? { status: 429, headers: { "retry-after": "30" }, body: "<h1>Slow down</h1>" }
        : undefined,
    fails: [
      "login-api",
      /a rate limit in front of it answers 429, Retry-After: 30\nRaise the limit of the proxy/,
    ],
  },
  "the proxy limits requests for the status": {
    front: (request) => (isStatus(request) ? { status: 429, body: "Slow down" } : undefined),
    fails: ["status", /a rate limit in front of it answers 429/],
  },
  "one of several processes is not started": {
    front: every(2, (request) => (isStatus(request) ? { status: 502 } : undefined)),
    fails: ["status", /it answers 502, after 1 correct answers/],
  },
  "two processes have no common store": {
    twoProcesses: true,
    fails: [
      "status",
      /in \d of \d answers the login is unknown: several processes answer.*\nGive all processes one Redis/,
    ],
  },
  "the stream alone reaches a process with another store": {
    front: (request) =>
      /event-stream/.test(request.headers.accept ?? "")
        ? {
            status: 404,
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ error: "unknown_attempt", error_description: "Unknown." }),
          }
        : undefined,
    fails: ["stream", /404, unknown_attempt: a different process answered.*\nGive all processes one Redis/],
  },
  "a cache keeps the answer to a start": {
    cachesPosts: true,
    fails: ["cache-control", /a cache answers instead of the login API \(two starts got the same login\)/],
  },
  "a cache gave out an older start, without its cookie": {
    answer(headers: Headers) {
      if (headers["content-type"] !== "application/json") return;
      headers["age"] = "12";
      delete headers["set-cookie"];
    },
    fails: ["cache-control", /a cache answers instead of the login API \(Age: 12\)/],
  },
  "the proxy allows each origin to read": {
    answer(headers: Headers, asked: Headers) {
      headers["access-control-allow-origin"] = asked["origin"];
      headers["access-control-allow-credentials"] = "true";
    },
    fails: ["other-origins", /any site may read its answers: Access-Control-Allow-Origin repeats/],
  },
};
