import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { createLoginKit } from "onegini-otp-login/server";
import { Browser } from "../support/browser.js";
import { send } from "../support/raw.js";
import { exampleOptions, site, type SiteKitOptions } from "../support/site.js";
import { pluck } from "../support/events.js";

/** The login page. Ports of one host are of one site. */
const page = "http://127.0.0.1:5173";
const crossOrigin = { origin: page, "sec-fetch-site": "same-site" };

/** A login API at another origin than its page: where it listens. */
const scene = (t: TestContext, more: SiteKitOptions = {}) =>
  site(t, { options: (apiOrigin) => ({ origin: page, apiOrigin, ...more }) });

describe("a login API at another origin of the page's site (apiOrigin)", () => {
  test("logs in a page of `origin`, which calls with CORS", async (t) => {
    const where = await scene(t);
    const browser = new Browser({ ...where, origin: page });
    const headers = crossOrigin;
    const started = await browser.post("", { headers });
    assert.equal(started.status, 201);
    assert.equal(started.headers.get("access-control-allow-origin"), page);
    assert.equal(started.headers.get("access-control-allow-credentials"), "true");
    const { attempt, otp } = (await started.json()) as { attempt: string; otp: string };
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await browser.approval(attempt);
    assert.equal((await browser.post(`/${attempt}/login`, { headers })).status, 200);
    assert.deepEqual(pluck(where.logins, "userId"), ["alice"]);
  });

  test("answers the preflight of that page", async (t) => {
    const { url } = await scene(t);
    const headers = { origin: page, "access-control-request-method": "POST" };
    const preflight = await send("OPTIONS", url, { headers });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers["access-control-allow-origin"], page);
  });

  test("takes no call from its own origin, unless that is one of `origins`", async (t) => {
    for (const [isListed, status] of [
      [false, 403],
      [true, 201],
    ] as const) {
      const { url, origin } = await site(t, {
        options: (apiOrigin) => ({ origin: page, apiOrigin, origins: isListed ? [apiOrigin] : [] }),
      });
      for (const headers of [
        { origin, "sec-fetch-site": "same-origin" },
        { "sec-fetch-site": "same-origin" },
      ]) {
        const answer = await send("POST", url, { headers });
        assert.equal(answer.status, status);
        assert.equal(answer.headers["access-control-allow-origin"], undefined);
      }
    }
  });

  test("is where the callback goes, unless another address is given", async (t) => {
    const where = await scene(t);
    await new Browser({ ...where, origin: page }).post("", { headers: crossOrigin });
    assert.equal(where.emulator.starts[0]?.get("callback_uri"), `${where.url}/callback`);
  });

  test("owns the cookie: its scheme decides about Secure, and the kit reads no other name", async () => {
    const options = { ...exampleOptions, apiOrigin: "https://login.example.com" };
    assert.match(createLoginKit(options).forget().get("set-cookie") ?? "", /^__Host-.*; Secure/);
    const local = { ...options, origin: "http://localhost:5173", apiOrigin: "http://localhost:3001" };
    assert.doesNotMatch(createLoginKit(local).forget().get("set-cookie") ?? "", /__Host-|Secure/);
  });

  test("is where a ticket goes: `handOver.to` is a path or a URL of it, and of no other origin", async (t) => {
    const where = await scene(t, { handOver: { to: "/login/otp" } });
    const browser = new Browser({ ...where, origin: page });
    const started = await browser.post("", { headers: crossOrigin });
    const { attempt, otp } = (await started.json()) as { attempt: string; otp: string };
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await browser.approval(attempt);
    const answer = await browser.post(`/${attempt}/login`, { headers: crossOrigin });
    const { ticket, redirect_to } = (await answer.json()) as Record<string, string>;
    assert.equal(redirect_to, `${where.origin}/login/otp?ticket=${ticket}`);

    await scene(t, { handOver: { to: `${where.origin}/login/otp` }, apiOrigin: where.origin });
    await assert.rejects(scene(t, { handOver: { to: `${page}/login/otp` } }), {
      name: "TypeError",
      message: /"handOver\.to" is wrong; expected .* a URL of "apiOrigin"/,
    });
  });
});
