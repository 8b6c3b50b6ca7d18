import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { assertFailed, assertNoSecrets, checksThat, foundIn, runDoctor, type Run } from "./run-doctor.js";
import { runSite, type Site } from "./running-site.js";
import { at, basic, botCheck, files, html, isStatus, page, widgetFile, widgetPath } from "./site-faults.js";

const look = async (t: TestContext, site: Site, ...args: string[]): Promise<Run> =>
  runDoctor(t, ["--site", await runSite(t, site), "--json", ...args]);

const says = (run: Run, check: string): string =>
  foundIn(run).checks.find((line) => line.check === check)?.says ?? "";

/** The checks that could not tell, except those of TLS, which a site on this machine does not use. */
const notTold = (run: Run): string[] =>
  checksThat(run, "unknown").filter((check) => !check.startsWith("tls-") && check !== "hsts");

const toGerman = (request: { url?: string | undefined }) =>
  request.url === "/login" ? { status: 302, headers: { location: "/de/anmelden" } } : undefined;

describe("doctor --site finds nothing wrong with a site", () => {
  const right: Record<string, Site & { told: [check: string, says: RegExp]; args?: string[] }> = {
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
        "/app.js": 'import "./a.js"; document.createElement("onegini-otp-login")',
        "/a.js": "import(`./b.js`)",
        "/b.js": 'import "./a.js"; customElements.define("onegini-otp-login", A)',
      }),
      told: ["page", /^\/app\.js adds the element$/],
    },
    "that names the widget in an import map": {
      page: {
        html: page(`<script type="importmap">{"imports":{"onegini-otp-login/":"/otp-login/assets/"}}</script>
          <script type="module">import "onegini-otp-login/onegini-otp-login.js"</script>`),
      },
      told: ["widget-script", /^\/otp-login\/assets\/onegini-otp-login\.js registers the element$/],
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
      told: ["widget-script", /registers the element$/],
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
      ...site
    },
  ] of Object.entries(right))
    it(title, async (t) => {
      const run = await look(t, site, ...args);
      assertFailed(run, []);
      assert.deepEqual(notTold(run), []);
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

  const app = '<!doctype html><div id="app"></div>';
  const unseen: [title: string, site: Site, says: RegExp][] = [
    [
      "whether a script that it cannot find adds the element",
      {
        page: { html: `${app}<script src="/app.js"></script>` },
        front: files({ "/app.js": 'e=document.createElement("script");e.src=a+b' }),
      },
      /it has no <onegini-otp-login> itself; \/app\.js may load scripts from addresses that are not in its text/,
    ],
    [
      "whether an import with a computed name adds the element",
      { page: { html: `${app}<script type="module">import(\`/${"${lang}"}.js\`)</script>` } },
      /an inline script may load scripts/,
    ],
    [
      "whether a script of a host that does not answer adds the element",
      { page: { html: `${app}<script src="http://localhost:1/app.js"></script>` } },
      /http:\/\/localhost:1\/app\.js: ECONNREFUSED/,
    ],
    [
      "what follows the first 100 kB of a page",
      { page: { html: `<!doctype html>${" ".repeat(200_000)}<onegini-otp-login></onegini-otp-login>` } },
      /only its first 100 kB were read/,
    ],
  ];
  for (const [title, site, expected] of unseen)
    it(title, async (t) => {
      const run = await look(t, site);
      assertFailed(run, []);
      assert.match(says(run, "page"), expected);
      assert.match(
        says(run, "widget-script"),
        expected.source.includes("itself") ? /may load scripts/ : expected,
      );
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
