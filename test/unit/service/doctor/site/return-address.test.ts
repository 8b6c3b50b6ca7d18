import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import { describe, it, type TestContext } from "node:test";
import { readDoctorOptions } from "../../../../../src/service/doctor/doctor-options.js";
import { listen } from "../../../../support/listen.js";
import { assertFailed, assertOneFails, checksThat, foundIn, runDoctor, type Run } from "../run-doctor.js";
import { runSite, type Reply } from "../running-site.js";
import { basic, botCheck, integrityOf, widgetFile } from "../site-faults.js";

type Answer = (request: IncomingMessage) => Reply | "never" | undefined;

/** A site of static files, by their paths. Resolves to its origin. */
const serve = (t: TestContext, answer: Answer): Promise<string> =>
  listen(
    t,
    createServer((request, response) => {
      const reply = answer(request) ?? (request.url === "/widget.js" ? script(widgetFile) : { status: 404 });
      if (reply === "never") return;
      response
        .writeHead(reply.status ?? 200, { "content-type": "text/html", ...reply.headers })
        .end(reply.body);
    }),
  );

const script = (body: string | Buffer): Reply => ({ headers: { "content-type": "text/javascript" }, body });

const load = '<script type="module" src="/widget.js"></script>';
const element =
  '<onegini-otp-login app-link="https://app.example/open#otp={otp}&amp;browser={browser}"></onegini-otp-login>';
const html = (body: string): string => `<!doctype html><html lang="en"><title>Log in</title>${body}</html>`;
const right = html(load + element);

/** What else a site has, besides its page at `/login`. `elsewhere`: another origin, with a script at each path. */
interface Case {
  page?: (elsewhere: string) => string;
  front?: (elsewhere: string) => Answer;
}

/** Looks at the address `/login` of a site. */
async function look(t: TestContext, { page, front }: Case, ...args: string[]) {
  const asked: IncomingMessage[] = [];
  const elsewhere = await serve(t, (request) => {
    asked.push(request);
    if (request.url === "/frame") return { body: '<script src="/a.js"></script>' };
    return {
      headers: { "content-type": "text/javascript", "access-control-allow-origin": "*" },
      body: "globalThis.seen = location.href",
    };
  });
  const origin = await serve(
    t,
    (request) =>
      front?.(elsewhere)(request) ??
      (request.url === "/login" ? { body: page?.(elsewhere) ?? right } : undefined),
  );
  const run = await runDoctor(t, ["--return", `${origin}/login`, "--json", ...args]);
  return { run, origin, elsewhere, asked };
}

const at =
  (path: string, reply: Reply | "never"): Answer =>
  ({ url }) =>
    url === path ? reply : undefined;
const toPath = (status: number, location: string) => at("/login", { status, headers: { location } });

const says = (run: Run, check: string): string =>
  foundIn(run).checks.find((line) => line.check === check)?.says ?? "";
const notTold = (run: Run): string[] => checksThat(run, "unknown").filter((check) => !/^tls-/.test(check));

const faults: Record<string, Case & { fails: [check: string, says: RegExp] }> = {
  "redirects to another origin": {
    front: (elsewhere) => toPath(302, `${elsewhere}/sign-in`),
    fails: [
      "return-address",
      /^it answers 302 and redirects to http:\/\/127\.0\.0\.1:\d+\/sign-in, which is another origin: the number in the fragment goes there too\n/,
    ],
  },
  "redirects to the same address with a slash": {
    front: () => toPath(301, "/login/"),
    fails: ["return-address", /^it answers 301 and redirects to http:.*\/login\/: .*some browsers lose/],
  },
  "goes elsewhere by a script": {
    page: () => html('<script>location.replace("/de/login")</script>'),
    front: () => at("/de/login", { body: right }),
    fails: ["return-address", /^it answers 200, but then goes on to http:.*\/de\/login\n/],
  },
  "goes to another origin by itself": {
    page: (elsewhere) => html(`<meta http-equiv="refresh" content="0; url=${elsewhere}/sign-in">`),
    fails: ["return-address", /^it answers 200, but then goes on to http:.*\/sign-in\n/],
  },
  "is not there": {
    front: () => at("/login", { status: 404 }),
    fails: ["return-address", /^it answers 404\n.*--return/],
  },
  "is behind a proxy without a server": {
    front: () => at("/login", { status: 503 }),
    fails: ["return-address", /^it answers 503\n/],
  },
  "is no page": {
    front: () =>
      at("/login", { headers: { "content-type": "application/json" }, body: JSON.stringify(right) }),
    fails: ["return-address", /^its Content-Type is application\/json instead of text\/html\n/],
  },
  "requires basic authentication": {
    front: () => basic,
    fails: ["return-address", /HTTP authentication \(401, Basic\).*--header/s],
  },
  "has no element": {
    page: () => html("<h1>Hello</h1>"),
    fails: ["return-element", /^it has no <onegini-otp-login>\n.*--return/],
  },
  "has it in a comment, an attribute, a text field and a template only": {
    page: () =>
      html(
        `<!-- ${element} --><p title='<onegini-otp-login app-link="a">'><textarea>${element}</textarea><template>${element}</template>`,
      ),
    fails: ["return-element", /^it has no <onegini-otp-login>; a <template> has it/],
  },
  "has an element that no script registers": {
    page: () => html(`<script type="module" src="/gone.js"></script>${element}`),
    fails: ["return-element", /^no script registers it: \/gone\.js: .*404.*\n.*doctor --site/s],
  },
  "has an element without app-link": {
    page: () => html(`${load}<onegini-otp-login></onegini-otp-login>`),
    fails: ["return-element", /^it has no app-link, so it does not read #otp-return\n/],
  },
  "has an app-link without {browser}": {
    page: () => right.replace("&amp;browser={browser}", ""),
    fails: ["return-element", /^its app-link has no \{browser\}.*\n.*&browser=\{browser\}/],
  },
  "has a widget that is older than the way back": {
    page: () => html(`<script src="/old.js"></script>${element}`),
    front: () =>
      at("/old.js", script('customElements.define("onegini-otp-login", class extends HTMLElement {})')),
    fails: ["return-element", /^it leaves #otp-return in the address\n.*older/],
  },
  "has a script that takes the fragment away": {
    page: () => html(`<script>history.replaceState(null, "", location.pathname)</script>${load}${element}`),
    fails: ["return-element", /^something else took #otp-return out of the address/],
  },
  "has scripts of two others, of which a script adds one": {
    page: (elsewhere) =>
      html(
        `<SCRIPT SRC=${elsewhere}/a.js></SCRIPT><script src='${elsewhere.replace("127.0.0.1", "localhost")}/b.js'></script>${load}${element}`,
      ),
    fails: [
      "return-scripts",
      /^it loads scripts of http:\/\/127\.0\.0\.1:\d+ and http:\/\/localhost:\d+, which can read the number\n/,
    ],
  },
  "has a script that adds one of others": {
    page: () => html(`${load}${element}<script src="/tags.js"></script>`),
    front: (elsewhere) =>
      at(
        "/tags.js",
        script(
          `document.head.append(Object.assign(document.createElement("script"), { src: "${elsewhere}/a.js" }))`,
        ),
      ),
    fails: ["return-scripts", /^it loads scripts of http:\/\/127\.0\.0\.1:\d+, which can/],
  },
  "imports a script of others": {
    page: (elsewhere) => html(`${load}${element}<script type="module">import "${elsewhere}/a.js"</script>`),
    fails: ["return-scripts", /^it loads scripts of http/],
  },
  "has scripts of others in a frame of its own": {
    page: (elsewhere) =>
      html(`${load}${element}<iframe srcdoc='<script src="${elsewhere}/a.js"></script>'></iframe>`),
    fails: ["return-scripts", /^it loads scripts of http/],
  },
  "has a <base> of others": {
    page: (elsewhere) => html(`${load}<base href="${elsewhere}"><script src="a.js"></script>${element}`),
    fails: ["return-scripts", /^it loads scripts of http/],
  },
};

const fine: Record<string, Case & { args?: string[]; told?: [check: string, says: RegExp] }> = {
  "is right": {
    told: ["return-element", /^has app-link with \{browser\}, and takes #otp-return out of the address$/],
  },
  "keeps a page that opens it from changing its address": {
    front: () => at("/login", { headers: { "cross-origin-opener-policy": "same-origin" }, body: right }),
    told: ["return-address", /^answers 200 by itself$/],
  },
  "is drawn by a script": {
    page: () => html('<div id="app"></div><script src="/app.js"></script>'),
    front: () =>
      at(
        "/app.js",
        script(`import("/widget.js").then(() => {
          const element = document.createElement("onegini-otp-login");
          element.appLink = "https://app.example/#otp={otp}&browser={browser}";
          document.getElementById("app").append(element);
        })`),
      ),
  },
  "has scripts of others where none is loaded": {
    page: (elsewhere) =>
      html(
        `<!-- <script src="${elsewhere}/a.js"></script> --><p title='<script src="${elsewhere}/a.js"></script>'>
        <textarea><script src="${elsewhere}/a.js"></script></textarea><template><script src="${elsewhere}/a.js"></script></template>
        <script type="text/plain" src="${elsewhere}/a.js"></script><img src="${elsewhere}/a.png" alt=""><a href="${elsewhere}">A</a>
        ${load}${element}`,
      ),
  },
  "has frames of other origins, which have scripts of their own": {
    page: (elsewhere) =>
      html(
        `${load}${element}<iframe src="${elsewhere}/frame"></iframe><iframe src="${elsewhere.replace("127.0.0.1", "localhost")}/frame"></iframe>`,
      ),
  },
  "has the widget of a host of files, with its hash": {
    page: (elsewhere) =>
      html(
        `<script type="module" src="${elsewhere}/a.js" crossorigin integrity="${integrityOf("globalThis.seen = location.href")}"></script>${load}${element}`,
      ),
  },
  "is behind basic authentication, with --header": {
    front: () => (request) => basic(request) ?? undefined,
    args: ["--header", `Authorization: Basic ${Buffer.from("staging:a-long-password").toString("base64")}`],
  },
};

describe(
  "doctor --return names what is wrong, and nothing else, when the address",
  { concurrency: 3 },
  () => {
    for (const [title, { fails, ...site }] of Object.entries(faults))
      it(title, async (t) => {
        const { run } = await look(t, site);
        assertOneFails(run, fails);
      });
  },
);

describe("doctor --return finds nothing wrong when the address", { concurrency: 3 }, () => {
  for (const [title, { args = [], told, ...site }] of Object.entries(fine))
    it(title, async (t) => {
      const { run } = await look(t, site, ...args);
      assertFailed(run, []);
      assert.deepEqual(notTold(run), [], run.stdout);
      if (told) assert.match(says(run, told[0]), told[1]);
    });
});

describe("doctor --return", () => {
  it("follows no redirect, and tells no other origin of the way back", async (t) => {
    const { asked } = await look(t, faults["redirects to another origin"]!);
    assert.deepEqual(asked, []);
  });

  it("begins no login", async (t) => {
    const posts: (string | undefined)[] = [];
    await look(t, {
      front: () => (request) => {
        if (request.method === "POST") posts.push(request.url);
        return undefined;
      },
    });
    assert.deepEqual(posts, []);
  });

  it("waits no longer than for any other call", async (t) => {
    const origin = await serve(t, at("/login", "never"));
    const run = await runDoctor(t, ["--return", `${origin}/login`, "--json", "--no-browser"], {
      timeoutMs: 300,
    });
    assertOneFails(run, ["return-address", /^it answers no answer in 0\.3 s|^no answer in 0\.3 s/]);
  });

  it("could not tell what a page has whose scripts never come to rest", async (t) => {
    const origin = await serve(t, at("/login", { body: html("<script>for (;;);</script>") }));
    const run = await runDoctor(t, ["--return", `${origin}/login`, "--json"], { limits: { totalMs: 8_000 } });
    assertFailed(run, []);
    assert.deepEqual(notTold(run), ["return-element", "return-scripts"]);
    for (const check of notTold(run)) assert.match(says(run, check), /^not done in 8 s/);
  });

  it("could not tell behind a bot check", async (t) => {
    const { run } = await look(t, { front: () => botCheck });
    assertFailed(run, []);
    assert.match(says(run, "return-address"), /^a bot check \(Cloudflare\) answers instead, 403: .*--header/);
    assert.deepEqual(notTold(run), ["return-address", "return-element", "return-scripts"]);
  });

  it("sees a redirect without a browser, and could not tell the rest", async (t) => {
    const { run } = await look(t, {}, "--no-browser");
    assertFailed(run, []);
    assert.match(says(run, "return-address"), /^answers 200 by itself/);
    assert.deepEqual(notTold(run), ["return-element", "return-scripts"]);
    for (const check of notTold(run)) assert.equal(says(run, check), "no browser is used (--no-browser)");
    const redirect = await look(t, faults["redirects to another origin"]!, "--no-browser");
    assertFailed(redirect.run, ["return-address"]);
  });

  it("is an address without fragment, over https except on this machine", () => {
    for (const address of [
      "http://www.example.com",
      "https://www.example.com/#/login",
      "https://a@b.example",
      "x",
    ])
      assert.match(problems("--return", address), /^--return must be the address that the app opens/);
    for (const flag of ["--browser=/a", "--no-browser", "--no-sandbox"])
      assert.equal(readDoctorOptions(["--return=https://www.example.com", flag], {}).kind, "options", flag);
  });

  it("can be given with --site, of the same origin, and its lines come after those of the site", async (t) => {
    assert.match(
      problems("--site=https://www.example.com/login", "--return=https://login.example.com"),
      /^--return is at another origin than --site: run doctor once for each/,
    );
    const page = await runSite(t, {});
    const run = await runDoctor(t, ["--site", page, "--return", page, "--json"]);
    assertOneFails(run, ["return-element", /^it has no app-link/]);
    const { kind, address, checks } = foundIn(run);
    assert.deepEqual([kind, address], ["site", page]);
    assert.deepEqual(checks.map(({ check }) => check).slice(-4), [
      "csp-framing",
      "return-address",
      "return-element",
      "return-scripts",
    ]);
    assert.equal(new Set(checks.map(({ check }) => check)).size, checks.length);
  });
});

function problems(...args: string[]): string {
  const options = readDoctorOptions(args, {});
  return options.kind === "wrong" ? options.problems.join() : assert.fail(options.kind);
}
