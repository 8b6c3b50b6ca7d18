import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { after, before, describe, test, type TestContext } from "node:test";
import type { Browser, Page } from "playwright-core";
import { createServer as createVite } from "vite";
import { launchBrowser } from "../support/browser.js";
import { listen } from "../support/listen.js";
import { temporaryFolder } from "../support/temporary-folder.js";
import { until } from "../support/until.js";

/** What the browser's console tells a developer, and nobody else. */

/** Longer than the element waits for what a page loads late. */
const settledMs = 4_000;

/** What answers at an endpoint. The other paths are pages and the built files. */
const endpoints: Record<string, { status: number; type?: string; location?: string; body: string }> = {
  "/nothing": { status: 404, type: "text/html", body: "Cannot POST /nothing" },
  "/page": { status: 200, type: "text/html", body: "<!doctype html><title>A page</title>" },
  "/no-proxy": { status: 404, body: "" }, // as Vite answers
  "/broken-proxy": { status: 500, type: "text/plain", body: "" },
  "/refused": { status: 403, type: "application/json", body: '{"error":"forbidden_origin"}' },
  "/guarded": { status: 302, location: "/login", body: "" },
  "/login": { status: 200, type: "text/html", body: "<!doctype html><title>Log in</title>" },
  "/works": {
    status: 201,
    type: "application/json",
    body: '{"status":"pending","attempt":"AAAAAAAAAAAAAAAAAAAAAA","otp":"abc","expires_in":60}',
  },
  "/works/AAAAAAAAAAAAAAAAAAAAAA": { status: 200, type: "application/json", body: '{"status":"approved"}' },
  "/works/AAAAAAAAAAAAAAAAAAAAAA/login": { status: 403, type: "text/html", body: "<title>No</title>" },
  "/refused-login": { status: 429, type: "application/json", body: '{"error":"too_many_requests"}' },
};

const tag = (endpoint: string): string => `<onegini-otp-login endpoint="${endpoint}"></onegini-otp-login>`;
const script = '<script type="module" src="/dist/onegini-otp-login.js"></script>';
const oneFile = (endpoint: string, lang = "en"): string =>
  `<!doctype html><html lang="${lang}"><title>Log in</title>${script}${tag(endpoint)}`;

async function site(t: TestContext, page: string): Promise<string> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://site");
    const { status, type, location, body } = endpoints[pathname] ?? {
      status: 200,
      type: "text/html",
      body: page,
    };
    if (!pathname.startsWith("/dist/"))
      return response
        .writeHead(status, { ...(type && { "Content-Type": type }), ...(location && { Location: location }) })
        .end(body);
    readFile(pathname.slice(1)).then(
      (file) => response.writeHead(200, { "Content-Type": "text/javascript" }).end(file),
      () => response.writeHead(404).end(),
    );
    return undefined;
  });
  return listen(t, server);
}

let browser: Browser;
before(async () => {
  browser = await launchBrowser(["--host-resolver-rules=MAP *.bank.example 127.0.0.1"]);
});
after(() => browser.close());

/** The lines that a page writes by itself: not those of the browser, which have no caller. */
async function open(t: TestContext, address: string): Promise<{ page: Page; lines: string[] }> {
  const page = await browser.newPage();
  t.after(() => page.close());
  const lines: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "warning") lines.push(message.text());
  });
  await page.goto(address);
  return { page, lines };
}

const hintsOf = async (t: TestContext, address: string): Promise<string[]> => {
  const { lines, page } = await open(t, address);
  await page.waitForTimeout(settledMs);
  return lines;
};

describe("the one file on the developer's own machine says in the console", { concurrency: true }, () => {
  for (const [endpoint, said] of [
    [
      "/nothing",
      /: http:\/\/\S+\/nothing answers 404 text\/html, which is not the kit: start its server, or set "endpoint" or the development server's proxy$/,
    ],
    ["/no-proxy", /\/no-proxy answers 404 without a Content-Type, which is not the kit/],
    ["/page", /\/page answers 200 text\/html, which is not the kit/],
    ["/guarded", /\/login answers 200 text\/html, which is not the kit/],
    ["/login", /\/login answers 200 text\/html, which is not the kit/],
    ["/broken-proxy", /\/broken-proxy answers 500 text\/plain, which is not the kit/],
    [
      "/refused",
      /: the kit's "origin" is not http:\/\/127\.0\.0\.1:\d+: open the page at the kit's "origin", or change it$/,
    ],
  ] as const)
    test(`what is wrong with ${endpoint}, once`, async (t) => {
      const { page, lines } = await open(t, await site(t, oneFile(endpoint)));
      await until(() => lines.length > 0, "a line");
      assert.match(lines[0]!, said);
      await page.evaluate('document.querySelector("onegini-otp-login").start()');
      await page.waitForTimeout(500);
      assert.equal(lines.length, 1);
    });

  test("that a language has no texts", async (t) => {
    const lines = await hintsOf(t, await site(t, oneFile("/refused-login", "fi-FI")));
    assert.deepEqual(lines, [
      '<onegini-otp-login>: no texts for lang="fi-fi": load its file in locales/, or set "messages"',
    ]);
  });

  test("nothing where a language is loaded late, or the site has its own texts", async (t) => {
    const late = `<script>setTimeout(() => import("/dist/locales/nl.js"), 500)</script>`;
    const own = `<script type="module">document.querySelector("onegini-otp-login").messages = { title: "Kirjaudu" }</script>`;
    const pages = [oneFile("/refused-login", "nl-BE") + late, oneFile("/refused-login", "fi") + own];
    const lines = await Promise.all(pages.map(async (page) => hintsOf(t, await site(t, page))));
    assert.deepEqual(lines.flat(), []);
  });

  test("nothing about the language of an element that was removed before its file came", async (t) => {
    const gone = `<script type="module">
      const element = document.querySelector("onegini-otp-login");
      element.lang = "nl";
      setTimeout(() => element.remove(), 500);
      setTimeout(() => import("/dist/locales/nl.js"), 1_000);
    </script>`;
    assert.deepEqual(await hintsOf(t, await site(t, oneFile("/refused-login") + gone)), []);
  });

  test("the page's own origin, also in a frame that has none", async (t) => {
    const frame = `<!doctype html><iframe sandbox="allow-scripts" src="/framed"></iframe>`;
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url!, "http://site");
      response.setHeader("Access-Control-Allow-Origin", "null");
      response.setHeader("Access-Control-Allow-Credentials", "true");
      response.setHeader("Access-Control-Allow-Headers", "content-type");
      if (pathname.startsWith("/dist/"))
        return response
          .writeHead(200, { "Content-Type": "text/javascript" })
          .end(readFileSync(pathname.slice(1)));
      if (pathname === "/refused" && request.method === "POST")
        return response
          .writeHead(403, { "Content-Type": "application/json" })
          .end(endpoints["/refused"]!.body);
      response.writeHead(200, { "Content-Type": "text/html" });
      return response.end(pathname === "/framed" ? oneFile("/refused") : frame);
    });
    const { lines } = await open(t, await listen(t, server));
    await until(() => lines.length > 0, "a line");
    assert.match(lines[0]!, /: the kit's "origin" is not null:/);
  });

  test("nothing about the endpoint where the site's own signIn refuses with a page", async (t) => {
    const { lines, page } = await open(t, await site(t, oneFile("/works")));
    await page.waitForFunction('document.querySelector("onegini-otp-login").state === "failed"');
    await page.waitForTimeout(500);
    assert.deepEqual(lines, []);
  });

  test("nothing about what a person did", async (t) => {
    assert.deepEqual(await hintsOf(t, await site(t, oneFile("/refused-login"))), []);
  });
});

test("early.js says that the element's script has not run, and only on the developer's own machine", async (t) => {
  const early = `<script src="/dist/early.js" data-endpoint="/refused"></script>`;
  const page = `<!doctype html><html lang="en"><title>Log in</title>${early}${tag("/refused")}`;
  const origin = await site(t, page);
  assert.deepEqual(await hintsOf(t, origin), ["<onegini-otp-login>: its script has not run"]);
  assert.deepEqual(await hintsOf(t, origin.replace("127.0.0.1", "www.bank.example")), []);
  // The element has kept its children here, as it must.
  const old = page.replace(early, `<script>delete URL.canParse</script>${early}`);
  assert.deepEqual(await hintsOf(t, await site(t, old)), []);
});

test("the one file says nothing on a site's own host", async (t) => {
  const lines = await Promise.all(
    ["www", "localhost", "127.0.0.1"].flatMap((name) =>
      ["/nothing", "/page", "/refused"].map(async (endpoint) => {
        const origin = await site(t, oneFile(endpoint, "fi"));
        return hintsOf(t, origin.replace("127.0.0.1", `${name}.bank.example`));
      }),
    ),
  );
  assert.deepEqual(lines.flat(), []);
});

describe("the package from npm", { concurrency: true }, () => {
  /** A project whose page loads `import` from the package, and the options for Vite. */
  function project(t: TestContext, imported: string) {
    const root = temporaryFolder(t);
    mkdirSync(join(root, "node_modules"));
    for (const name of ["lit", "@lit", "lit-html", "lit-element"])
      symlinkSync(resolve("node_modules", name), join(root, "node_modules", name));
    symlinkSync(resolve("."), join(root, "node_modules/onegini-otp-login"));
    writeFileSync(join(root, "package.json"), '{ "type": "module" }');
    writeFileSync(join(root, "main.js"), `import "${imported}";`);
    writeFileSync(
      join(root, "index.html"),
      `<!doctype html><html lang="fi"><title>Log in</title><script type="module" src="/main.js"></script>${tag("/nothing")}`,
    );
    return { root, configFile: false, logLevel: "error" } as const;
  }

  async function served(t: TestContext, imported: string): Promise<string> {
    const vite = await createVite({
      ...project(t, imported),
      server: { port: 0, host: "127.0.0.1", fs: { strict: false } },
    });
    t.after(() => vite.close());
    await vite.listen();
    return vite.resolvedUrls!.local[0]!;
  }

  test("in development says what is wrong, and Lit does not say that it is in development", async (t) => {
    const lines = await hintsOf(t, await served(t, "onegini-otp-login/define"));
    assert.deepEqual(lines.map((line) => /not the kit|no texts/.exec(line)?.[0] ?? line).sort(), [
      "no texts",
      "not the kit",
    ]);
  });

  test("in development says that the element is not registered", async (t) => {
    const lines = await hintsOf(t, await served(t, "onegini-otp-login"));
    assert.deepEqual(lines, ['<onegini-otp-login>: not registered: import "onegini-otp-login/define"']);
  });

  test("in production says nothing", async (t) => {
    const { root } = project(t, "onegini-otp-login/define");
    // In a process of its own: the server above has set NODE_ENV to development.
    const env = { ...process.env, NODE_ENV: "production" };
    await promisify(execFile)(process.execPath, [resolve("node_modules/vite/bin/vite.js"), "build"], {
      cwd: root,
      env,
    });
    const built = readFileSync(join(root, "dist/index.html"), "utf8");
    const script = readFileSync(join(root, "dist", /assets\/[^"]+\.js/.exec(built)![0]), "utf8");
    assert.ok(script.includes("onegini-otp-login"));
    assert.ok(!script.includes("which is not the kit") && !script.includes("Lit is in dev mode"));
  });
});
