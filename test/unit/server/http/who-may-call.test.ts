import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createLoginKit } from "onegini-otp-login/server";
import { createServer as createViteServer } from "vite";
import { Browser } from "../support/browser.js";
import { send } from "../support/raw.js";
import { site } from "../support/site.js";
import { holds } from "../../../support/until.js";
import { login } from "../support/login.js";

const further = "https://login.example.com";

describe("the CSRF check", () => {
  // Which headers fit: csrf-and-cors.test.ts.
  test("answers a call from elsewhere with 403 and without a cookie", async (t) => {
    const { url } = await site(t);
    // The address in `Host` is not the site's: anybody can send it.
    const address = { host: "127.0.0.1:1", "x-forwarded-host": "127.0.0.1:1" };
    for (const headers of [{}, { origin: "http://127.0.0.1:1", ...address }]) {
      const answer = await send("POST", url, { headers });
      assert.equal(answer.status, 403);
      assert.equal((JSON.parse(answer.body) as { error: string }).error, "forbidden_origin");
      assert.equal(answer.headers["set-cookie"], undefined);
    }
  });

  test("applies to renewals and logins too, but not to a status or a callback", async (t) => {
    const { where, browser, attempt } = await login(t);
    const headers = { cookie: browser.cookie ?? "", origin: "https://evil.example" };
    assert.equal((await send("POST", `${where.url}/${attempt}/otp`, { headers })).status, 403);
    assert.equal((await send("POST", `${where.url}/${attempt}/login`, { headers })).status, 403);
    assert.equal((await send("GET", `${where.url}/${attempt}`, { headers })).status, 200);
    const callback = {
      headers: { "content-type": "application/json", origin: "null" },
      body: '{"transaction_id":"a"}',
    };
    assert.equal((await send("POST", `${where.url}/callback`, callback)).status, 204);
  });

  test("a rejected call is reported with the origin that came and those that are expected", async (t) => {
    const where = await site(t, { options: { origins: [further] } });
    const refusedWith = async (headers: Record<string, string>) => {
      const answer = await send("POST", where.url, { headers });
      // The page that called may be a stranger's.
      holds(!answer.body.includes(where.origin) && !answer.body.includes("evil"));
      const event = where.events.at(-1);
      assert.equal(event?.type, "request_refused");
      return event;
    };
    const cross = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
    const event = await refusedWith(cross);
    assert.deepEqual([event.level, event.address], ["warn", "127.0.0.1"]);
    assert.equal(event.origin, cross.origin);
    assert.equal(event.fetchSite, "cross-site");
    assert.deepEqual(event.expectedOrigins, [where.origin, further]);
    assert.match(event.description, /^https:\/\/evil\.example is another site.* set "origin" to/);

    const neither = await refusedWith({});
    assert.equal("origin" in neither || "fetchSite" in neither, false);
    assert.deepEqual(neither.expectedOrigins, [where.origin, further]);
  });

  test("a preflight that is refused is reported as the call would be, because the browser does not send that", async (t) => {
    const where = await site(t);
    const preflight = async (origin: string, path = "") => {
      const headers = { origin, "access-control-request-method": "POST" };
      assert.equal((await send("OPTIONS", where.url + path, { headers })).status, 405);
      const event = where.events.at(-1);
      assert.equal(event?.type, "request_refused");
      return event;
    };
    const event = await preflight(further);
    assert.deepEqual([event.level, event.origin, event.expectedOrigins], ["warn", further, [where.origin]]);
    assert.match(event.description, /set "origin" to it/);
    assert.equal((await preflight(further)).level, "info");
    // From the login page to a login API elsewhere.
    assert.match((await preflight(where.origin)).description, /may call, .* Set "apiOrigin"/);
    assert.equal((await preflight(further, "/callback")).origin, undefined);
  });

  test("another refusal is reported without origins", async (t) => {
    const where = await site(t);
    await send("PUT", where.url, { headers: { origin: "https://evil.example" } });
    const [event] = where.events;
    assert.equal(event?.type, "request_refused");
    assert.equal(event.status, 405);
    assert.equal("origin" in event || "expectedOrigins" in event, false);
  });
});

describe("behind Vite's development proxy", () => {
  for (const changeOrigin of [false, true]) {
    test(`the page's address is the one that fits, changeOrigin ${changeOrigin}`, async (t) => {
      const { url, origin: backend, events } = await site(t);
      const vite = await createViteServer({
        configFile: false,
        logLevel: "silent",
        optimizeDeps: { noDiscovery: true },
        server: {
          host: "127.0.0.1",
          port: 0,
          ws: false,
          proxy: { "/otp-login": { target: backend, changeOrigin } },
        },
      });
      await vite.listen();
      t.after(() => vite.close());
      const page = new URL(vite.resolvedUrls?.local[0] ?? "").origin;
      const start = (origin: string) =>
        send("POST", page + new URL(url).pathname, { headers: { origin, "sec-fetch-site": "same-origin" } });
      assert.equal((await start(backend)).status, 201);
      assert.equal((await start(page)).status, 403);
      const event = events.at(-1);
      assert.equal(event?.type, "request_refused");
      assert.deepEqual([event.origin, event.expectedOrigins], [page, [backend]]);
      assert.match(event.description, new RegExp(`^If ${page} is your login page, set "origin" to it`));
    });
  }
});

describe("further origins of the same site", () => {
  const options = { origins: [further, "https://other.example.com"] };

  test("get CORS with credentials and their exact name, on answers and on errors", async (t) => {
    const { url } = await site(t, { options });
    for (const [method, path, status] of [
      ["POST", "", 201],
      ["GET", "/AAAAAAAAAAAAAAAAAAAAAA", 404],
      ["PUT", "", 405],
      ["GET", "/a/b", 404],
    ] as const) {
      const answer = await send(method, url + path, {
        headers: { origin: further, "sec-fetch-site": "same-site" },
      });
      assert.equal(answer.status, status);
      assert.equal(answer.headers["access-control-allow-origin"], further);
      assert.equal(answer.headers["access-control-allow-credentials"], "true");
      assert.equal(answer.headers.vary, "Origin");
    }
  });

  test("get a preflight with 204 that allows the widget's requests", async (t) => {
    const { url } = await site(t, { options });
    for (const [path, method] of [
      ["", "POST"],
      ["/AAAAAAAAAAAAAAAAAAAAAA", "GET"],
      ["/AAAAAAAAAAAAAAAAAAAAAA/otp", "POST"],
      ["/AAAAAAAAAAAAAAAAAAAAAA/login", "POST"],
    ] as const) {
      const answer = await send("OPTIONS", url + path, {
        headers: {
          origin: further,
          "access-control-request-method": method,
          "access-control-request-headers": "content-type,prefer",
        },
      });
      assert.equal(answer.status, 204);
      assert.equal(answer.headers["access-control-allow-origin"], further);
      assert.equal(answer.headers["access-control-allow-credentials"], "true");
      assert.equal(answer.headers["access-control-allow-methods"], method);
      assert.equal(answer.headers.vary, "Origin");
      assert.equal(answer.headers["cache-control"], "no-store");
    }
  });

  test("get no CORS if they are not listed, and the callback has no preflight", async (t) => {
    const { url, origin } = await site(t, { options });
    const ask = { "access-control-request-method": "POST" };
    for (const answer of [
      await send("OPTIONS", url, { headers: { origin: "https://evil.example.com", ...ask } }),
      await send("OPTIONS", `${url}/callback`, { headers: { origin: further, ...ask } }),
      await send("OPTIONS", url, { headers: { origin: further } }),
    ]) {
      assert.equal(answer.status, 405);
      assert.equal(answer.headers["access-control-allow-methods"], undefined);
    }
    const own = await send("POST", url, { headers: { origin } });
    assert.equal(own.status, 201);
    assert.equal(own.headers["access-control-allow-origin"], undefined);
    assert.equal(own.headers.vary, "Origin");
  });

  test("get no CORS header if the list is empty", async (t) => {
    const { url, origin } = await site(t);
    for (const headers of [{ origin }, { origin: further }]) {
      for (const method of ["POST", "OPTIONS", "GET"]) {
        const answer = await send(method, url, {
          headers: { ...headers, "access-control-request-method": "POST" },
        });
        const names = Object.keys(answer.headers);
        const found = names.filter((name) => name.startsWith("access-control") || name === "vary");
        assert.deepEqual(found, []);
      }
    }
  });
});

describe("the browser's cookie", () => {
  const value = "x".repeat(43);
  const start = async (t: Parameters<typeof site>[0], cookie?: string): Promise<string[] | undefined> => {
    const { url, origin } = await site(t);
    const answer = await send("POST", url, { headers: { origin, ...(cookie !== undefined && { cookie }) } });
    assert.equal(answer.status, 201);
    return answer.headers["set-cookie"];
  };

  test("has a plain name and is not Secure on http loopback", async (t) => {
    const [cookie, ...more] = (await start(t)) ?? [];
    assert.deepEqual(more, []);
    assert.match(cookie ?? "", /^onegini-otp-login=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  test("has a __Host- name and is Secure on https", async (t) => {
    const { emulator } = await site(t);
    const kit = createLoginKit({
      origin: "https://www.example.com",
      tokenServer: { url: emulator.url, clientId: "site", clientSecret: "site-secret", type: "qr-code" },
      message: "Hello",
      signIn: () => Response.json({}),
    });
    const start = (headers: Record<string, string> = {}): Promise<Response> =>
      kit.fetch(
        new Request("https://www.example.com/otp-login", {
          method: "POST",
          headers: { origin: "https://www.example.com", ...headers },
        }),
      );
    const cookie = (await start()).headers.get("set-cookie") ?? "";
    assert.match(
      cookie,
      /^__Host-onegini-otp-login=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const kept = await start({ cookie: cookie.split(";")[0] ?? "" });
    assert.equal(kept.headers.get("set-cookie"), null);
    // A plain name could have been set by any page of a neighbouring host.
    const plain = await start({ cookie: `onegini-otp-login=${value}` });
    assert.notEqual(plain.headers.get("set-cookie"), null);
  });

  // Which cookies are well-formed: browser-cookie.test.ts.
  test("is kept without a Set-Cookie if it is well-formed, and replaced if it is not", async (t) => {
    assert.equal(await start(t, `a=b; onegini-otp-login=${value}; c=d`), undefined);
    const [fresh] = (await start(t, `onegini-otp-login=${value}x`)) ?? [];
    assert.match(fresh ?? "", /^onegini-otp-login=[A-Za-z0-9_-]{43};/);
    holds(!fresh?.includes(value));
  });

  test("is shared by two tabs, each with an attempt of its own", async (t) => {
    const browser = new Browser(await site(t));
    const first = await browser.start();
    const cookie = browser.cookie;
    const second = await browser.start();
    assert.equal(browser.cookie, cookie);
    assert.notEqual(first.attempt, second.attempt);
    assert.equal((await browser.status(first.attempt)).status, "pending");
    assert.equal((await browser.status(second.attempt)).status, "pending");
  });

  test("is deleted by the header that forget() returns, and then the browser's attempts are unknown", async (t) => {
    const { kit, ...where } = await site(t);
    const browser = new Browser({ ...where });
    const { attempt } = await browser.start();
    const headers = kit.forget();
    assert.deepEqual(
      [...headers],
      [["set-cookie", "onegini-otp-login=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"]],
    );
    browser.cookie = undefined;
    assert.equal((await browser.get(`/${attempt}`)).status, 404);
  });
});
