import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, it } from "node:test";
import { listen } from "../../../../../support/listen.js";
import { assertFailed, checksThat, foundIn, runDoctor, type Run } from "../../run-doctor.js";
import { runSite } from "../../running-site.js";
import { csp, files, html } from "../../site-faults.js";

const says = (run: Run, check: string): string =>
  foundIn(run).checks.find((line) => line.check === check)?.says ?? "";

describe("doctor's browser", () => {
  it("sees the element, its phase, its code, its stream and its language", async (t) => {
    const run = await runDoctor(t, ["--site", await runSite(t, {}), "--json"]);
    assertFailed(run, []);
    assert.equal(says(run, "page"), "has the element");
    assert.match(
      says(run, "widget-script"),
      /^\/otp-login\/assets\/onegini-otp-login\.js registers the element \(200, text\/javascript, \d\d kB, Cache-Control: no-cache\)$/,
    );
    assert.equal(says(run, "element"), "in view, shows a code");
    assert.match(says(run, "page-code"), /^readable, with modules of \d px$/);
    assert.match(says(run, "page-stream"), /^the first status arrived after \d+ ms$/);
    assert.equal(says(run, "language"), "en");
    assert.equal(says(run, "page-errors"), "the console has no error");
  });

  it(
    "is not used as root with its sandbox, and doctor says what to do",
    { skip: process.getuid?.() !== 0 },
    async (t) => {
      const page = await runSite(t, {});
      const run = await runDoctor(t, ["--site", page, "--json"], {}, {}, []);
      assertFailed(run, []);
      assert.match(says(run, "page"), /^the browser's sandbox cannot run here .*--no-sandbox/);
      assert.ok(checksThat(run, "ok").includes("status"));
    },
  );
});

describe("doctor's lines", () => {
  it("have no part of a secret that a page repeats where its words are cut", async (t) => {
    const secret = "a-long-token/of+the-operator-1234567890";
    const words = [0, 20, 40, 60, 80].map((count) => `${"a ".repeat(count)}${secret}`);
    const page = await runSite(t, {
      ...csp("frame-ancestors 'none'"),
      page: {
        ...csp("frame-ancestors 'none'").page,
        html: `<title>${"b".repeat(290)}${secret}</title>${html(`<onegini-otp-login></onegini-otp-login><script>${words.map((each) => `console.error("${each}")`).join(";")}</script>`)}`,
      },
    });
    const run = await runDoctor(t, ["--site", page, "--json", "--header", `X-Bypass: ${secret}`]);
    assert.match(says(run, "page-errors"), /\[secret\]/);
    assert.doesNotMatch(run.stdout + run.report, /a-long-token/);
  });
});

describe("doctor itself", () => {
  it("calls no login API at another origin that only the page names, and says how to", async (t) => {
    const agents: (string | undefined)[] = [];
    const elsewhere = await listen(
      t,
      createServer((request, response) => {
        agents.push(request.headers["user-agent"]);
        response.writeHead(404).end();
      }),
    );
    const page = await runSite(t, {
      page: {
        ...csp("frame-ancestors 'none'").page,
        html: html(`<onegini-otp-login endpoint="${elsewhere}/otp-login"></onegini-otp-login>`),
      },
    });
    const run = await runDoctor(t, ["--site", page, "--json"]);
    assert.ok(!agents.some((agent) => agent?.includes("doctor")), String(agents));
    assert.equal(
      says(run, "login-api"),
      `the element calls the login API at ${elsewhere}: run doctor again with --api-origin ${elsewhere}`,
    );
  });

  it("takes the login API at the path where the element calls it, and names another one that was given", async (t) => {
    const page = await runSite(t, {
      service: ["--path", "/api/otp"],
      page: {
        html: html('<onegini-otp-login endpoint="/api/otp/"></onegini-otp-login>').replace(
          "/otp-login/assets",
          "/api/otp/assets",
        ),
      },
      underPath: "/api/otp",
    });
    const run = await runDoctor(t, ["--site", page, "--json"]);
    assertFailed(run, []);
    assert.equal(says(run, "login-api"), "answers at /api/otp");
    const other = await runDoctor(t, ["--site", page, "--json", "--path", "/otp-login"]);
    assert.match(
      says(other, "page"),
      /endpoint is http:\/\/localhost:\d+\/api\/otp\/?, but doctor checked .*\/otp-login$/,
    );
  });
});

describe("doctor's browser and --header", () => {
  it("sends them to the site from the page and its workers, and to no other origin", async (t) => {
    const got = { site: new Map<string, string>(), elsewhere: new Map<string, string>() };
    const elsewhere = await listen(
      t,
      createServer((request, response) => {
        got.elsewhere.set(
          request.url ?? "",
          [request.headers.authorization, request.headers["x-bypass"], request.headers.cookie].join(),
        );
        response
          .writeHead(200, { "access-control-allow-origin": "*", "content-type": "text/javascript" })
          .end("");
      }),
    );
    const everywhere = `fetch("/from-NAME"); fetch("${elsewhere}/from-NAME"); fetch("/to-NAME")`;
    const scripts = Object.fromEntries(
      ["worker", "shared", "service"].map((name) => [`/${name}.js`, everywhere.replaceAll("NAME", name)]),
    );
    const page = await runSite(t, {
      ...csp("frame-ancestors 'none'"),
      page: {
        ...csp("frame-ancestors 'none'").page,
        html: html(`<script src="${elsewhere}/script.js"></script><script src="/app.js"></script>`),
      },
      front(request) {
        const { url = "", headers } = request;
        // Doctor leaves a page that has shown its code: the page has none before every request is here.
        const arrived = [...got.site.keys(), ...got.elsewhere.keys()].filter((path) =>
          /^\/(from|to)-/.test(path),
        );
        if (url === "/arrived") return { body: String(arrived.length) };
        got.site.set(url, [headers.authorization, headers["x-bypass"]].join());
        if (url.startsWith("/to-")) return { status: 302, headers: { location: `${elsewhere}${url}` } };
        if (url.startsWith("/from-")) return { body: "" };
        return files({
          ...scripts,
          "/app.js": `${everywhere.replaceAll("NAME", "page")}; new Worker("/worker.js"); new SharedWorker("/shared.js"); navigator.serviceWorker.register("/service.js");
            const look = async () => (await (await fetch("/arrived")).text()) === "16"
              ? document.body.append(document.createElement("onegini-otp-login"))
              : setTimeout(look, 50);
            look();`,
        })(request);
      },
    });
    const run = await runDoctor(t, [
      ...["--site", page, "--json", "--header", "Authorization: Bearer a-token-of-the-operator"],
      ...["--header", "X-Bypass: a-token-of-the-firewall", "--header", "Cookie: lang=en; seen=1"],
    ]);
    assertFailed(run, []);
    for (const name of ["page", "worker", "shared", "service"]) {
      for (const path of [`/from-${name}`, `/to-${name}`])
        assert.equal(got.site.get(path), "Bearer a-token-of-the-operator,a-token-of-the-firewall", path);
      for (const path of [`/from-${name}`, `/to-${name}`]) assert.equal(got.elsewhere.get(path), ",,", path);
    }
    assert.equal(got.elsewhere.get("/script.js"), ",,");
  });

  it("adds a cookie to those of the browser", async (t) => {
    const cookies = new Set<string>();
    const page = await runSite(t, {
      front({ url = "", headers }) {
        if (/^\/otp-login\/[\w-]{20,}$/.test(url))
          cookies.add((headers.cookie ?? "").replace(/=[\w-]{43}/, "=…"));
        return undefined;
      },
    });
    assertFailed(await runDoctor(t, ["--site", page, "--json", "--header", "Cookie: lang=en; seen=1"]), []);
    assert.deepEqual([...cookies], ["lang=en; seen=1; onegini-otp-login=…"]);
  });
});
