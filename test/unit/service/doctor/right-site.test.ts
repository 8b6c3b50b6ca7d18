import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { assertFailed, assertNoSecrets, checksThat, foundIn, runDoctor, type Run } from "./run-doctor.js";
import { runSite, type Site } from "./running-site.js";
import {
  at,
  basic,
  behindServiceWorker,
  botCheck,
  csp,
  files,
  html,
  isStatus,
  page,
  widgetFile,
  widgetPath,
} from "./site-faults.js";

const look = async (t: TestContext, site: Site, ...args: string[]): Promise<Run> =>
  runDoctor(t, ["--site", await runSite(t, site), "--json", ...args], {
    limits: { totalMs: site.never === undefined ? 60_000 : 4_000 },
  });

const says = (run: Run, check: string): string =>
  foundIn(run).checks.find((line) => line.check === check)?.says ?? "";

/** The checks that could not tell, except those of TLS, which a site on this machine does not use. */
const notTold = (run: Run): string[] =>
  checksThat(run, "unknown").filter((check) => !check.startsWith("tls-") && check !== "hsts");

const toGerman = (request: { url?: string | undefined }) =>
  request.url === "/login" ? { status: 302, headers: { location: "/de/anmelden" } } : undefined;

describe("doctor --site finds nothing wrong with a site", () => {
  const right: Record<
    string,
    Site & { told: [check: string, says: RegExp]; args?: string[]; unknown?: string[] }
  > = {
    "that redirects to a language, and names the place": {
      front: toGerman,
      told: ["page", /^has the element, at http:\/\/localhost:\d+\/de\/anmelden$/],
    },
    "behind basic authentication, with --header": {
      front: basic,
      args: ["--header", `Authorization: Basic ${Buffer.from("staging:a-long-password").toString("base64")}`],
      told: ["page", /^has the element$/],
    },
    "behind a bot check, with the cookie of a browser": {
      front: botCheck,
      args: [
        "--header=Cookie: lang=en; cf_clearance=passed-by-a-person",
        "--header",
        "User-Agent: Mozilla/5.0 X",
      ],
      told: ["status", /^pending, in each of 8 answers$/],
    },
    "whose load balancer keeps a browser at one process by a cookie": {
      answer(headers) {
        const cookies = headers["set-cookie"];
        if (cookies !== undefined)
          headers["set-cookie"] = [
            "AWSALB=process-1; Path=/; Expires=Wed, 01 Jan 2098 00:00:00 GMT",
            ...cookies,
          ];
      },
      told: ["cookie", /^HttpOnly/],
    },
    "whose page began a login itself, with a cookie": {
      page: { headers: { "set-cookie": "onegini-otp-login=of-the-page; Path=/; HttpOnly; SameSite=Lax" } },
      told: ["cookie", /^HttpOnly/],
    },
    "whose widget is in a part of a bundle that an import in an import loads": {
      page: { html: '<!doctype html><div id="app"></div><script type="module" src="/app.js"></script>' },
      front: files({
        "/app.js": 'import "./a.js"',
        "/a.js": "import(`./b.js`)",
        "/b.js": `import "./a.js"; import "${widgetPath}"; document.body.append(document.createElement("onegini-otp-login"))`,
      }),
      told: ["page", /^has the element$/],
    },
    "that names the widget in an import map": {
      page: {
        ...csp("frame-ancestors 'none'").page,
        html: page(`<script type="importmap">{"imports":{"onegini-otp-login/":"/otp-login/assets/"}}</script>
          <script type="module">import "onegini-otp-login/onegini-otp-login.js"</script>`),
      },
      told: [
        "widget-script",
        /^\/otp-login\/assets\/onegini-otp-login\.js registers the element \(200, text\/javascript,/,
      ],
    },
    "whose script, which the policy allows by its nonce, is at an address that redirects": {
      page: {
        headers: {
          "content-security-policy": "script-src 'nonce-N'; connect-src 'self'; frame-ancestors 'none'",
        },
        html: page('<script type="module" nonce="N" src="/widget.js"></script>'),
      },
      front: at("/widget.js", { status: 302, headers: { location: widgetPath } }),
      told: ["csp-widget", /^the policy allows the widget$/],
    },
    "with a file for a language that is not there": {
      page: {
        html: html('<onegini-otp-login></onegini-otp-login><script type="module" src="/xx.js"></script>'),
      },
      front: at("/xx.js", { status: 404 }),
      told: ["page-errors", /^none stops the element; the console has an error: “Failed to load resource/],
    },
    "whose page has a <base>": {
      page: {
        headers: { "content-security-policy": "frame-ancestors 'none'" },
        html: '<!doctype html><base href="/otp-login/assets/"><script type="module" src="onegini-otp-login.js"></script><onegini-otp-login></onegini-otp-login>',
      },
      told: ["element", /^in view, shows a code$/],
    },
    "whose script takes the element out of a template": {
      page: {
        html: html(
          '<body><template><onegini-otp-login></onegini-otp-login></template><script src="/app.js"></script>',
        ),
      },
      front: files({
        "/app.js": 'document.body.append(document.querySelector("template").content.cloneNode(true))',
      }),
      told: ["page", /^has the element$/],
    },
    "whose script makes the element by its class, in a shadow root": {
      page: { html: '<!doctype html><body><script type="module" src="/app.js"></script>' },
      front: files({
        "/app.js": `import { OneginiOtpLogin } from "${widgetPath}";
          const host = document.body.appendChild(document.createElement("div"));
          host.attachShadow({ mode: "open" }).append(new OneginiOtpLogin());`,
      }),
      told: ["page-code", /^readable, with modules of \d px$/],
    },
    "in UTF-16, with 200 kB before the element": {
      page: {
        headers: { "content-type": "text/html; charset=utf-16le" },
        html: Buffer.from(
          html(`<!--${" ".repeat(200_000)}--><onegini-otp-login></onegini-otp-login>`),
          "utf16le",
        ),
      },
      told: ["element", /^in view, shows a code$/],
    },
    "whose element is further down": {
      page: {
        ...csp("frame-ancestors 'none'").page,
        html: html('<div style="height: 3000px"></div><onegini-otp-login></onegini-otp-login>'),
      },
      told: ["element", /^in view after scrolling, shows a code$/],
    },
    "with a second element, which is hidden": {
      page: {
        html: html("<onegini-otp-login></onegini-otp-login><onegini-otp-login hidden></onegini-otp-login>"),
      },
      told: ["element", /^in view, shows a code; 1 more, hidden$/],
    },
    "that answers 404, as a host of static files does for each path of an application": {
      page: { status: 404 },
      told: ["page", /^has the element, and answers 404$/],
    },
    "whose element comes late, by a timer": {
      page: { html: html('<body><script src="/app.js"></script>') },
      front: files({
        "/app.js":
          'setTimeout(() => document.body.append(document.createElement("onegini-otp-login")), 3000)',
      }),
      told: ["element", /^in view, shows a code$/],
    },
    "whose script comes when somebody scrolls to the element": {
      page: {
        ...csp("frame-ancestors 'none'").page,
        html: '<!doctype html><body><div style="height: 4000px"></div><onegini-otp-login></onegini-otp-login><script src="/app.js"></script>',
      },
      front: files({
        "/app.js": `new IntersectionObserver(([entry]) => { if (entry.isIntersecting) import("${widgetPath}") }).observe(document.querySelector("onegini-otp-login"))`,
      }),
      told: ["element", /^in view after scrolling, shows a code$/],
    },
    "whose second element is out of sight": {
      page: {
        ...csp("frame-ancestors 'none'").page,
        html: html(
          '<onegini-otp-login></onegini-otp-login><onegini-otp-login style="position: absolute; top: 0; transform: translateX(-9999px)"></onegini-otp-login>',
        ),
      },
      told: ["element", /^in view, shows a code; 1 more, hidden$/],
    },
    "from right to left, and wider than the window": {
      page: {
        ...csp("frame-ancestors 'none'").page,
        html: html(
          '<onegini-otp-login></onegini-otp-login><div style="inline-size: 3000px; block-size: 1px"></div>',
        ).replace('lang="en"', 'lang="en" dir="rtl"'),
      },
      told: ["page-code", /^readable/],
    },
    "whose code fades in": {
      page: {
        ...csp("frame-ancestors 'none'").page,
        html: html(
          "<style>@keyframes in { from { opacity: 0 } } onegini-otp-login { animation: in 3s }</style><onegini-otp-login></onegini-otp-login>",
        ),
      },
      told: ["page-code", /^readable/],
    },
    "that tries to open the app first": {
      page: {
        ...csp("frame-ancestors 'none'").page,
        html: html(
          '<onegini-otp-login></onegini-otp-login><script>setTimeout(() => (location = "myapp://login"), 500)</script>',
        ),
      },
      told: ["page", /^has the element$/],
    },
    "that a server sends in pieces": {
      pieces: true,
      told: ["page", /^has the element$/],
    },
    "that waits for the button": {
      page: { html: html("<onegini-otp-login manual></onegini-otp-login>") },
      told: ["element", /^in view, waits for its button \(manual\)$/],
      unknown: ["page-code", "page-stream"],
    },
    "in a language that the widget does not have": {
      page: { html: html("<onegini-otp-login lang=fi></onegini-otp-login>") },
      told: ["language", /^en: there is none for fi$/],
    },
    "whose own script fails beside the element": {
      page: { html: html('<onegini-otp-login></onegini-otp-login><script src="/app.js"></script>') },
      front: files({ "/app.js": "missing.start()" }),
      told: ["page-errors", /\/app\.js, line 1: ReferenceError: missing is not defined/],
    },
    "whose service worker answers for the script": {
      ...behindServiceWorker(
        "/widget.js",
        `if (event.request.url.endsWith("/widget.js")) event.respondWith(fetch("${widgetPath}").then(async (answer) => new Response(await answer.text(), answer)))`,
      ),
      told: [
        "widget-script",
        /^\/widget\.js registers the element \(200, text\/javascript, .*from a service worker\)$/,
      ],
    },
    "that X-Frame-Options protects": {
      page: { headers: { "content-security-policy": undefined, "x-frame-options": "SAMEORIGIN" } },
      told: ["csp-framing", /^other sites cannot show/],
    },
  };
  for (const [
    title,
    {
      told: [check, expected],
      args = [],
      unknown = [],
      ...site
    },
  ] of Object.entries(right))
    it(title, async (t) => {
      const run = await look(t, site, ...args);
      assertFailed(run, []);
      assert.deepEqual(notTold(run), unknown);
      assert.match(says(run, check), expected);
    });
});

describe("doctor --site could not tell", () => {
  it("what is behind a bot check", async (t) => {
    const run = await look(t, { front: botCheck });
    assertFailed(run, []);
    assert.match(says(run, "page"), /^a bot check \(Cloudflare\) answers instead, 403: .*--header/);
    for (const check of ["widget-script", "login-api", "status", "stream"])
      assert.ok(notTold(run).includes(check), check);
  });

  const unseen: [title: string, site: Site, check: string, says: RegExp][] = [
    [
      "whether an element in a frame works",
      { page: { html: '<!doctype html><iframe src="http://127.0.0.1:1/"></iframe>' } },
      "page",
      /^it has no <onegini-otp-login> itself, but a frame: if the element is there, give its address/,
    ],
    [
      "whether a click brings the element that is not there",
      { page: { html: html("<template><onegini-otp-login></onegini-otp-login></template>") } },
      "page",
      /^it has no <onegini-otp-login> now, although a script registers it: .* \(a <template> has it\)$/,
    ],
    [
      "whether the code of a hidden element can be read",
      { page: { html: html("<dialog><onegini-otp-login></onegini-otp-login></dialog>") } },
      "element",
      /^it is hidden/,
    ],
    [
      "whether a code can be read that something covers",
      {
        page: {
          headers: { "content-security-policy": "frame-ancestors 'none'" },
          html: html(
            '<onegini-otp-login></onegini-otp-login><cookie-banner style="position: fixed; inset: 0; background: #fff"></cookie-banner>',
          ),
        },
      },
      "page-code",
      /^<cookie-banner> covers it/,
    ],
    [
      "what a script does that never answers",
      {
        page: { html: html("<onegini-otp-login></onegini-otp-login>").replace(widgetPath, "/slow.js") },
        never: "/slow.js",
      },
      "widget-script",
      /^not done in 4 s, waiting for http:\/\/localhost:\d+\/slow\.js$/,
    ],
  ];
  for (const [title, site, check, expected] of unseen)
    it(title, async (t) => {
      const run = await look(t, site);
      assertFailed(run, []);
      assert.match(says(run, check), expected);
    });

  it("whether processes share a store where a limit stops the questions", async (t) => {
    let count = 0;
    const run = await look(t, {
      front: (request) => (isStatus(request) && ++count > 3 ? { status: 429, body: "Slow down" } : undefined),
    });
    assertFailed(run, []);
    assert.match(
      says(run, "status"),
      /^pending, but after 3 answers a rate limit in front of it answers 429/,
    );
  });
});

describe("doctor --site --header", () => {
  it("sends them with each request, and never shows them", async (t) => {
    const password = "a-password-of-the-operator";
    const basicOf = Buffer.from(`staging:${password}`).toString("base64");
    const got: (string | undefined)[] = [];
    const run = await look(
      t,
      {
        front(request) {
          got.push(request.headers.authorization);
          // A server that repeats what it gets.
          return request.url === "/login" && request.headers["x-bypass"] === undefined
            ? { status: 500 }
            : request.method === "GET" && request.url === "/login"
              ? {
                  status: 302,
                  headers: {
                    location: `https://www.example.com/?${basicOf}&${password}&${String(request.headers["x-bypass"])}`,
                  },
                }
              : undefined;
        },
      },
      ...["--header", `Authorization: Basic ${basicOf}`, "--header", "X-Bypass: a-token-of-the-firewall"],
    );
    assertFailed(run, ["page"]);
    assert.match(says(run, "page"), /redirects to https:\/\/www\.example\.com\/\?/);
    assert.ok(got.length > 3 && got.every((each) => each === `Basic ${basicOf}`), String(got));
    assertNoSecrets(run, { password, basicOf, token: "a-token-of-the-firewall" });
  });

  it("does not send them to another origin for a script", async (t) => {
    const elsewhere: (string | undefined)[] = [];
    const other = await runSite(t, {
      front(request) {
        elsewhere.push(request.headers.authorization ?? "none");
        return {
          headers: { "content-type": "text/javascript", "access-control-allow-origin": "*" },
          body: widgetFile,
        };
      },
    });
    const run = await look(
      t,
      {
        page: {
          headers: { "content-security-policy": "frame-ancestors 'none'" },
          html: page(`<script type="module" src="${new URL("/widget.js", other).href}"></script>`),
        },
      },
      ...["--header", "Authorization: Bearer a-token-of-the-operator"],
    );
    assertFailed(run, []);
    assert.deepEqual(elsewhere, ["none"]);
  });
});
