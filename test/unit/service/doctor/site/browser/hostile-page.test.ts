import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { temporaryFolder } from "../../../../../support/temporary-folder.js";
import { checksThat, foundIn, runDoctor } from "../../run-doctor.js";
import { runSite, type Site } from "../../running-site.js";

const page = (script: string): Site => ({
  page: {
    headers: { "content-security-policy": "frame-ancestors 'none'" },
    html: `<!doctype html><body><script>${script}</script>`,
  },
});

const limits = { totalMs: 8_000 };
const none = /^it has no <onegini-otp-login>/;

/** What a page does, and what doctor says of the page. */
const pages: Record<string, readonly [site: Site, says: RegExp]> = {
  "never comes to rest": [page("for (;;);"), /^not done in 8 s: the page's scripts did not come to rest$/],
  "asks questions": [
    page("for (let i = 0; i < 20; i++) { alert(i); confirm(i); prompt(i) } onbeforeunload = () => 'no'"),
    none,
  ],
  "opens windows": [page("for (let i = 0; i < 10; i++) open('/login?' + i)"), none],
  "sends a file": [
    {
      ...page("location = '/file'"),
      front: ({ url }) =>
        url === "/file"
          ? {
              headers: { "content-type": "application/octet-stream", "content-disposition": "attachment" },
              body: "x",
            }
          : undefined,
    },
    none,
  ],
  "closes itself": [
    page("open('', '_self').close()"),
    /^the page closed itself$|^it has no <onegini-otp-login>/,
  ],
  "goes elsewhere again and again": [page("location = '/login?' + Math.random()"), /^it redirects too often/],
  "fills the memory from WebAssembly": [
    page(
      "const all = []; for (;;) { const memory = new WebAssembly.Memory({ initial: 1600 }); new Uint8Array(memory.buffer).fill(1); all.push(memory) }",
    ),
    /^the page took more than 700 MB of memory$/,
  ],
  "has too much to ask for": [
    page("(async () => { for (let i = 0; ; i++) await fetch('/login?' + i) })()"),
    /^the page made more than 1000 requests, the last to http:\/\/localhost:\d+\/login\?\d+$/,
  ],
  "stops at breakpoints": [page("for (let i = 0; i < 100; i++) debugger"), none],
  "starts workers that never rest": [
    page("for (let i = 0; i < 20; i++) new Worker(URL.createObjectURL(new Blob(['for (;;);'])))"),
    none,
  ],
  "throws long and hidden words": [
    page(
      "for (let i = 0; i < 200; i++) setTimeout(() => { throw new Error('\\u001b[2J\\u202e' + 'y'.repeat(100000) + i) })",
    ),
    none,
  ],
};

describe("doctor ends with a result, and leaves no folder, when a page", () => {
  for (const [title, [site, expected]] of Object.entries(pages))
    it(title, async (t) => {
      const folder = temporaryFolder(t);
      const { TMPDIR } = process.env;
      t.after(() => (TMPDIR === undefined ? delete process.env["TMPDIR"] : (process.env["TMPDIR"] = TMPDIR)));
      process.env["TMPDIR"] = folder;
      const run = await runDoctor(t, ["--site", await runSite(t, site), "--json"], { limits });
      const line = foundIn(run).checks.find(({ check }) => check === "page");
      // On a busy machine each may take all of its time.
      assert.match(line?.says ?? "", new RegExp(`${expected.source}|^not done in 8 s`));
      assert.ok(checksThat(run, "ok").includes("login-api"));
      assert.doesNotMatch(run.stdout + run.stderr + run.report, /[\u0000-\u0009\u000b-\u001f\u202e]/);
      // The test's own report is there too.
      assert.deepEqual(
        readdirSync(folder).filter((name) => !name.startsWith("onegini-otp-login-")),
        [],
      );
    });
});
