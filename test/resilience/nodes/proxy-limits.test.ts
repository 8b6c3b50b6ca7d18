import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import { before, describe, it, type TestContext } from "node:test";
import { trustAnyCertificate } from "../../support/services/certificate.js";
import { startHaproxy, startNginx } from "../../support/services/proxies.js";
import { until } from "../../support/until.js";
import { fakeNodes, requestRaw } from "./support/site-of-three.js";

const oneYear = "max-age=31536000";
/** As many pages as the kit lets one address have open: 300 starts a minute, and six codes of a minute for each. */
const office = 1_800;

for (const [name, start] of [
  ["nginx", startNginx],
  ["HAProxy", startHaproxy],
] as const) {
  describe(`${name} in front of the login API`, () => {
    before(trustAnyCertificate);

    it("answers 429 to an address with more requests than its limit, and to no other", async (t) => {
      const { proxy } = await fakeNodes(t, start, (_request, response) => response.end("done"), {
        requests: 3,
        open: 3,
      });
      const statusOf = async (path: string, address = "127.0.0.1") =>
        (await requestRaw(proxy.origin, path, {}, address)).status;

      for (const path of ["/otp-login", "/otp-login/x", "//otp-login/x/%6cogin"]) {
        assert.equal(await statusOf(path), 200, path);
      }
      const { status, headers } = await requestRaw(proxy.origin, "/otp-login/x");

      assert.equal(status, 429);
      assert.equal(headers["retry-after"], "10");
      assert.equal(await statusOf("/%6ftp-login"), 429);
      assert.equal(await statusOf("/otp-login/x", "127.0.0.2"), 200);
      // The site's pages are not counted, nor are the Token Server's callbacks: there may be more of them.
      for (const path of ["/", "/otp-login-help", "/otp-login/callback"]) {
        assert.equal(await statusOf(path), 200, path);
      }
    });

    it("does not change the Retry-After of a kit that answers 429 itself", async (t) => {
      const { proxy } = await fakeNodes(t, start, (_request, response) => {
        response.writeHead(429, { "retry-after": "60" }).end();
      });

      const { status, headers } = await requestRaw(proxy.origin, "/otp-login");

      assert.equal(status, 429);
      assert.equal(headers["retry-after"], "60");
    });

    it("answers 429 to one stream too many of an address, also if one connection has them all", async (t) => {
      const { proxy } = await fakeNodes(t, start, openStream, { requests: 100_000, open: 3 });
      const browser = browserOn(t, proxy.origin);
      const [first] = await Promise.all([1, 2, 3].map(() => stream(browser)));

      assert.equal((await stream(browser)).status, 429);
      assert.equal((await stream(browserOn(t, proxy.origin))).status, 429);
      first?.request.close(constants.NGHTTP2_CANCEL);

      await until(async () => (await stream(browser)).status === 200, "room for another stream");
    });

    it("lets an office with as many pages as the kit allows pass, all at once", async (t) => {
      const { proxy } = await fakeNodes(t, start, openStream);
      const browsers = Array.from({ length: office / 50 }, () => browserOn(t, proxy.origin));

      const streams = await Promise.all(
        browsers.flatMap((browser) => Array.from({ length: 50 }, () => stream(browser))),
      );

      assert.equal(streams.length, office);
      assert.deepEqual(new Set(streams.map(({ status }) => status)), new Set([200]));
    });

    it("lets only the Token Server call the callback, in every spelling of its path", async (t) => {
      const reached: string[] = [];
      const { proxy } = await fakeNodes(t, start, (request, response) => {
        reached.push(request.url ?? "");
        response.end("done");
      });

      const { status } = await requestRaw(proxy.origin, "/otp-login/callback");
      assert.equal(status, 200);
      for (const path of waysToCallback) {
        const { status } = await requestRaw(proxy.origin, path, {}, "127.0.0.2");
        assert.equal(status === 403 || status === 400, true, `${path} is answered ${status}`);
      }

      assert.deepEqual(reached, ["/otp-login/callback"]);
    });

    it("tells browsers to use https only, in each answer over https and in none over http", async (t) => {
      const { proxy } = await fakeNodes(t, start, (request, response) => {
        const own = request.url === "/own" ? { "strict-transport-security": "max-age=1" } : {};
        response.writeHead(request.url === "/missing" ? 404 : 200, own).end();
      });
      const headerOf = async (origin: string, path: string, address?: string) =>
        (await requestRaw(origin, path, {}, address)).headers["strict-transport-security"];

      for (const path of [
        "/",
        "/own",
        "/missing",
        "/otp-login",
        "/otp-login/x",
        "/health",
        "/ready",
        "/a\\b",
      ]) {
        assert.equal(await headerOf(proxy.origin, path), oneYear, path);
      }
      assert.equal(await headerOf(proxy.origin, "/otp-login/callback", "127.0.0.2"), oneYear);
      assert.equal(await headerOf(proxy.insecureOrigin, "/"), undefined);
    });
  });
}

const openStream: RequestListener = (_request, response) => {
  response.writeHead(200, { "content-type": "text/event-stream", "x-accel-buffering": "no" });
  response.write("data: first\n\n");
};

/** One connection of HTTP/2. */
function browserOn(t: TestContext, origin: string): ClientHttp2Session {
  const browser = connect(origin);
  // At the end of a test the proxy ends first. An error before that is told by the stream.
  browser.on("error", () => undefined);
  t.after(() => browser.destroy());
  return browser;
}

/** Opens a stream; it stays open if the status is 200. */
function stream(
  browser: ClientHttp2Session,
): Promise<{ status: number | undefined; request: ClientHttp2Stream }> {
  return new Promise((resolve, reject) => {
    const request = browser.request({ ":path": "/otp-login/x", accept: "text/event-stream" });
    request.once("response", ({ ":status": status }) => resolve({ status, request }));
    request.once("error", reject).resume();
  });
}

/** Spellings that a node may read as the callback's path. */
const waysToCallback = [
  "/otp-login/callback",
  "/otp-login/callback?from=outside",
  "/otp-login/callback/",
  "/otp-login/%63allback",
  "/%6ftp-login/callback",
  "//otp-login//callback",
  "/otp-login/./callback",
  "/otp-login/x/../callback",
  "/otp-login\\callback",
  "/OTP-LOGIN/Callback",
];
