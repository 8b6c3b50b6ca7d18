import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { toWebRequest } from "onegini-otp-login/node";
import type { BeginOptions, FirstPaint } from "onegini-otp-login/server";
import { encode } from "../../../../src/protocol/qr.js";
import { fillOtp } from "../../../../src/protocol/qr-link.js";
import { memoryStore } from "../../../../src/server/store/memory-store.js";
import { Browser } from "../support/browser.js";
import { holds } from "../../../support/until.js";
import { scriptedSite, json, scriptedTokenServer, listen, site, type Site } from "../support/site.js";
import { pluck } from "../support/events.js";

const navigation = { "sec-fetch-mode": "navigate", "sec-fetch-site": "none", "sec-fetch-dest": "document" };

/** Requests the site's login page, as a browser does when it follows a link. */
function beginOn(
  { kit, origin }: Site,
  { headers = navigation, method = "GET", cookie, options }: PageRequest = {},
): Promise<FirstPaint | null> {
  const all = { ...headers, "user-agent": "Test browser", ...(cookie !== undefined && { cookie }) };
  return kit.begin(new Request(`${origin}/`, { method, headers: all }), {} as never, options);
}

interface PageRequest {
  headers?: Record<string, string>;
  method?: string;
  cookie?: string | undefined;
  options?: BeginOptions;
}

async function begun(where: Site, request?: PageRequest): Promise<FirstPaint> {
  const result = await beginOn(where, request);
  if (!result) throw new Error("Nothing began.");
  return result;
}

const cookieOf = ({ headers }: FirstPaint) => headers.getSetCookie()[0]?.split(";")[0];

/** The options of a site whose requests have no connection behind them. */
const options = { clientIp: () => "192.0.2.7" };

describe("kit.begin", () => {
  test("begins an attempt that the page's browser can log in with", async (t) => {
    const where = await site(t, { options });
    const paint = await begun(where);
    const browser = new Browser(where);
    browser.cookie = cookieOf(paint);
    assert.equal((await browser.status(paint.attempt)).status, "pending");
    await (await where.emulator.phone()).handleMobileAuthWithOtp(paint.otp);
    const stream = await browser.stream(paint.attempt);
    await stream.status("approved");
    assert.equal((await browser.logIn(paint.attempt)).status, 200);
    assert.equal(where.logins[0]?.attempt, paint.attempt);
  });

  test("gives the values for the element's attributes, with the time in whole seconds", async (t) => {
    const { attempt, otp, expiresIn } = await begun(await site(t, { options, ttlSeconds: 77 }));
    assert.match(attempt, /^[\w-]{22}$/);
    assert.match(otp, /^[\w+/]+=*$/);
    holds(expiresIn === 77 || expiresIn === 76, `${expiresIn} s`);
  });

  test("gives the digits of the number on the phone where the login may ask for one", async (t) => {
    const pairing = { keys: ["a key of the tests, of 32 characters"], digits: 6 } as const;
    const numbered = await begun(
      await site(t, { options: { ...options, message: "Type {number}", pairing } }),
    );
    assert.equal(numbered.digits, 6);
    assert.ok(!("digits" in (await begun(await site(t, { options })))));
  });

  test("gives headers against caching, and a cookie for a browser without one", async (t) => {
    const where = await site(t, { options });
    const first = await begun(where);
    assert.deepEqual([...first.headers.keys()].sort(), ["cache-control", "set-cookie"]);
    assert.equal(first.headers.get("cache-control"), "private, no-store");
    assert.match(first.headers.getSetCookie()[0] ?? "", /HttpOnly; SameSite=Lax$/i);
    const second = await begun(where, { cookie: cookieOf(first) });
    assert.deepEqual([...second.headers.keys()], ["cache-control"]);
    const browser = new Browser(where);
    browser.cookie = cookieOf(first);
    for (const { attempt } of [first, second])
      assert.equal((await browser.status(attempt)).status, "pending");
  });

  test("shows the code as markup without a style, a script, an id or anything to load", async (t) => {
    const { otp, svg } = await begun(await site(t, { options }));
    const { path } = encode(otp);
    holds(svg.includes(`d="${path}"`), "the element's own path");
    assert.doesNotMatch(svg, /style|script|class=|id=|href|on\w+=/);
    assert.match(svg, /^<svg [^>]*aria-hidden="true"/);
  });

  test("shows a code with the OTP in the page's `qr-link`", async (t) => {
    const qrLink = "https://bank.example/app#{otp}";
    const where = await site(t, { options });
    const { otp, svg } = await begun(where, { options: { qrLink } });
    assert.match(otp, /^[\w+/]+=*$/);
    holds(svg.includes(`d="${encode(fillOtp(qrLink, otp)).path}"`), "the path of the link's code");
    const withoutLink = await begun(where, { options: { qrLink: undefined } });
    holds(withoutLink.svg.includes(`d="${encode(withoutLink.otp).path}"`), "the path of the OTP's code");
  });

  for (const qrLink of [
    "http://bank.example/app#{otp}",
    "https://bank.example/app?otp={otp}",
    "https://bank.example/app",
    `https://bank.example/${"x".repeat(100)}#{otp}`,
    "app",
    "",
    null,
  ])
    test(`begins nothing with the link ${JSON.stringify(qrLink)}, and an event names it`, async (t) => {
      const where = await site(t, { options });
      const wrong = { qrLink } as BeginOptions;
      assert.equal(await beginOn(where, { options: wrong }), null);
      const [event] = where.events.filter(({ type }) => type === "internal_error");
      assert.match(String(event?.type === "internal_error" && event.error), /TypeError: "qrLink" is wrong/);
      assert.equal(where.emulator.starts.length, 0);
    });

  test("tells the phone where the login comes from, in the browser's language", async (t) => {
    const where = await site(t, { options });
    await begun(where, { headers: { ...navigation, "accept-language": "nl-NL,nl;q=0.9" } });
    const [start] = where.emulator.starts;
    assert.equal(start?.get("ip_address"), "192.0.2.7");
    assert.equal(start.get("user_agent"), "Test browser");
    assert.equal(start.get("language_code"), "nl");
  });

  test("takes the cookie that the site's middleware got from kit.browserCookie", async (t) => {
    const where = await site(t, { options });
    const request = new Request(`${where.origin}/login`, {
      headers: { ...navigation, cookie: "theme=dark" },
    });
    const { name, value, ...attributes } = where.kit.browserCookie(request)!;
    assert.deepEqual(attributes, { path: "/", httpOnly: true, secure: false, sameSite: "lax" });
    const cookie = `${name}=${value}`;
    const paint = await begun(where, { cookie: `theme=dark; ${cookie}` });
    assert.deepEqual(paint.headers.getSetCookie(), []);
    const browser = new Browser(where);
    browser.cookie = cookie;
    assert.equal((await browser.status(paint.attempt)).status, "pending");
    const again = new Request(request, { headers: { ...navigation, cookie } });
    assert.equal(where.kit.browserCookie(again), undefined);
  });

  for (const [what, request] of [
    ["a page that is prefetched", { headers: { ...navigation, "sec-purpose": "prefetch" } }],
    ["a page that is prerendered", { headers: { ...navigation, "sec-purpose": "prefetch;prerender" } }],
    ["a prefetch with the header of older browsers", { headers: { ...navigation, purpose: "prefetch" } }],
    ["HEAD", { method: "HEAD" }],
    ["a form that was sent", { method: "POST" }],
    [
      "a picture on another site",
      { headers: { "sec-fetch-mode": "no-cors", "sec-fetch-site": "cross-site", "sec-fetch-dest": "image" } },
    ],
    ["a frame of another site", { headers: { "sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site" } }],
    ["a script of a sibling", { headers: { "sec-fetch-mode": "cors", "sec-fetch-site": "same-site" } }],
  ] as const) {
    test(`begins no attempt for ${what}, and makes no cookie`, async (t) => {
      const where = await site(t, { options });
      assert.equal(await beginOn(where, request), null);
      assert.equal(where.emulator.starts.length, 0);
      assert.deepEqual(where.events, []);
      // A new cookie would end the browser's other attempts.
      assert.equal(where.kit.browserCookie(new Request(where.origin, request)), undefined);
    });
  }

  for (const [who, headers] of [
    ["a link on another site", { "sec-fetch-dest": "document", "sec-fetch-site": "cross-site" }],
    ["the site's own script", { "sec-fetch-mode": "cors", "sec-fetch-site": "same-origin" }],
    ["a browser that sends no Sec-Fetch headers", {}],
  ] as const) {
    test(`begins an attempt for ${who}`, async (t) => {
      await begun(await site(t, { options }), { headers });
    });
  }

  /** What kit and middleware do for a page whose address the site knows. */
  const askedAt = async (
    where: Site,
    pageUrl: string | URL,
    headers: Record<string, string> = navigation,
  ) => ({
    begun: await beginOn(where, { headers, options: { pageUrl } }),
    cookie: where.kit.browserCookie(new Request(where.origin, { headers }), { pageUrl }),
  });

  test("begins on a page whose address is that of an origin that may call", async (t) => {
    const further = "http://127.0.0.1:5173";
    const where = await site(t, { options: { ...options, origins: [further] } });
    for (const pageUrl of [`${where.origin}/login?next=/a`, new URL(`${where.origin}/login`), further]) {
      const { begun, cookie } = await askedAt(where, pageUrl);
      holds(begun && cookie);
    }
    assert.deepEqual(new Set(where.events.map(({ type }) => type)), new Set(["attempt_started"]));
  });

  for (const pageUrl of [
    "http://localhost:3001/login",
    "https://127.0.0.1/login",
    "https://evil.example",
    "file:///login.html",
    "/login",
    "",
    "http://",
  ])
    test(`begins nothing on a page at ${JSON.stringify(pageUrl)}, and names the option in an event`, async (t) => {
      const where = await site(t, { options });
      assert.deepEqual(await askedAt(where, pageUrl), { begun: null, cookie: undefined });
      assert.equal(where.emulator.starts.length, 0);
      const [event, second] = where.events;
      assert.equal(event?.type, "page_refused");
      assert.equal(event.level, "warn");
      const isAddress = /^https?:\/\/\w/.test(pageUrl);
      assert.match(
        event.description,
        isAddress ? /may not call.* set "origin" to it/ : /"pageUrl" is not the address of a web page/,
      );
      assert.equal(event.origin, URL.canParse(pageUrl) ? new URL(pageUrl).origin : "null");
      assert.deepEqual(event.expectedOrigins, [where.origin]);
      // Anybody can send a Host, from which a framework may make the address.
      assert.deepEqual([second?.type, second?.level], ["page_refused", "info"]);
    });

  test("begins nothing, and says nothing, for a prefetch of a page that may not call", async (t) => {
    const where = await site(t, { options });
    const headers = { ...navigation, "sec-purpose": "prefetch" };
    const asked = await askedAt(where, "https://evil.example", headers);
    assert.deepEqual(asked, { begun: null, cookie: undefined });
    assert.deepEqual(where.events, []);
  });

  test("begins nothing on a host whose cookie the login API would not get", async (t) => {
    const origins = { origin: "https://www.example.com", apiOrigin: "https://login.example.com" };
    const where = await site(t, { options: { ...options, ...origins, origins: [origins.apiOrigin] } });
    for (const pageUrl of [undefined, origins.origin]) {
      assert.equal(await beginOn(where, { options: { pageUrl } }), null);
      const event = where.events.at(-1);
      assert.equal(event?.type, "page_refused");
      assert.match(event.description, /cookie of "apiOrigin", https:\/\/login\.example\.com/);
      assert.deepEqual([event.origin, event.expectedOrigins], [origins.origin, undefined]);
    }
    holds((await askedAt(where, `${origins.apiOrigin}/login`)).begun);
  });

  test("begins nothing with a `pageUrl` that is neither a string nor a URL, and takes no page with it", async (t) => {
    const where = await site(t, { options });
    for (const pageUrl of [3000, null, {}]) {
      const wrong = { pageUrl } as unknown as BeginOptions;
      assert.equal(await beginOn(where, { options: wrong }), null);
      assert.equal(where.kit.browserCookie(new Request(where.origin), wrong), undefined);
      assert.equal(where.events.at(-1)?.type, "page_refused");
    }
  });

  test("begins whatever Host comes; one that differs is one warning", async (t) => {
    const where = await site(t, { options });
    const withHost = (host: string) => beginOn(where, { headers: { ...navigation, host } });
    const warnings = () => where.events.filter(({ type }) => type === "host_differs");
    holds(await withHost(new URL(where.origin).host));
    assert.deepEqual(warnings(), []);
    for (const host of ["backend:3000", "evil.example", "\u00ff not a host"]) holds(await withHost(host));
    const [warning, ...others] = warnings();
    assert.deepEqual(others, []);
    assert.equal(warning?.type, "host_differs");
    assert.equal(warning.host, "backend:3000");
    assert.match(warning.description, new RegExp(`"origin" is ${where.origin}`));
  });

  test("does not compare Host where the site knows the page's address", async (t) => {
    const where = await site(t, { options });
    const headers = { ...navigation, host: "backend:3000" };
    holds(await beginOn(where, { headers, options: { pageUrl: where.origin } }));
    assert.deepEqual(pluck(where.events, "type"), ["attempt_started"]);
  });

  test("counts as a start; above the limit it begins no attempt and reports an event", async (t) => {
    const limits = { startsPerAddress: { count: 1, seconds: 60 } };
    const where = await site(t, { options: { ...options, limits } });
    await begun(where);
    assert.equal(await beginOn(where), null);
    assert.deepEqual(pluck(where.events, "type"), ["attempt_started", "limited"]);
  });

  for (const [what, status] of [
    ["that fails", 500],
    ["that rejects the site", 401],
  ] as const) {
    test(`gives null, not an error, with a Token Server ${what}`, async (t) => {
      const { tokenServer, where } = await scriptedSite(t, { options });
      tokenServer.start = json(status, { error: "invalid_client" });
      assert.equal(await beginOn(where), null);
      holds(where.events.length > 0, "no event was reported");
    });
  }

  for (const [what, otp] of [
    ["that is not base64", `"><img src=x onerror=alert(1)>`],
    ["that is too long for a QR code", "A".repeat(2954)],
  ] as const) {
    test(`puts no OTP into the page ${what}`, async (t) => {
      const tokenServer = await scriptedTokenServer(t);
      tokenServer.start = (res, id) =>
        res
          .writeHead(200, { "content-type": "application/json" })
          .end(JSON.stringify({ transaction_id: id, auth_method: "otp", time_to_live: 60_000, otp }));
      const where = await site(t, { options, tokenServerUrl: tokenServer.url });
      assert.equal(await beginOn(where), null);
      assert.deepEqual(pluck(where.events, "type"), ["attempt_started", "request_refused"]);
    });
  }

  test("reports what it could not do without a path: entries for frameworks are not told the page's", async (t) => {
    const { tokenServer, where } = await scriptedSite(t, { options });
    tokenServer.start = json(500, {});
    assert.equal(await beginOn(where), null);
    const event = where.events.find(({ type }) => type === "request_refused");
    assert.ok(event && !("path" in event), JSON.stringify(event));
    assert.equal("method" in event && event.method, "GET");
  });

  test("gives null, not an error, if the store fails", async (t) => {
    const store = { ...memoryStore(), create: () => Promise.reject(new Error("gone")) };
    const where = await site(t, { options: { ...options, store } });
    assert.equal(await beginOn(where), null);
    holds(
      where.events.some(({ type }) => type === "store_trouble"),
      "no event was reported",
    );
  });

  test("accepts a request of Node's http server, with all its headers", async (t) => {
    const where = await site(t);
    const pages = createServer((req, res) => {
      void where.kit.begin(toWebRequest(req), { req, res }).then((paint) => {
        if (paint) res.setHeaders(paint.headers);
        res.end(JSON.stringify(paint));
      });
    });
    const origin = await listen(t, pages);
    const answer = await fetch(`${origin}/login?from=/account`, { headers: { cookie: "a=1; b=2" } });
    const { attempt } = (await answer.json()) as FirstPaint;
    const browser = new Browser(where);
    browser.cookie = answer.headers.getSetCookie()[0]?.split(";")[0];
    assert.equal((await browser.status(attempt)).status, "pending");
    const again = await fetch(origin, { headers: { cookie: `a=1; ${browser.cookie}; b=2` } });
    assert.deepEqual(again.headers.getSetCookie(), []);
    assert.equal(where.emulator.starts[0]?.get("ip_address"), "127.0.0.1");
    assert.equal(await (await fetch(origin, { method: "POST", body: "x" })).json(), null);
  });

  for (const target of ["//", "/\\", "*", "http://[/", "//u:p@x", "http://u:p@x/login", "HTTPS://u@x"]) {
    test(`accepts an invalid address: ${target}`, () => {
      const request = toWebRequest({ url: target, method: "GET", headers: {} } as never);
      assert.equal(request.method, "GET");
    });
  }
});
