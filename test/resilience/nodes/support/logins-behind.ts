import assert from "node:assert/strict";
import { request } from "node:https";
import { before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Browser, StatusStream } from "../../../unit/server/support/browser.js";
import { holds } from "../../../unit/server/support/holds.js";
import type { StartProxy } from "../../../support/services/proxy.js";
import { askRaw } from "./ask-raw.js";
import { eventually } from "./eventually.js";
import { Http2Browser } from "./http2-browser.js";
import { siteOfThree, watchersOf, type SiteOfThree } from "./site-of-three.js";
import { visit } from "./visitor.js";

/** What must hold behind every proxy. Further tests of the same site come in `more`. */
export function describeLoginsBehind(
  name: string,
  start: StartProxy,
  more: (site: () => SiteOfThree) => void = () => undefined,
): void {
  describe(`A site of three nodes behind ${name}`, { timeout: 80_000 }, () => {
    let site: SiteOfThree;
    /** Open from the first test on. */
    let quiet: { browser: Browser; stream: StatusStream };

    siteOfThree(start, (given) => (site = given));
    before(async () => {
      const browser = site.browser();
      const { attempt } = await browser.start({ body: {} });
      quiet = { browser, stream: await browser.stream(attempt) };
    });

    const accountOf = async (login: Response): Promise<string> => {
      const cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
      return (await fetch(`${site.origin}/account`, { headers: { cookie } })).text();
    };

    it("logs in, with start, stream, callback and login each on another node than the one before", async () => {
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
      // What a neighbouring host can set, it cannot be.
      const plain = (login.headers.getSetCookie()[0]?.split(";")[0] ?? "").replace("__Host-", "");
      assert.equal((await fetch(`${site.origin}/account`, { headers: { cookie: plain } })).status, 401);
      const nodeOf = (method: string, path: string): number | undefined =>
        site.proxy
          .passed()
          .slice(before)
          .find((passed) => passed.method === method && passed.path === path)?.node;
      await eventually("the log", () => nodeOf("POST", `/otp-login/${attempt}/login`) !== undefined);
      const nodes = {
        start: nodeOf("POST", "/otp-login"),
        stream: nodeOf("GET", `/otp-login/${attempt}`),
        callback: nodeOf("POST", "/otp-login/callback"),
        login: nodeOf("POST", `/otp-login/${attempt}/login`),
      };
      assert.deepEqual(new Set([nodes.start, nodes.stream, nodes.callback]), new Set([0, 1, 2]));
      assert.notEqual(nodes.login, nodes.callback);
    });

    it("brings the first event at once, and each next one as it happens", async () => {
      const browser = site.browser();
      const { attempt, otp } = await browser.start({ body: {} });

      const asked = performance.now();
      const stream = await browser.stream(attempt);
      await stream.status("pending");
      const first = performance.now() - asked;
      const accepted = performance.now();
      await site.phone.accept(otp);
      await stream.status("approved");
      const second = performance.now() - accepted;

      // What is held back comes with the stream's end, or with 4 kB of it.
      assert.ok(first < 2_000, `first after ${Math.round(first)} ms`);
      assert.ok(second < 2_000, `approved after ${Math.round(second)} ms`);
      assert.match(stream.response.headers.get("content-type") ?? "", /^text\/event-stream/);
      assert.equal(stream.response.headers.get("content-encoding"), null);
    });

    it("lets a node know at once when a browser has left its stream", async () => {
      const browser = new Http2Browser(site.origin);
      const { attempt } = await browser.start();
      const total = async () => (await Promise.all(site.nodes.map(watchersOf))).reduce((a, b) => a + b);
      const before = await total();
      const stream = await browser.stream(attempt);
      assert.equal(await total(), before + 1);

      stream.leave();

      await eventually("the stream's end on the node", async () => (await total()) === before, 5_000);
      browser.close();
    });

    it("tells the Token Server the address of the client, whatever the client says of itself", async () => {
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

    it("keeps what is for load balancers from the world, however its address is written", async () => {
      const [node] = site.nodes;
      holds(node, "there are three nodes");
      for (const path of waysToHealth) {
        assert.equal((await askRaw(node.origin, path)).status, 200, `${path} at the node itself`);
        const { status } = await askRaw(site.origin, path);
        assert.equal(status === 404 || status === 400, true, `${path} is answered ${status}`);
      }
      // This node's adapter refuses these itself, others take them for slashes.
      for (const path of ["/a\\..\\health", "/a/..\\health", "/..%5chealth"]) {
        assert.equal((await askRaw(site.origin, path)).status, 400, path);
      }
      assert.deepEqual(
        site.proxy.passed().filter(({ path }) => path.includes("health")),
        [],
      );
      for (const path of ["/", "/help?from=/../health", "/health-insurance", "/cards/health", "/.a/..b"]) {
        const { status } = await askRaw(site.origin, path);
        assert.equal(status, (await askRaw(node.origin, path)).status, path);
      }
    });

    it("sends http to https, to the site's own name, whatever host was asked for", async () => {
      const { insecureOrigin } = site.proxy;
      for (const [path, host] of [
        ["/account?a=b%20c", new URL(insecureOrigin).host],
        ["/account?a=b%20c", "elsewhere.example"],
        ["http://elsewhere.example/account?a=b%20c", "elsewhere.example"],
      ] as const) {
        const { status, headers } = await askRaw(insecureOrigin, path, { host });
        assert.equal(status, 301, path);
        assert.equal(headers.location, `${site.origin}/account?a=b%20c`, `${path} of ${host}`);
      }
    });

    more(() => site);

    it("passes on the comments that keep a quiet stream awake", async () => {
      await eventually("a comment", () => quiet.stream.comments > 0, 20_000);

      assert.equal(quiet.stream.ended, false);
      quiet.stream.close();
    });

    it("loses nobody's login when a node is asked to stop, and has them come back spread over time", async () => {
      const [leaving, ...staying] = site.nodes;
      holds(leaving, "there are three nodes");
      const visitors = await Promise.all(Array.from({ length: 90 }, () => visit(site.browser())));
      await Promise.all(visitors.map((visitor) => visitor.stream().status("pending")));
      const held = await watchersOf(leaving);
      assert.ok(held >= 20, `the node holds ${held} streams`);

      const asked = performance.now();
      const gone = leaving.stop("SIGTERM");
      await eventually("503", async () => (await fetch(`${leaving.origin}/health`)).status === 503, 1_000);
      // Some are approved while their pages are on their way to another node.
      await delay(300);
      const [early, late] = [visitors.slice(0, 45), visitors.slice(45)];
      await Promise.all(early.map(({ otp }) => site.phone.accept(otp)));
      assert.equal(await gone, 0);
      const goneMs = performance.now() - asked;
      await eventually("everybody's return", async () =>
        visitors.filter(({ retries }) => retries.length > 0).every(({ returns }) => returns.length > 0),
      );
      await Promise.all(late.map(({ otp }) => site.phone.accept(otp)));
      await Promise.all(visitors.map(({ approved }) => approved));

      assert.ok(goneMs < 12_000, `it took ${Math.round(goneMs)} ms`);
      const sent = visitors.filter(({ retries }) => retries.length > 0);
      assert.ok(sent.length >= held, `${sent.length} of ${held} were told when to come back`);
      const first = (of: "retries" | "returns") => sent.flatMap((visitor) => visitor[of].slice(0, 1));
      assert.ok(
        mostWithin(200, first("retries")) < sent.length / 3,
        "they are told to come back all at once",
      );
      assert.ok(mostWithin(200, first("returns")) < sent.length, "they come back all at once");
      const logins = await Promise.all(visitors.map(({ browser, attempt }) => browser.logIn(attempt)));
      assert.deepEqual(new Set(logins.map(({ status }) => status)), new Set([200]));
      for (const login of logins) assert.match(await accountOf(login), /demo-user/);
      assert.equal(
        staying.every((node) => node.stderr() === ""),
        true,
        staying.map((n) => n.stderr()).join(""),
      );
      assert.equal(leaving.stderr(), "");
    });
  });
}

/** Addresses that a node takes for `/health`: it decodes them and resolves their dots. */
const waysToHealth = [
  "/health",
  "/health?from=outside",
  "/%68ealth",
  "/%68%65%61%6c%74%68",
  "/./health",
  "/%2e/health",
  "/a/../health",
  "/a/%2E%2e/%68ealth",
  "/a%00/../health",
  "/health#x",
  // No percent-encoding at all, and gone when the dots are resolved.
  "/%zz/../health",
  "/%zz/../%68ealth",
];

/** The largest number of instants that lie within so many milliseconds. */
const mostWithin = (ms: number, instants: readonly number[]): number =>
  Math.max(...instants.map((from) => instants.filter((at) => at >= from && at < from + ms).length));

/** Starts an attempt from another address of this machine. */
function startFrom(localAddress: string, origin: string, forged: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { origin, ...(forged !== undefined && { "x-forwarded-for": forged }) };
    request(`${origin}/otp-login`, { method: "POST", localAddress, headers, agent: false }, (answer) => {
      answer.resume().once("end", resolve);
      if (answer.statusCode !== 201) reject(new Error(`${answer.statusCode}`));
    })
      .once("error", reject)
      .end();
  });
}
