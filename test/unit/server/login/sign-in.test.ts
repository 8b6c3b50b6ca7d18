import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import { describe, test, type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import { runInNewContext } from "node:vm";
import {
  memoryStore,
  type Attempt,
  type AttemptStore,
  type Login,
  type SignIn as SignInOf,
} from "onegini-otp-login/server";
import type { NodeContext } from "onegini-otp-login/node";
import { Browser } from "../support/browser.js";
import { gathering } from "../support/gathering-store.js";
import { accepted, listen, site, type Site } from "../support/site.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { until, holds } from "../../../support/until.js";
import { errorOf, login, scriptedLogin } from "../support/login.js";
import { pluck, eventsOf } from "../support/events.js";

type SignIn = SignInOf<NodeContext>;

/** A browser whose attempt a phone has accepted. */
async function approved(
  t: TestContext,
  signIn?: SignIn,
  more: Parameters<typeof site>[1] = {},
): Promise<{ browser: Browser; attempt: string; where: Site }> {
  const { tokenServer, where, browser, attempt } = await scriptedLogin(t, {
    ...more,
    options: { ...(signIn && { signIn }), ...more.options },
  });
  tokenServer.result = accepted("alice");
  assert.equal((await browser.status(attempt)).status, "approved");
  return { browser, attempt, where };
}

/** A store that can lose its last change, as Redis does in a failover. */
function forgetfulStore(): AttemptStore & { loseLastChange: () => Promise<void> } {
  const store = memoryStore();
  let before: Attempt | undefined;
  return {
    ...store,
    async compareAndSet(id, version, next) {
      before = await store.get(id);
      return store.compareAndSet(id, version, next);
    },
    async loseLastChange() {
      const { version } = (before && (await store.get(before.id))) ?? {};
      if (before && version !== undefined) await store.compareAndSet(before.id, version, before);
    },
  };
}

describe("logging in", () => {
  test("passes on the answer of a fetch, compressed or not", async (t) => {
    const service = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
      response.end(gzipSync(JSON.stringify({ redirect_to: "/account" })));
    });
    const address = await listen(t, service);
    const { browser, attempt } = await approved(t, () => fetch(address));
    const response = await browser.post(`/${attempt}/login`);
    assert.equal(response.headers.get("content-encoding"), null);
    assert.deepEqual(await response.json(), { redirect_to: "/account" });
  });

  test("tells signIn where and when the login began, whoever finishes it from where", async (t) => {
    const runtime = new VirtualClock();
    const summaries: Login["login"][] = [];
    let address: string | undefined = "192.0.2.7";
    const where = await site(t, {
      runtime,
      options: {
        clientIp: () => address,
        signIn: ({ login }) => {
          summaries.push(login);
          return Response.json({});
        },
      },
    });
    const browser = new Browser(where);
    const startedAt = runtime.now();
    const { attempt } = await browser.start({
      body: { language: "nl-BE" },
      headers: { "user-agent": `Test/1.0 ${"x".repeat(600)}` },
    });
    await runtime.advance(20);
    address = "198.51.100.1";
    const { otp } = await browser.renew(attempt);
    await runtime.advance(5);
    const approvedAt = runtime.now();
    const stream = await browser.stream(attempt);
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await stream.status("approved");
    await stream.end();
    await runtime.advance(3);
    for (let times = 0; times < 2; times++) assert.equal((await browser.logIn(attempt)).status, 200);
    const userAgent = `Test/1.0 ${"x".repeat(503)}`;
    const expected = { startedAt, approvedAt, address: "192.0.2.7", userAgent, language: "nl", codes: 2 };
    assert.deepEqual(summaries, [expected, expected]);
  });

  test("gives signIn the user, the attempt, the request and the context", async (t) => {
    const calls: Login<NodeContext>[] = [];
    const { browser, attempt } = await approved(t, (login) => {
      calls.push(login);
      return Response.json({});
    });
    await browser.logIn(attempt);
    const [login] = calls;
    assert.equal(login?.userId, "alice");
    assert.equal(login.attempt, attempt);
    assert.equal(new URL(login.request.url).pathname, `/otp-login/${attempt}/login`);
    assert.equal(login.request.headers.get("cookie"), browser.cookie);
    assert.equal(login.context.req.method, "POST");
    assert.equal(typeof login.context.res.setHeader, "function");
  });

  test("passes on status, headers, several cookies and JSON of signIn, but nothing is cached", async (t) => {
    const { browser, attempt } = await approved(t, () => {
      const headers = new Headers({ "x-site": "1", "cache-control": "public, max-age=600" });
      headers.append("set-cookie", "session=1; HttpOnly");
      headers.append("set-cookie", "theme=dark; Expires=Wed, 21 Oct 2026 07:28:00 GMT");
      return Response.json({ redirect_to: "/account", name: "Alice" }, { status: 201, headers });
    });
    const answer = await browser.logIn(attempt);
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get("x-site"), "1");
    assert.equal(answer.headers.get("cache-control"), "no-store");
    assert.deepEqual(answer.headers.getSetCookie(), [
      "session=1; HttpOnly",
      "theme=dark; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
    ]);
    assert.deepEqual(await answer.json(), { redirect_to: "/account", name: "Alice" });
  });

  for (const [name, signIn, expected] of [
    [
      "a plain object",
      () => ({ redirect_to: "/account", name: "Alice" }),
      { redirect_to: "/account", name: "Alice" },
    ],
    ["a promise of one", () => Promise.resolve({ redirect_to: "/" }), { redirect_to: "/" }],
    ["an object without a prototype", () => Object.assign(Object.create(null), { a: 1 }) as object, { a: 1 }],
    [
      "an object of another realm",
      () => runInNewContext("({ redirect_to: '/' })") as object,
      { redirect_to: "/" },
    ],
    ["nothing", () => undefined, {}],
    ["a promise of nothing", async () => {}, {}],
  ] as [string, SignIn, object][]) {
    test(`answers ${name} of signIn as JSON with 200, and nothing is cached`, async (t) => {
      const { browser, attempt, where } = await approved(t, signIn);
      const answer = await browser.logIn(attempt);
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get("content-type") ?? "", /^application\/json\b/);
      assert.equal(answer.headers.get("cache-control"), "no-store");
      assert.deepEqual(await answer.json(), expected);
      holds(where.events.some(({ type }) => type === "logged_in"));
    });
  }

  test("keeps the cookies that signIn set on Node's answer, where it returns no Response", async (t) => {
    const { browser, attempt } = await approved(t, ({ context }) => {
      context.res.setHeader("set-cookie", ["library=1", "theme=dark"]);
      return { redirect_to: "/account" };
    });
    const answer = await browser.logIn(attempt);
    assert.deepEqual(answer.headers.getSetCookie(), ["library=1", "theme=dark"]);
  });

  test("writes an object of signIn once: what was looked at is what is sent", async (t) => {
    let times = 0;
    const { browser, attempt } = await approved(t, () => ({
      toJSON: () => (times++ > 0 ? "text" : { a: 1 }),
    }));
    assert.deepEqual(await (await browser.logIn(attempt)).json(), { a: 1 });
  });

  for (const [what, signIn] of [
    [
      "a Response that signIn throws",
      () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- frameworks' code does this
        throw Response.json(
          { redirect_to: "/welcome" },
          { status: 201, headers: { "set-cookie": "session=1" } },
        );
      },
    ],
    [
      "a Response of another library",
      () => {
        const { status, headers, ...response } = {
          status: 201,
          headers: new Headers({ "set-cookie": "session=1", "content-type": "application/json" }),
          url: "",
        };
        return {
          ...response,
          status,
          headers,
          arrayBuffer: () => new Response(JSON.stringify({ redirect_to: "/welcome" })).arrayBuffer(),
        };
      },
    ],
  ] as [string, SignIn][]) {
    test(`uses ${what} as it is`, async (t) => {
      const { browser, attempt, where } = await approved(t, signIn);
      const answer = await browser.logIn(attempt);
      assert.equal(answer.status, 201);
      assert.deepEqual(answer.headers.getSetCookie(), ["session=1"]);
      assert.deepEqual(await answer.json(), { redirect_to: "/welcome" });
      holds(where.events.some(({ type }) => type === "logged_in"));
    });
  }

  test("keeps the cookies of a session library beside those of the answer", async (t) => {
    const { browser, attempt } = await approved(t, ({ context }) => {
      context.res.setHeader("set-cookie", ["library=1"]);
      return Response.json({}, { headers: { "set-cookie": "own=1" } });
    });
    const answer = await browser.logIn(attempt);
    assert.deepEqual(answer.headers.getSetCookie().sort(), ["library=1", "own=1"]);
  });

  test("is answered 409 authorization_pending before the approval, and signIn does not run", async (t) => {
    const { where, browser, attempt } = await login(t);
    assert.deepEqual(await errorOf(await browser.logIn(attempt)), [409, "authorization_pending"]);
    assert.deepEqual(where.logins, []);
  });

  test("asks the Token Server where a failover of the store has lost the acceptance", async (t) => {
    const store = forgetfulStore();
    const { browser, attempt, where } = await approved(t, undefined, { options: { store } });
    await store.loseLastChange();
    assert.equal((await store.get(attempt))?.state.status, "pending");
    assert.equal((await browser.logIn(attempt)).status, 200);
    assert.deepEqual(where.logins, [{ userId: "alice", attempt }]);
  });

  test("is impossible for another browser, even if the attempt is approved", async (t) => {
    const { attempt, where } = await approved(t);
    const other = new Browser(where);
    await other.start();
    assert.deepEqual(await errorOf(await other.logIn(attempt)), [404, "unknown_attempt"]);
    assert.deepEqual(where.logins, []);
  });

  test("can be repeated by the same browser for a minute if the answer was lost, with the same attempt", async (t) => {
    const runtime = new VirtualClock();
    const { browser, attempt, where } = await approved(t, undefined, { runtime });
    assert.equal((await browser.logIn(attempt)).status, 200);
    await runtime.advance(59.9);
    assert.equal((await browser.logIn(attempt)).status, 200);
    await runtime.advance(0.1);
    assert.deepEqual(await errorOf(await browser.logIn(attempt)), [409, "attempt_settled"]);
    assert.deepEqual(where.logins, [
      { userId: "alice", attempt },
      { userId: "alice", attempt },
    ]);
    assert.deepEqual(pluck(eventsOf(where, "logged_in"), "repeated"), [false, true]);
  });

  test("is 429 from the 21st on, on every server, until the minute is over: signIn runs 20 times at most", async (t) => {
    const runtime = new VirtualClock();
    const store = memoryStore(() => runtime.now());
    const { browser, attempt, where } = await approved(t, undefined, { runtime, options: { store } });
    const other = await site(t, { runtime, options: { store, origin: where.origin } });
    const elsewhere = new Browser({ url: other.url, origin: where.origin });
    elsewhere.cookie = browser.cookie;
    const answers = await Promise.all(Array.from({ length: 30 }, () => browser.logIn(attempt)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 20);
    await runtime.advance(20);
    for (const each of [browser, elsewhere]) {
      const answer = await each.logIn(attempt);
      assert.deepEqual(await errorOf(answer), [429, "too_many_requests"]);
      assert.equal(answer.headers.get("retry-after"), "40");
    }
    assert.equal(where.logins.length + other.logins.length, 20);
    assert.deepEqual(pluck(eventsOf(other, "limited"), "limit"), ["loginsPerAttempt"]);
    await runtime.advance(40);
    assert.deepEqual(await errorOf(await browser.logIn(attempt)), [409, "attempt_settled"]);
  });

  test("is impossible two minutes after the approval: the attempt is expired", async (t) => {
    const runtime = new VirtualClock();
    const { browser, attempt, where } = await approved(t, undefined, { runtime });
    await runtime.advance(119.9);
    assert.equal((await browser.status(attempt)).status, "approved");
    await runtime.advance(0.1);
    assert.equal((await browser.status(attempt)).status, "expired");
    assert.deepEqual(await errorOf(await browser.logIn(attempt)), [409, "attempt_settled"]);
    assert.deepEqual(where.logins, []);
  });

  test("is impossible two minutes after the approval, also as the first call after it", async (t) => {
    const runtime = new VirtualClock();
    const { browser, attempt, where } = await approved(t, undefined, { runtime });
    await runtime.advance(120);
    assert.deepEqual(await errorOf(await browser.logIn(attempt)), [409, "attempt_settled"]);
    assert.deepEqual(where.logins, []);
  });

  test("claims the attempt once for simultaneous requests; the others are repetitions", async (t) => {
    const inner = memoryStore();
    const gathered = gathering(inner, 10);
    let gatheredReads = 0;
    const get = (id: string) => (gatheredReads-- > 0 ? gathered : inner).get(id);
    const { browser, attempt, where } = await approved(t, undefined, {
      options: { store: { ...inner, get } },
    });
    // All requests read it as `approved`, before the first one claims it.
    gatheredReads = 10;
    const answers = await Promise.all(Array.from({ length: 10 }, () => browser.logIn(attempt)));
    holds(answers.every(({ status }) => status === 200));
    assert.equal(where.events.filter((event) => event.type === "logged_in" && !event.repeated).length, 1);
    assert.equal(new Set(where.logins.map((login) => login.attempt)).size, 1);
  });
});

describe("a signIn that fails", () => {
  for (const [name, signIn] of Object.entries<SignIn>({
    throws: () => {
      throw new Error("the database is down: password=hunter2");
    },
    rejects: () => Promise.reject(new Error("the database is down: password=hunter2")),
    "throws undefined": () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- a site's code might do this
      throw undefined;
    },
    "returns Response.error()": () => Response.error(),
    "returns a body that breaks off": () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.error(new Error("password=hunter2")),
        }),
      ),
  })) {
    test(`that ${name} is answered 500 without its error, and the same browser may try again`, async (t) => {
      let broken = true;
      const { browser, attempt, where } = await approved(t, (login) =>
        broken ? signIn(login) : Response.json({}),
      );
      const answer = await browser.logIn(attempt);
      const text = await answer.text();
      assert.equal(answer.status, 500);
      assert.deepEqual(Object.keys(JSON.parse(text) as object), ["error", "error_description"]);
      assert.match(text, /server_error/);
      holds(!text.includes("hunter2"));
      holds(where.events.some((event) => event.type === "sign_in_failed" && event.attempt === attempt));
      broken = false;
      assert.equal((await browser.logIn(attempt)).status, 200);
    });
  }

  class User {
    readonly name = "alice-secret";
  }
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  for (const [what, value] of Object.entries<unknown>({
    "an instance of User": new User(),
    "an instance of Map": new Map(),
    "an instance of Error": new Error("alice-secret"),
    "an array": ["alice-secret"],
    "a string": "alice-secret",
    "a number": 200,
    "a boolean": false,
    "a bigint": 1n,
    "a function": () => "alice-secret",
    null: null,
    "an object that cannot be written as a JSON object": cycle,
  })) {
    test(`that returns ${what} is answered 500 at once and for good, and one event says what to return`, async (t) => {
      const { browser, attempt, where } = await approved(t, () => value as object as Record<string, unknown>);
      const answer = await browser.logIn(attempt);
      assert.deepEqual(await errorOf(answer), [500, "server_error"]);
      // The widget repeats a login for 60 s.
      holds(Number(answer.headers.get("retry-after")) > 60);
      const failures = eventsOf(where, "sign_in_failed");
      assert.equal(failures.length, 1);
      assert.equal(failures[0]?.reason, "not_a_response");
      assert.equal(failures[0]?.level, "error");
      const advice =
        'return a Response, an object for the page such as { redirect_to: "/account" }, or nothing';
      assert.equal(failures[0]?.description, `signIn returned ${what}; ${advice}`);
      holds(!JSON.stringify(where.events).includes("alice-secret"));
    });
  }

  for (const [name, answerBy] of Object.entries<(res: ServerResponse) => void>({
    "and ends its answer": (res) => void res.writeHead(302, { location: "/account" }).end(),
    "and leaves its answer open": (res) => void res.writeHead(200).write("Welcome"),
  })) {
    test(`that answers by itself ${name} is no login in the log, and its answer ends`, async (t) => {
      const { browser, attempt, where } = await approved(t, ({ context }) => answerBy(context.res));
      // Not as a page's call: the answer is none of the login API's.
      const answer = await fetch(`${where.url}/${attempt}/login`, {
        method: "POST",
        redirect: "manual",
        headers: { origin: where.origin, cookie: browser.cookie ?? "" },
      });
      holds(["", "Welcome"].includes(await answer.text()));
      await until(() => where.events.some(({ type }) => type === "sign_in_failed"), "the event");
      const [failure] = eventsOf(where, "sign_in_failed");
      assert.equal(failure?.reason, "not_a_response");
      assert.match(failure.description ?? "", /^signIn answered the request by itself; return a Response, /);
      holds(!where.events.some(({ type }) => type === "logged_in"));
    });
  }

  for (const hangs of ["signIn", "its body"] as const) {
    test(`is answered 500 if ${hangs} takes over 10 s, and its signal aborts`, async (t) => {
      const runtime = new VirtualClock();
      const never = new Promise<Response>(() => undefined);
      let given: AbortSignal | undefined;
      const { browser, attempt, where } = await approved(
        t,
        ({ signal }) => {
          given = signal;
          return hangs === "its body" ? new Response(new ReadableStream()) : never;
        },
        { runtime },
      );
      const answer = browser.logIn(attempt);
      await until(() => given !== undefined, "signIn to run");
      await runtime.advance(9.9);
      holds(!where.events.some(({ type }) => type === "sign_in_failed"));
      assert.equal(given?.aborted, false);
      await runtime.advance(0.1);
      assert.equal(given.aborted, true);
      assert.deepEqual(await errorOf(await answer), [500, "server_error"]);
    });
  }

  const json = (body: unknown, status = 403) => Response.json(body, { status });
  const long = `${"\u{1f512}".repeat(300)}`;
  for (const [name, response, expected] of [
    ["its code", () => json({ code: "BANNED_USER", error: "banned", message: "No." }), [403, "BANNED_USER"]],
    ["its error without a code", () => json({ error: "account_blocked" }, 401), [401, "account_blocked"]],
    ["its error beside a code that is no text", () => json({ code: {}, error: "blocked" }), [403, "blocked"]],
    ["a number", () => json({ code: 4003 }), [403, "4003"]],
    [
      "a code without what would forge a line of a log",
      () => json({ code: "A\r\nB\u2028C\u001b[1mD\u202eE\ud800F" }),
      [403, "A  B C [1mD E F"],
    ],
    ["200 characters of a long code", () => json({ code: long }), [403, "\u{1f512}".repeat(200)]],
    ["no code of an empty one", () => json({ code: "", error: "" }), [403, undefined]],
    ["no code of JSON that is no object", () => json(["banned"]), [403, undefined]],
    ["no code of null", () => json(null), [403, undefined]],
    ["no code of another answer", () => new Response("No", { status: 403 }), [403, undefined]],
    ["no code of an empty answer", () => new Response(null, { status: 204 }), [204, undefined]],
    [
      "no code of a redirect",
      () => new Response(null, { status: 302, headers: { location: "/" } }),
      [302, undefined],
    ],
  ] as const) {
    test(`that refuses a login is reported with the answer's status and ${name}`, async (t) => {
      const { browser, attempt, where } = await approved(t, response);
      const answer = await browser.logIn(attempt);
      assert.equal(await answer.text(), await response().text());
      const failures = eventsOf(where, "sign_in_failed");
      const found = failures.map(({ level, status, code }) => [level, status, code]);
      assert.deepEqual(found, [["warn", ...expected]]);
      assert.equal("code" in failures[0]!, expected[1] !== undefined);
    });
  }

  test("that answers 2xx with JSON of another content type has logged in, as the widget takes it", async (t) => {
    const headers = { "content-type": "text/plain" };
    const { browser, attempt, where } = await approved(t, () => new Response("{}", { headers }));
    assert.equal((await browser.logIn(attempt)).status, 200);
    assert.deepEqual(
      where.events.flatMap(({ type }) => (/^(logged_in|sign_in_failed)$/.test(type) ? [type] : [])),
      ["logged_in"],
    );
  });

  for (const [name, response] of [
    ["redirects", () => new Response(null, { status: 302, headers: { location: "/account" } })],
    ["answers HTML", () => new Response("<h1>Hello</h1>", { headers: { "content-type": "text/html" } })],
    ["rejects", () => Response.json({ error: "blocked" }, { status: 403 })],
    ["answers 204", () => new Response(null, { status: 204 })],
  ] as const) {
    test(`that ${name} is passed on unchanged, and the log says which answers the page accepts`, async (t) => {
      const { browser, attempt, where } = await approved(t, response);
      const answer = await browser.logIn(attempt);
      const expected = response();
      assert.equal(answer.status, expected.status);
      assert.equal(answer.headers.get("location"), expected.headers.get("location"));
      assert.equal(answer.headers.get("content-type"), expected.headers.get("content-type"));
      assert.equal(answer.headers.get("cache-control"), "no-store");
      assert.equal(await answer.text(), await expected.text());
      const [failure] = eventsOf(where, "sign_in_failed");
      assert.equal(failure?.level, "warn");
      // JSON with 403 is a refusal, not a mistake.
      if (name === "rejects") assert.equal(failure.reason, "answered 403");
      else assert.match(failure.reason, /^answered \d+ .+; the page accepts only 2xx with JSON$/);
    });
  }
});
