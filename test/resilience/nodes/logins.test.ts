import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { startHaproxy, startNginx } from "../../support/services/proxies.js";
import { until, holds } from "../../support/until.js";
import type { StatusStream } from "../../unit/server/support/browser.js";
import {
  requestRaw,
  Http2Browser,
  startFrom,
  siteOfThree,
  watchersOf,
  type SiteOfThree,
} from "./support/site-of-three.js";

for (const [name, start] of [
  ["nginx", startNginx],
  ["HAProxy", startHaproxy],
] as const) {
  describe(`A site of three nodes behind ${name}`, () => {
    let site: SiteOfThree;
    /** A stream that is open from the first test on. */
    let quiet: StatusStream;

    siteOfThree(start, (given) => (site = given));
    before(async () => {
      const browser = site.browser();
      const { attempt } = await browser.start({ body: {} });
      quiet = await browser.stream(attempt);
    });

    const accountOf = async (login: Response): Promise<string> => {
      const cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
      return (await fetch(`${site.origin}/account`, { headers: { cookie } })).text();
    };

    it("logs in with start, stream, callback and login each on a different node than the one before", async () => {
      const browser = site.browser();
      const before = site.proxy.passed().length;

      const { attempt, otp } = await browser.start({ body: {} });
      const stream = await browser.stream(attempt);
      await stream.status("pending");
      await site.phone.accept(otp);
      await stream.status("approved");
      await stream.end();
      const login = await browser.logIn(attempt);

      assert.equal(login.status, 200);
      assert.match(login.headers.getSetCookie()[0] ?? "", /^__Host-demo-session=[\w-]{43}; .*; Secure$/);
      assert.match(browser.cookie ?? "", /^__Host-onegini-otp-login=/);
      assert.match(await accountOf(login), /demo-user/);
      // The cookie has a name that a neighbouring host cannot set.
      const plain = (login.headers.getSetCookie()[0]?.split(";")[0] ?? "").replace("__Host-", "");
      assert.equal((await fetch(`${site.origin}/account`, { headers: { cookie: plain } })).status, 401);
      const nodeOf = (method: string, path: string): number | undefined =>
        site.proxy
          .passed()
          .slice(before)
          .find((passed) => passed.method === method && passed.path === path)?.node;
      await until(() => nodeOf("POST", `/otp-login/${attempt}/login`) !== undefined, "the log");
      const nodes = {
        start: nodeOf("POST", "/otp-login"),
        stream: nodeOf("GET", `/otp-login/${attempt}`),
        callback: nodeOf("POST", "/otp-login/callback"),
        login: nodeOf("POST", `/otp-login/${attempt}/login`),
      };
      assert.deepEqual(new Set([nodes.start, nodes.stream, nodes.callback]), new Set([0, 1, 2]));
      assert.notEqual(nodes.login, nodes.callback);
    });

    it("passes on each event of a stream while the stream is open", async () => {
      const browser = site.browser();
      const { attempt } = await browser.start({ body: {} });

      const stream = await browser.stream(attempt);
      // A buffered event would come only at the end of the stream, or after 4 kB.
      await stream.status("pending");
      await browser.renew(attempt);
      await until(() => stream.events.length > 1, "the event of the renewal");

      assert.equal(stream.ended, false);
      assert.match(stream.response.headers.get("content-type") ?? "", /^text\/event-stream/);
      assert.equal(stream.response.headers.get("content-encoding"), null);
      stream.close();
    });

    it("ends a stream on its node at once when the browser has left", async () => {
      const browser = new Http2Browser(site.origin);
      const { attempt } = await browser.start();
      const total = async () => (await Promise.all(site.nodes.map(watchersOf))).reduce((a, b) => a + b);
      const before = await total();
      const stream = await browser.stream(attempt);
      assert.equal(await total(), before + 1);

      stream.leave();

      await until(async () => (await total()) === before, "the stream's end on the node");
      browser.close();
    });

    it("tells the Token Server the address of the client, whatever headers the client sends", async () => {
      for (const forged of [undefined, "192.0.2.66", "192.0.2.66, 192.0.2.67"]) {
        await startFrom("127.0.0.7", site.origin, forged);

        assert.equal(site.emulator.starts.at(-1)?.get("ip_address"), "127.0.0.7", forged);
      }
    });

    it("carries a login over one connection of HTTP/2", async () => {
      const browser = new Http2Browser(site.origin);
      const { attempt, otp } = await browser.start();
      const { first, rest } = await browser.stream(attempt);

      await site.phone.accept(otp);
      const events = await rest();
      const { status } = await browser.post(`/otp-login/${attempt}/login`);

      assert.match(first, /"status":"pending"/);
      assert.match(events, /"status":"approved"/);
      assert.equal(status, 200);
      browser.close();
    });

    for (const check of ["health", "ready"]) {
      it(`does not let clients call \`/${check}\`, in any spelling of the path`, async () => {
        const [node] = site.nodes;
        holds(node, "there are three nodes");
        for (const path of waysTo(check)) {
          assert.equal((await requestRaw(node.origin, path)).status, 200, `${path} at the node itself`);
          const { status } = await requestRaw(site.origin, path);
          assert.equal(status === 404 || status === 400, true, `${path} is answered ${status}`);
        }
        // This node's adapter rejects these itself. Others read them as slashes.
        for (const path of [`/a\\..\\${check}`, `/a/..\\${check}`, `/..%5c${check}`]) {
          assert.equal((await requestRaw(site.origin, path)).status, 400, path);
        }
        for (const path of [`/${check}/otp-login`, `/${check}/`, `/${check.toUpperCase()}/otp%2Dlogin`])
          assert.equal((await requestRaw(site.origin, path)).status, 404, path);
        const calls = site.proxy.passed().filter(({ path }) => path.toLowerCase().includes(check));
        assert.deepEqual(calls, []);
      });

      it(`passes on paths that only look like \`/${check}\``, async () => {
        const [node] = site.nodes;
        holds(node, "there are three nodes");
        for (const path of [
          "/",
          `/help?from=/../${check}`,
          `/${check}-insurance`,
          `/cards/${check}`,
          "/.a/..b",
        ]) {
          const { status } = await requestRaw(site.origin, path);
          assert.equal(status, (await requestRaw(node.origin, path)).status, path);
        }
      });
    }

    it("redirects http to https on the site's own name, whatever the Host header says", async () => {
      const { insecureOrigin } = site.proxy;
      for (const [path, host] of [
        ["/account?a=b%20c", new URL(insecureOrigin).host],
        ["/account?a=b%20c", "elsewhere.example"],
        ["http://elsewhere.example/account?a=b%20c", "elsewhere.example"],
      ] as const) {
        const { status, headers } = await requestRaw(insecureOrigin, path, { host });
        assert.equal(status, 301, path);
        assert.equal(headers.location, `${site.origin}/account?a=b%20c`, `${path} of ${host}`);
      }
    });

    it("passes on the comments that keep a stream open", async () => {
      await until(() => quiet.comments > 0, "a comment");

      assert.equal(quiet.ended, false);
      quiet.close();
    });
  });
}

/** Spellings that a node may read as `/health` or `/ready`, because it decodes them and resolves their dots. */
function waysTo(check: string): string[] {
  const encoded = [...check].map((letter) => `%${letter.charCodeAt(0).toString(16)}`);
  const half = `${encoded[0]}${check.slice(1)}`;
  return [
    `/${check}`,
    `/${check}?from=outside`,
    `/${half}`,
    `/${encoded.join("")}`,
    `/./${check}`,
    `/%2e/${check}`,
    `/a/../${check}`,
    `/a/%2E%2e/${half}`,
    `/a%00/../${check}`,
    `/${check}#x`,
    // Without percent-encoding, and with dots that are resolved.
    `/%zz/../${check}`,
    `/%zz/../${half}`,
  ];
}
