import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import type { Browser } from "playwright-core";
import { toNodeHandler } from "onegini-otp-login/node";
import { createLoginKit, type LoginKitEvent, type LoginKitOptions } from "onegini-otp-login/server";
import { launchBrowser } from "../../support/browser.js";
import { makeCertificate } from "../../support/services/certificate.js";
import { codeOn } from "../../support/qr.js";
import { until } from "../../support/until.js";
import { emulator, listen } from "../../unit/server/support/site.js";

/** A login page on one host of a site, and the login API on another, in a browser that knows which hosts are of one site. */

const widget = readFileSync("dist/onegini-otp-login.js", "utf8");

describe("On https, in a browser,", () => {
  const directory = mkdtempSync(join(tmpdir(), "onegini-otp-login-origins-"));
  let browser: Browser;
  before(async () => {
    // Browsers know that the names below github.io belong to different people.
    const hosts = ["*.bank.test", "*.github.io"].map((host) => `MAP ${host} 127.0.0.1`).join(",");
    browser = await launchBrowser([`--host-resolver-rules=${hosts}`]);
  });
  after(async () => {
    await browser.close();
    rmSync(directory, { recursive: true });
  });

  /** Every host has the page; the login API answers at one of them. The names are those of hosts, such as `www.bank.test`. */
  async function sites(
    t: TestContext,
    api: string,
    options: (at: (host: string) => string) => Pick<LoginKitOptions, "origin" | "apiOrigin" | "origins">,
  ) {
    const { certificate, key } = makeCertificate(directory);
    let answer: RequestListener = (_req, res) => res.writeHead(503).end();
    const server = createHttpsServer(
      { cert: readFileSync(certificate), key: readFileSync(key) },
      (req, res) => answer(req, res),
    );
    await listen(t, server);
    const at = (host: string) => `https://${host}:${(server.address() as AddressInfo).port}`;
    const tokenServer = await emulator(t);
    const events: LoginKitEvent[] = [];
    const kit = createLoginKit({
      ...options(at),
      tokenServer: { url: tokenServer.url, clientId: "site", clientSecret: "site-secret", type: "qr-code" },
      message: "Hello",
      // The emulator does not trust the certificate.
      resultPolling: 0.2,
      onEvent: (event) => void events.push(event),
      signIn: () => ({ redirect_to: "/account" }),
    });
    t.after(() => kit.close());
    const logIn = toNodeHandler(kit);
    answer = (req, res) => {
      if (req.url === "/widget.js")
        return res.writeHead(200, { "content-type": "text/javascript" }).end(widget);
      const page = () =>
        res
          .writeHead(200, { "content-type": "text/html" })
          .end(
            `<!doctype html><title>Log in</title><script type="module" src="/widget.js"></script>` +
              (req.url === "/account"
                ? "You are logged in."
                : `<onegini-otp-login endpoint="${at(api)}/otp-login"></onegini-otp-login>`),
          );
      return req.headers.host?.startsWith(api) ? logIn(req, res, page) : page();
    };
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    t.after(() => context.close());
    const page = await context.newPage();
    const phone = await tokenServer.phone();
    return {
      at,
      events,
      starts: tokenServer.starts,
      page,
      /** Logs in at a page of a host. */
      logIn: async (host: string) => {
        await page.goto(`${at(host)}/login`);
        await phone.handleMobileAuthWithOtp(await codeOn(page));
        await page.waitForURL(`${at(host)}/account`);
      },
      /** Opens a page whose calls are refused. */
      refused: async (host: string) => {
        await page.goto(`${at(host)}/login`);
        await until(() => events.some(({ type }) => type === "request_refused"), "the event");
        const event = events.find(({ type }) => type === "request_refused");
        assert.equal(event?.type, "request_refused");
        assert.equal(event.level, "warn");
        return event;
      },
    };
  }

  const pattern = (at: (host: string) => string) => ({
    origin: at("www.bank.test"),
    apiOrigin: at("login.bank.test"),
    origins: [at("*.preview.bank.test")],
  });

  it("a login page logs in at a login API on another host of its site (apiOrigin)", async (t) => {
    const { logIn } = await sites(t, "login.bank.test", pattern);
    await logIn("www.bank.test");
  });

  it("a site goes on that gave the login API's origin as `origin` and its page in `origins`", async (t) => {
    const { logIn } = await sites(t, "login.bank.test", (at) => ({
      origin: at("login.bank.test"),
      origins: [at("www.bank.test")],
    }));
    await logIn("www.bank.test");
  });

  it("a preview logs in that a pattern in `origins` names", async (t) => {
    const { logIn } = await sites(t, "login.bank.test", pattern);
    await logIn("pr-12.preview.bank.test");
  });

  it("a page on another host of the site may not call, and the log names the options", async (t) => {
    const { refused, starts } = await sites(t, "login.bank.test", pattern);
    const event = await refused("shop.bank.test");
    assert.equal(event.fetchSite, "same-site");
    assert.match(event.description, /set "origin" to it, and "apiOrigin" .* add it to "origins"/);
    assert.equal(starts.length, 0);
  });

  it("without apiOrigin the log says that it is missing, and nothing against the page", async (t) => {
    const { refused, at } = await sites(t, "login.bank.test", (at) => ({ origin: at("www.bank.test") }));
    const { description, origin, expectedOrigins } = await refused("www.bank.test");
    assert.deepEqual([origin, expectedOrigins], [at("www.bank.test"), [at("www.bank.test")]]);
    assert.match(description, /may call, and its page called another origin of the site\. Set "apiOrigin"/);
  });

  it("a stranger's page does not get in by a pattern below a name that the browser knows as a host of many", async (t) => {
    const { refused, starts } = await sites(t, "bank.github.io", (at) => ({
      origin: at("bank.github.io"),
      origins: [at("*.github.io")],
    }));
    const event = await refused("stranger.github.io");
    assert.equal(event.fetchSite, "cross-site");
    assert.equal(starts.length, 0);
  });
});
