import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { assertFailed, checksThat, foundIn, runDoctor } from "./run-doctor.js";
import { runSite, type Site } from "./running-site.js";

type Headers = Record<string, string | string[] | undefined>;

const csp = (value: string | undefined): Site => ({
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

const broken: (Site & { title: string; expected: string[]; says: RegExp; streamMs?: number })[] = [
  { title: "there is no login page", page: { status: 404 }, expected: ["page"], says: /answers 404/ },
  {
    title: "the login page is at another address",
    page: { status: 302, headers: { location: "/log-in" } },
    expected: ["page"],
    says: /redirects to \/log-in/,
  },
  {
    title: "the policy forbids calls",
    ...csp("default-src 'none'; script-src 'self'; frame-ancestors 'none'"),
    expected: ["csp-widget"],
    says: /add 'self' to connect-src/,
  },
  {
    title: "the policy forbids the script",
    ...csp("script-src https://cdn.example; connect-src 'self'; frame-ancestors 'none'"),
    expected: ["csp-widget"],
    says: /add 'self' to script-src/,
  },
  {
    title: "a policy in the page forbids what the widget writes",
    page: {
      html: `<meta http-equiv="Content-Security-Policy" content="require-trusted-types-for 'script'; trusted-types mine">
        <onegini-otp-login></onegini-otp-login>`,
    },
    expected: ["csp-widget"],
    says: /add lit-html to trusted-types/,
  },
  {
    title: "other sites may show the page in a frame",
    ...csp(undefined),
    expected: ["csp-framing"],
    says: /frame-ancestors 'none'/,
  },
  {
    title: "the proxy does not pass the path on",
    api: 404,
    expected: ["login-api"],
    says: /Two faults look alike: the proxy does not pass \/otp-login on/,
  },
  {
    title: "the service is not started",
    api: 502,
    expected: ["login-api"],
    says: /Two faults look alike: the kit's server or the service is not started/,
  },
  {
    title: "the Token Server refuses the service",
    service: ["--client-secret", "another-secret"],
    expected: ["login-api"],
    says: /server_error.*without --site/s,
  },
  {
    title: "the service has another origin",
    service: ["--origin", "https://www.example.com"],
    expected: ["origin"],
    says: /Set origin to http:\/\/localhost:\d+/,
  },
  {
    title: "a proxy writes its own origin over the browser's",
    request(headers: Headers) {
      headers["origin"] = `http://${String(headers["host"])}`;
      headers["sec-fetch-site"] = "same-origin";
    },
    expected: ["other-origins"],
    says: /another site may start logins/,
  },
  {
    title: "Content-Type is changed",
    answer(headers: Headers) {
      if (headers["content-type"] === "application/json") headers["content-type"] = "text/plain";
    },
    expected: ["content-type"],
    says: /text\/plain, in place of application\/json/,
  },
  {
    title: "Cache-Control is removed",
    answer: (headers: Headers) => void delete headers["cache-control"],
    expected: ["cache-control"],
    says: /a cache may keep a code/,
  },
  {
    title: "the cookie is removed",
    ...cookie(() => undefined),
    expected: ["cookie"],
    says: /Two faults look alike: the proxy removes it/,
  },
  {
    title: "the cookie loses HttpOnly",
    ...cookie((text) => text.replace(/; *HttpOnly/i, "")),
    expected: ["cookie"],
    says: /HttpOnly is missing/,
  },
  {
    title: "the cookie's SameSite is changed",
    ...cookie((text) => text.replace(/SameSite=Lax/i, "SameSite=None")),
    expected: ["cookie"],
    says: /SameSite=Lax is missing/,
  },
  {
    title: "the cookie's path is changed",
    ...cookie((text) => text.replace(/Path=\//i, "Path=/otp-login")),
    expected: ["cookie"],
    says: /Path=\/ is missing/,
  },
  {
    title: "the cookie gets a domain and a life of its own",
    ...cookie((text) => `${text}; Domain=localhost; Max-Age=3600`),
    expected: ["cookie"],
    says: /it has a Domain, it outlives the browser's session/,
  },
  {
    title: "the proxy removes the browser's cookie",
    request: (headers: Headers) => void delete headers["cookie"],
    expected: ["status"],
    says: /These look alike: the cookie does not come back/,
  },
  {
    title: "the proxy holds the stream back, headers and all",
    stream: "held",
    streamMs: 500,
    expected: ["stream"],
    says: /not even its headers came/,
  },
  {
    title: "the proxy holds the stream's events back",
    stream: "body-held",
    streamMs: 500,
    expected: ["stream"],
    says: /its headers came, and no status.*proxy_buffering off/s,
  },
  {
    title: "the proxy compresses the stream",
    stream: "compressed",
    streamMs: 500,
    expected: ["stream"],
    says: /it is compressed \(gzip\)/,
  },
  {
    title: "the proxy does not pass Accept on",
    request(headers: Headers) {
      headers["accept"] = "*/*";
    },
    expected: ["stream"],
    says: /in place of text\/event-stream/,
  },
  {
    title: "the clocks differ",
    answer(headers: Headers) {
      headers["date"] = new Date(Date.now() - 120_000).toUTCString();
    },
    expected: ["clock"],
    says: /12\d s behind this machine's/,
  },
];

describe("doctor --site names what is wrong with a running site, and nothing else, when", () => {
  for (const { title, expected, says, streamMs = 30_000, ...site } of broken)
    it(title, async (t) => {
      const page = await runSite(t, site);
      const run = await runDoctor(t, ["--site", page, "--json"], { streamMs });
      assertFailed(run, expected);
      const [line] = foundIn(run).checks.filter(({ result }) => result === "failed");
      assert.match(`${line?.says}\n${line?.fix}`, says);
    });

  it("finds nothing wrong with a site that is right, and shows no code and no cookie of it", async (t) => {
    const run = await runDoctor(t, ["--site", await runSite(t, {}), "--json"]);
    assertFailed(run, []);
    assert.deepEqual(
      checksThat(run, "unknown").filter((check) => !check.startsWith("tls-")),
      ["hsts"],
    );
    assert.equal(foundIn(run).kind, "site");
    assert.doesNotMatch(run.stdout + run.report, /[\w-]{40,}/);
  });
});

describe("doctor --site with --api-origin, of a site whose login API is at another origin,", () => {
  /** What doctor finds, and the login API's origin. */
  async function findApart(t: TestContext, site: Site) {
    let apiOrigin = "";
    const page = await runSite(t, { ...site, apart: (origin) => void (apiOrigin = origin) });
    const run = await runDoctor(t, ["--site", page, "--api-origin", apiOrigin, "--json"]);
    return { run, apiOrigin, origin: new URL(page).origin };
  }
  const policy = (connect: string): Site =>
    csp(`default-src 'none'; script-src 'self'; connect-src ${connect}; frame-ancestors 'none'`);

  it("finds nothing wrong with one that is right", async (t) => {
    const { run, origin } = await findApart(t, policy("http://localhost:*"));
    assertFailed(run, []);
    assert.deepEqual(
      checksThat(run, "unknown").filter((check) => !check.startsWith("tls-")),
      ["hsts"],
    );
    assert.equal(foundIn(run).checks.find(({ check }) => check === "origin")?.says, `${origin}, with CORS`);
  });

  it("names a policy that allows calls to the page's own origin only", async (t) => {
    const { run, apiOrigin } = await findApart(t, policy("'self'"));
    assertFailed(run, ["csp-widget"]);
    assert.match(run.stdout, new RegExp(`add ${apiOrigin} to connect-src`));
  });

  it("names a proxy that removes the CORS headers", async (t) => {
    const answer = (headers: Headers) => void delete headers["access-control-allow-origin"];
    const { run, apiOrigin } = await findApart(t, { ...policy("*"), answer });
    assertFailed(run, ["origin"]);
    assert.match(run.stdout, new RegExp(`may not read the answer.* api-origin to ${apiOrigin}`, "s"));
  });

  it("names the two settings where the page is refused", async (t) => {
    const service = ["--origin", "http://localhost:1"];
    const { run, apiOrigin, origin } = await findApart(t, { ...policy("*"), service });
    assertFailed(run, ["origin"]);
    assert.match(run.stdout, new RegExp(`Set origin to ${origin},.* and api-origin to ${apiOrigin}`));
  });
});
