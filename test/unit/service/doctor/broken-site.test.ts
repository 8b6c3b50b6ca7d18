import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { assertFailed, assertOneFails, checksThat, foundIn, runDoctor } from "./run-doctor.js";
import { runSite, type Site } from "./running-site.js";

import { csp, siteFaults, widgetPath, type Headers } from "./site-faults.js";

// Side by side: each has a site of its own, which takes a moment to close.
describe(
  "doctor --site names what is wrong with a running site, and nothing else, when",
  { concurrency: 4 },
  () => {
    for (const [title, { fails, streamMs = 30_000, ...site }] of Object.entries(siteFaults))
      it(title, async (t) => {
        const page = await runSite(t, site);
        assertOneFails(await runDoctor(t, ["--site", page, "--json"], { streamMs }), fails);
      });

    it("finds nothing wrong with a site that is right, and shows no code and no cookie of it", async (t) => {
      const run = await runDoctor(t, ["--site", await runSite(t, {}), "--json"]);
      assertFailed(run, []);
      const unknown = checksThat(run, "unknown").filter((check) => !check.startsWith("tls-"));
      assert.deepEqual(unknown, ["hsts"]);
      assert.equal(foundIn(run).kind, "site");
      assert.doesNotMatch(run.stdout + run.report, /[\w-]{40,}/);
    });
  },
);

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
    const unknown = checksThat(run, "unknown").filter((check) => !check.startsWith("tls-"));
    assert.deepEqual(unknown, ["hsts"]);
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
    assert.match(run.stdout, new RegExp(`cannot read the answer.* api-origin to ${apiOrigin}`, "s"));
  });

  it("names a proxy that does not pass OPTIONS on", async (t) => {
    const front: Site["front"] = ({ method }) => (method === "OPTIONS" ? { status: 405 } : undefined);
    const { run } = await findApart(t, { ...policy("*"), front });
    assertFailed(run, ["origin"]);
    assert.match(run.stdout, /the preflight \(OPTIONS\) is answered 405/);
  });

  it("names a proxy that lets each origin read", async (t) => {
    const answer: Site["answer"] = (headers, asked) => {
      headers["access-control-allow-origin"] = asked["origin"];
      headers["access-control-allow-credentials"] = "true";
    };
    const { run } = await findApart(t, { ...policy("*"), answer });
    assertFailed(run, ["other-origins"]);
  });

  it("names a script of that origin that a page may not read", async (t) => {
    let apiOrigin = "";
    const front: Site["front"] = ({ url }) =>
      url === "/login"
        ? {
            headers: { "content-type": "text/html" },
            body: `<!doctype html><onegini-otp-login></onegini-otp-login>
              <script type="module" src="${apiOrigin}${widgetPath}"></script>`,
          }
        : undefined;
    const answer: Site["answer"] = (headers) => {
      if (/javascript/.test(String(headers["content-type"]))) delete headers["access-control-allow-origin"];
    };
    const page = await runSite(t, { front, answer, apart: (origin) => void (apiOrigin = origin) });
    const run = await runDoctor(t, ["--site", page, "--api-origin", apiOrigin, "--json"]);
    const [line] = foundIn(run).checks.filter(({ check }) => check === "widget-script");
    assert.equal(line?.result, "failed");
    assert.match(line.says, /it is from another origin, without Access-Control-Allow-Origin for http:/);
  });

  it("names the two settings where the page is refused", async (t) => {
    const service = ["--origin", "http://localhost:1"];
    const { run, apiOrigin, origin } = await findApart(t, { ...policy("*"), service });
    assertFailed(run, ["origin"]);
    assert.match(run.stdout, new RegExp(`Set origin to ${origin},.* and api-origin to ${apiOrigin}`));
  });
});
