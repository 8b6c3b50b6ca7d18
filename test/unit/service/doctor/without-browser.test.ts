import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checksThat, foundIn, runDoctor } from "./run-doctor.js";
import { runSite } from "./running-site.js";
import { siteFaults } from "./site-faults.js";

/** What takes a browser to see. */
const seenByBrowser = [
  "widget-script",
  "csp-widget",
  "element",
  "page-code",
  "page-stream",
  "language",
  "page-errors",
];

describe(
  "doctor --site --no-browser names what needs none, and nothing wrong, when",
  { concurrency: 4 },
  () => {
    for (const [title, { fails, streamMs = 30_000, ...site }] of Object.entries(siteFaults))
      it(title, async (t) => {
        const page = await runSite(t, site);
        const run = await runDoctor(t, ["--site", page, "--json", "--no-browser"], { streamMs });
        const [check] = fails;
        const failed = checksThat(run, "failed");
        assert.ok(failed.length === 0 || (failed.length === 1 && failed[0] === check), run.stdout);
        const isSeen = seenByBrowser.includes(check) || /<onegini-otp-login>|endpoint/.test(String(fails[1]));
        if (!isSeen && !title.includes("a login API that is not there"))
          assert.deepEqual(failed, [check], run.stdout);
      });
  },
);

describe("doctor --site without a browser", () => {
  it("says so in one line, and checks everything that needs none", async (t) => {
    const page = await runSite(t, {});
    for (const [flag, why] of [
      ["--no-browser", "no browser is used (--no-browser)"],
      ["--browser=/nowhere/chrome", "--browser is not a program: /nowhere/chrome"],
    ] as const) {
      const run = await runDoctor(t, ["--site", page, flag]);
      assert.equal(run.exit, 0);
      assert.ok(
        run.stdout.includes(
          `  ? ${why}:\n      Login page; Widget's script; Login page's policy, for the widget; Element; Code on the page;\n      Stream on the page; Element's language; Page's errors\n`,
        ),
        run.stdout,
      );
      const json = await runDoctor(t, ["--site", page, flag, "--json"]);
      const unknown = checksThat(json, "unknown").filter((check) => !/^(?:tls-|hsts)/.test(check));
      assert.deepEqual(unknown, ["page", ...seenByBrowser]);
      assert.equal(foundIn(json).checks.find(({ check }) => check === "status")?.result, "ok");
    }
  });

  it("is not the same as a page that does not answer", async (t) => {
    const page = await runSite(t, { page: { status: 500 } });
    assert.deepEqual(checksThat(await runDoctor(t, ["--site", page, "--no-browser", "--json"]), "failed"), [
      "page",
    ]);
  });
});
