import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it, type TestContext } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { WidgetFile } from "../../../src/service/serve/ports/assets.js";
import { temporaryFolder } from "../../package/support/packed-package.js";
import { launchBrowser } from "../../support/browser.js";
import { reachPhase } from "../../support/login-page.js";
import { publicKeyHash, trustAnyCertificate } from "../../support/services/certificate.js";
import { freePort } from "../../support/services/free-port.js";
import { startHaproxy, startNginx } from "../../support/services/proxies.js";
import { startRedis } from "../../support/services/redis.js";
import { runServeOf, type ServeProcess } from "../../support/services/serve-process.js";
import { until } from "../../support/until.js";
import { emulator } from "../../unit/server/support/site.js";
import { packedVersions, type PackedVersion } from "./support/packed-versions.js";

/** One process of the login service after the other goes to another version, while people open the login page. */

const base = "/otp-login/assets/";

/** The three files of a page, by the names and hashes that it has in its tags. */
type Tags = (name: string) => string;

const login = (tags: Tags): string => `<!doctype html><html lang="nl"><title>Inloggen</title>
<script ${tags("early.js")} data-endpoint="/otp-login"></script>
<script type="module" ${tags("onegini-otp-login.js")}></script>
<script type="module" ${tags("locales/nl.js")}></script>
<onegini-otp-login endpoint="/otp-login"></onegini-otp-login>`;

/** The pages that a site may have during an upgrade. */
function pagesOf(older: PackedVersion, newer: PackedVersion): Record<string, string> {
  const find = ({ files }: PackedVersion, name: string): WidgetFile =>
    files.find((file) => file.name === name) ?? assert.fail(name);
  const integrity = (name: string): string =>
    `integrity="${find(older, name).integrity} ${find(newer, name).integrity}"`;
  return {
    "plain names": login((name) => `src="${base}${name}"`),
    "plain names and both values": login((name) => `src="${base}${name}" ${integrity(name)}`),
    "names of the older version and both values": login(
      (name) => `src="${base}${find(older, name).hashedName}" ${integrity(name)}`,
    ),
    "names of the newer version": login((name) => `src="${base}${find(newer, name).hashedName}"`),
  };
}

let versions: Awaited<ReturnType<typeof packedVersions>>;
before(async () => {
  trustAnyCertificate();
  versions = await packedVersions();
});

for (const [name, start] of [
  ["nginx", startNginx],
  ["HAProxy", startHaproxy],
] as const) {
  describe(`The login service behind ${name}`, () => {
    it("goes to another version, and every page has its widget, its language and its early code", async (t) => {
      const { older, newer } = versions;
      const [redis, tokenServer, port] = await Promise.all([startRedis(), emulator(t), freePort()]);
      t.after(() => redis.stop());
      const origin = `https://127.0.0.1:${port}`;
      const config = join(temporaryFolder, `${name}.json`);
      const settings = {
        ...{ origin, "token-server-url": tokenServer.url, message: "Log in", proxies: 1 },
        ...{ "client-id": "site", "client-secret": "site-secret", type: "qr-code", "redis-url": redis.url },
        ...{ "internal-secret": "internal-secret-of-the-test-0123456789", "internal-port": 0 },
        // All pages come from one address.
        limits: { startsPerAddress: false, startsPerBrowser: false },
      };
      writeFileSync(config, JSON.stringify(settings));
      const nodes = await Promise.all([1, 2, 3].map(() => startNode(t, older, config)));
      const proxy = await start({ port, nodes: nodes.map((each) => each.port) });
      t.after(() => proxy.stop());
      // Chromium keeps no file of a site with a certificate that it only tolerates.
      const browser = await launchBrowser([
        `--ignore-certificate-errors-spki-list=${await publicKeyHash(port)}`,
      ]);
      t.after(() => browser.close());

      const visits = visitAll(browser, origin, pagesOf(older, newer));
      try {
        await visits.round();
        for (const node of nodes) {
          await node.stop();
          await node.start(newer);
          await visits.round();
        }
      } finally {
        await visits.end();
      }

      const sent = proxy.passed().filter(({ path }) => path.startsWith(base));
      for (const status of [200, 302, 304])
        assert.ok(
          sent.some((each) => each.status === status),
          `no answer was ${status}`,
        );
      assert.deepEqual(new Set(sent.map(({ node }) => node)), new Set([0, 1, 2]));
    });
  });
}

/** A process of `serve` that can be started again in another version, at the same port. */
interface Node {
  port: number;
  stop: () => Promise<void>;
  start: (version: PackedVersion) => Promise<void>;
}

async function startNode(t: TestContext, version: PackedVersion, config: string): Promise<Node> {
  const port = await freePort();
  let running: ServeProcess;
  const start = async ({ cli }: PackedVersion): Promise<void> => {
    running = runServeOf([cli], t, "--config", config, "--port", String(port));
    await running.said("ready");
  };
  await start(version);
  return {
    port,
    start,
    async stop() {
      running.child.kill("SIGTERM");
      assert.equal(await running.exit(), 0);
    },
  };
}

/** People who open the pages, one after the other, until the end. */
interface Visits {
  /** Resolves after visits of all pages that have begun after this call. Rejects if any visit up to then has failed. */
  round: () => Promise<void>;
  end: () => Promise<void>;
}

function visitAll(browser: Browser, origin: string, pages: Record<string, string>): Visits {
  const failures: string[] = [];
  /** A round is one page in a new browser and in a returning one, for each page. */
  const visitsARound = 2 * Object.keys(pages).length;
  let visits = 0;
  let isOver = false;
  async function goOn(): Promise<void> {
    const returning = await browser.newContext();
    while (!isOver)
      for (const [name, html] of Object.entries(pages)) {
        const first = await browser.newContext();
        for (const context of [first, returning])
          await visit(context, origin, html).catch((error: unknown) => {
            failures.push(`${name}${context === returning ? ", again" : ""}: ${String(error)}`);
            isOver = true;
          });
        visits += 2;
        await first.close();
      }
    await returning.close();
  }
  const all = goOn();
  return {
    async round() {
      // The two that are under way, and a whole round.
      const last = visits + 2 + visitsARound;
      await until(() => failures.length > 0 || visits >= last, "a round of visits", 120_000);
      assert.deepEqual(failures, []);
    },
    async end() {
      isOver = true;
      await all;
      assert.deepEqual(failures, []);
    },
  };
}

/** Opens a page, and checks all that it loads. */
async function visit(context: BrowserContext, origin: string, html: string): Promise<void> {
  const page = await context.newPage();
  try {
    const failed = failedFilesOf(page);
    const starts: string[] = [];
    page.on("request", (request) => {
      if (request.url() === `${origin}/otp-login`) starts.push(request.method());
    });
    await openFromSite(page, `${origin}/login`, html);
    assert.deepEqual(failed, []);
    const early = await page.evaluate(() => "oneginiOtpLoginEarly" in globalThis);
    assert.ok(early, "early.js has not run");
    await reachPhase(page, "pending");
    await page.getByRole("heading", { name: "Inloggen met je telefoon" }).waitFor();
    // The element shows the code that early.js has requested.
    assert.deepEqual(starts, ["POST"]);
  } finally {
    await page.close();
  }
}

/** Answers for the site, whose pages the service does not have. `page.route` would turn the browser's cache off. */
async function openFromSite(page: Page, address: string, html: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  session.on("Fetch.requestPaused", ({ requestId }) => {
    void session.send("Fetch.fulfillRequest", {
      requestId,
      responseCode: 200,
      responseHeaders: [{ name: "content-type", value: "text/html; charset=utf-8" }],
      body: Buffer.from(html).toString("base64"),
    });
  });
  await session.send("Fetch.enable", { patterns: [{ urlPattern: address }] });
  await page.goto(address);
}

/** The files that did not arrive, with the reason. */
function failedFilesOf(page: Page): string[] {
  const failed: string[] = [];
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.startsWith(base) && response.status() >= 400)
      failed.push(`${response.status()} ${pathname}`);
  });
  page.on("requestfailed", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith(base)) failed.push(`${request.failure()?.errorText} ${pathname}`);
  });
  return failed;
}
