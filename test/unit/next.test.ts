import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { createNextLogin, type NextLogin } from "onegini-otp-login/next";
import type { LoginKitOptions, NewBrowserCookie } from "onegini-otp-login/server";
import { exampleOptions } from "./server/support/site.js";

/** The login of a Next.js app, as far as it needs no Next.js. The whole of it: test/package/examples/next.test.ts. */

const options = exampleOptions;
const { origin } = options;

/** The request of a browser for a login page. */
const pageRequest = (headers: Record<string, string> = {}, method = "GET"): Request =>
  new Request(`${origin}/login`, { method, headers });

/** The cookies that a proxy's answer gets, as Next's `NextResponse` takes them. */
async function cookiesSet(login: NextLogin, request: Request): Promise<NewBrowserCookie[]> {
  const set: NewBrowserCookie[] = [];
  const response = { cookies: { set: (cookie: NewBrowserCookie) => set.push(cookie) } };
  assert.equal(await login.setBrowserCookie(request, response), response);
  return set;
}

const headerOf = ({ name, value }: NewBrowserCookie): string => `${name}=${value}`;

describe("the kit of a process", () => {
  /** A login that counts how often its options are read. */
  function countedLogin(
    name: string,
    answer: () => LoginKitOptions | Promise<LoginKitOptions> = () => options,
  ) {
    const reads = { count: 0 };
    // As Next.js does: each of its bundles loads the file that creates the login.
    const load = (): NextLogin =>
      createNextLogin(() => {
        reads.count++;
        return answer();
      }, name);
    return { reads, load };
  }

  test("is created at the first request, not when the file is loaded", async (t) => {
    const { reads, load } = countedLogin(t.name);
    const login = load();
    assert.equal(reads.count, 0);
    await login.handlers.GET(pageRequest());
    assert.equal(reads.count, 1);
  });

  test("is one, however often the file is loaded, also if its options come later", async (t) => {
    const { reads, load } = countedLogin(t.name, async () => options);
    const [first, second] = await Promise.all([load().kit(), load().kit()]);
    assert.equal(first, second);
    assert.equal(reads.count, 1);
  });

  test("belongs to one name", async (t) => {
    const [first, second] = [createNextLogin(() => options), createNextLogin(() => options, t.name)];
    assert.notEqual(await first.kit(), await second.kit());
  });

  test("reads options that failed not again at each request, in none of its copies", async (t) => {
    t.mock.method(console, "error", () => undefined);
    const { reads, load } = countedLogin(t.name, async () => {
      throw new Error("Redis is down");
    });
    for (const login of [load(), load()]) await assert.rejects(login.kit(), /Redis is down/);
    assert.equal(reads.count, 1);
  });

  /** The addresses that the Token Server gets, and the kit's events, where clients send these in `X-Forwarded-For`. */
  async function addressesFor(name: string, sent: string[], more: Partial<LoginKitOptions> = {}) {
    const starts: URLSearchParams[] = [];
    const events: string[] = [];
    const login = createNextLogin(
      () => ({
        ...options,
        ...(more as object),
        message: "Log in",
        onEvent: ({ type }) => void events.push(type),
        transport: async ({ body }) => {
          starts.push(new URLSearchParams(body));
          return { status: 503, text: "" };
        },
      }),
      name,
    );
    for (const address of sent) {
      const headers = { origin, "x-forwarded-for": address };
      await login.handlers.POST(new Request(`${origin}/otp-login`, { method: "POST", headers }));
    }
    return { addresses: starts.map((form) => form.get("ip_address")), events };
  }

  test("ignores X-Forwarded-For by default", async (t) => {
    const { addresses, events } = await addressesFor(t.name, ["203.0.113.9", "203.0.113.10"]);
    assert.deepEqual(addresses, [null, null]);
    assert.equal(events.filter((type) => type === "no_client_address").length, 1);
  });

  test("takes no text for the address of a client, from a site that believes every proxy", async (t) => {
    const clientIp = (request: Request) => request.headers.get("x-forwarded-for") ?? undefined;
    const sent = ["your own office in Amsterdam", "192.0.2.7"];
    const { addresses, events } = await addressesFor(t.name, sent, { clientIp });
    assert.deepEqual(addresses, [null, "192.0.2.7"]);
    assert.equal(events.filter((type) => type === "invalid_client_address").length, 1);
  });

  test("is not created from options, which only a function may give", () => {
    assert.throws(() => createNextLogin(options as never), /"options" is wrong; expected a function/);
  });

  test("names an option that is wrong", async (t) => {
    const { load } = countedLogin(t.name, () => ({ ...options, origin: "" }));
    await assert.rejects(load().kit(), { name: "TypeError", message: /origin/ });
  });
});

describe("the browser's cookie", () => {
  const loginOf = (t: TestContext): NextLogin => createNextLogin(() => options, t.name);

  test("is set for a browser that has none, and kept by one that has it", async (t) => {
    const login = loginOf(t);
    const [cookie, ...others] = await cookiesSet(login, pageRequest());
    assert.ok(cookie);
    assert.deepEqual(others, []);
    assert.deepEqual(await cookiesSet(login, pageRequest({ cookie: headerOf(cookie) })), []);
  });

  test("is not set for a page that nobody sees", async (t) => {
    const login = loginOf(t);
    assert.deepEqual(await cookiesSet(login, pageRequest({ "sec-purpose": "prefetch" })), []);
    assert.deepEqual(await cookiesSet(login, pageRequest({}, "HEAD")), []);
  });

  test("is not set where Next.js itself requests the page for a server action, because it drops the cookie", async (t) => {
    assert.deepEqual(await cookiesSet(loginOf(t), pageRequest({ origin })), []);
  });

  test("is not set for a request of Next's router, which may be for a link that is only seen", async (t) => {
    const login = loginOf(t);
    assert.deepEqual(await cookiesSet(login, pageRequest({ "sec-fetch-dest": "empty" })), []);
    assert.deepEqual(await cookiesSet(login, pageRequest({ "next-url": "/" })), []);
  });

  test("is not set on a page that may not call, where the site knows its address", async (t) => {
    const login = loginOf(t);
    const asked = async (pageUrl: string) => {
      const set: NewBrowserCookie[] = [];
      const response = { cookies: { set: (cookie: NewBrowserCookie) => set.push(cookie) } };
      await login.setBrowserCookie(pageRequest(), response, { pageUrl });
      return set.length;
    };
    assert.equal(await asked(`${origin}/login`), 1);
    assert.equal(await asked("https://app-git-main.example.app/login"), 0);
  });

  test("is not set in `next dev` on a page that may not call; in production Host decides nothing", async (t) => {
    const before = process.env["NODE_ENV"];
    t.after(() =>
      before === undefined ? delete process.env["NODE_ENV"] : (process.env["NODE_ENV"] = before),
    );
    const local = { ...options, origin: "http://localhost:3000" };
    const login = createNextLogin(() => local, t.name);
    // As Next.js fills them in.
    const asked = (host: string) =>
      cookiesSet(login, pageRequest({ host, "x-forwarded-host": host, "x-forwarded-proto": "http" }));
    for (const [environment, host, count] of [
      ["development", "localhost:3000", 1],
      ["development", "localhost:3001", 0],
      ["development", "127.0.0.1:3000", 0],
      ["production", "localhost:3001", 1],
    ] as const) {
      process.env["NODE_ENV"] = environment;
      assert.equal((await asked(host)).length, count, `${environment}, ${host}`);
    }
  });

  test("ends with the same attributes", async (t) => {
    const login = loginOf(t);
    const [cookie] = await cookiesSet(login, pageRequest());
    assert.deepEqual(await login.forget(), [{ ...cookie, value: "", maxAge: 0 }]);
  });

  test("ends together with the browser that is known for its users, if the site says so", async (t) => {
    const pairing = { keys: ["a key of the tests, of 32 characters"] };
    const login = createNextLogin(() => ({ ...options, message: "Log in: {number}", pairing }), t.name);
    const names = async (knownBrowser: boolean) =>
      (await login.forget({ knownBrowser })).map(({ name, maxAge }) => [name, maxAge]);
    const own = ["__Host-onegini-otp-login", 0];
    assert.deepEqual(await names(false), [own]);
    assert.deepEqual(await names(true), [own, ["__Host-onegini-otp-login-known", 0]]);
  });

  test("ends also where the login page is at another origin than the login API", async (t) => {
    const apart = { ...options, apiOrigin: "https://login.example.com" };
    const [ended, ...others] = await createNextLogin(() => apart, t.name).forget();
    assert.deepEqual([ended?.name, others], ["__Host-onegini-otp-login", []]);
  });
});

test("without its options the login leaves page, proxy and log-out as they are, and logs a line", async (t) => {
  const lines: string[] = [];
  t.mock.method(console, "error", (line: string) => lines.push(line));
  const login = createNextLogin(() => ({ ...options, origin: "" }), t.name);
  assert.deepEqual(await cookiesSet(login, pageRequest()), []);
  const answer = await login.handlers.POST(pageRequest());
  const refusal = [answer.status, ((await answer.json()) as { error: string }).error];
  assert.deepEqual(refusal, [500, "server_error"]);
  assert.deepEqual(
    (await login.forget()).map(({ name, value, maxAge }) => [name, value, maxAge]),
    [
      ["__Host-onegini-otp-login", "", 0],
      ["onegini-otp-login", "", 0],
    ],
  );
  assert.deepEqual(
    (await login.forget({ knownBrowser: true })).map(({ name }) => name),
    [
      "__Host-onegini-otp-login",
      "__Host-onegini-otp-login-known",
      "onegini-otp-login",
      "onegini-otp-login-known",
    ],
  );
  assert.equal(lines.length, 1, "one line a minute");
  assert.match(lines[0] ?? "", /^error onegini-otp-login: .*"origin" is empty; expected an origin/);
});

test("each method is answered by the kit", async (t) => {
  const { handlers } = createNextLogin(() => options, t.name);
  for (const [method, handle] of Object.entries(handlers)) {
    const { status, headers } = await handle(new Request(`${origin}/otp-login`, { method }));
    if (method === "POST") assert.equal(status, 403);
    else assert.deepEqual([status, headers.get("allow")], [405, "POST"], method);
  }
});
