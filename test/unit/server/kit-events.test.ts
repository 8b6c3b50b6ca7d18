import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { nodeTransport } from "onegini-otp-login/node";
import { memoryStore, type LoginKitEvent } from "onegini-otp-login/server";
import { createReport } from "../../../src/server/event-reporter.js";
import { systemRuntime } from "../../../src/server/runtime.js";
import { sha256 } from "../../../src/server/text/bytes.js";
import type { Transport } from "../../../src/server/token-server/transport.js";
import { StoreGuard } from "../../../src/server/store/store-guard.js";
import { Browser } from "./support/browser.js";
import { send } from "./support/raw.js";
import { scriptedSite, accepted, failed, json, site, undecided } from "./support/site.js";
import { until, holds } from "../../support/until.js";
import { VirtualClock } from "../../support/virtual-clock.js";
import { scriptedLogin, login } from "./support/login.js";
import { eventsOf, pluck } from "./support/events.js";

const types = (events: LoginKitEvent[]): string[] => events.map(({ type }) => type);

describe("the site's log", () => {
  test("gets an event for each step of a login", async (t) => {
    const { emulator, events, ...where } = await site(t);
    const browser = new Browser(where);
    const { attempt } = await browser.start();
    const { otp } = await browser.renew(attempt);
    const stream = await browser.stream(attempt);
    await (await emulator.phone()).handleMobileAuthWithOtp(otp);
    await stream.end();
    await browser.logIn(attempt);
    assert.deepEqual(types(events), [
      "attempt_started",
      "code_renewed",
      "callback_received",
      "attempt_approved",
      "logged_in",
    ]);
    for (const event of events) {
      assert.equal(event.level, "info");
      assert.equal("attempt" in event && event.attempt, attempt);
    }
    const [start] = events;
    holds(start?.type === "attempt_started" && start.address === "127.0.0.1" && start.durationMs >= 0);
    const last = events.at(-1);
    holds(last?.type === "logged_in" && last.userId === "alice" && last.status === 200);
  });

  test("gets who accepted which code in which browser, and who declined one", async (t) => {
    const { tokenServer, where } = await scriptedSite(t);
    const browser = new Browser(where);
    const answers = [
      ["attempt_approved", accepted("alice")],
      ["attempt_denied", failed("not_accepted")],
    ] as const;
    for (const [type, result] of answers) {
      const headers = { "user-agent": `Browser/1${"0".repeat(600)}` };
      const { attempt } = await browser.start({ headers });
      tokenServer.result = undecided;
      await browser.renew(attempt);
      const last = tokenServer.started.at(-1) ?? "";
      tokenServer.result = (response, id, request) =>
        (id === last ? result : undecided)(response, id, request);
      await browser.status(attempt);
      const [event] = eventsOf(where, type);
      holds(event);
      assert.deepEqual(
        [event.transaction, event.code, event.codes, event.userAgent],
        [last, 2, 2, headers["user-agent"].slice(0, 512)],
      );
      assert.equal(event.browserId, (await sha256((browser.cookie ?? "").split("=")[1] ?? "")).slice(0, 16));
      holds(Math.abs(Date.now() - event.durationMs - Date.parse(event.startedAt)) < 5_000);
    }
  });

  test("gets a denial, a failure and a rejected call", async (t) => {
    const { tokenServer, where } = await scriptedSite(t);
    const browser = new Browser(where);
    for (const [reason, ...expected] of [
      ["not_accepted", "attempt_denied"],
      ["failed_to_send", "attempt_failed", "transaction_failed"],
    ] as const) {
      const { attempt } = await browser.start();
      tokenServer.result = failed(reason);
      await browser.status(attempt);
      assert.deepEqual(types(where.events).slice(-expected.length), expected);
    }
    await browser.post("/x/otp");
    const last = where.events.at(-1);
    holds(last?.type === "request_refused" && last.error === "unknown_attempt" && last.status === 404);
  });

  test("a hook that throws or rejects does no harm", async (t) => {
    const complaints = t.mock.method(console, "error", () => undefined);
    for (const onEvent of [
      () => {
        throw new Error("log is full");
      },
      () => Promise.reject(new Error("log is full")),
    ]) {
      const { where, browser, attempt, otp } = await login(t, { options: { onEvent } });
      const stream = await browser.stream(attempt);
      await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
      await stream.status("approved");
      assert.equal((await browser.logIn(attempt)).status, 200);
    }
    holds(complaints.mock.callCount() > 0);
  });

  test("gets no control characters from strangers or from the Token Server", async (t) => {
    const { tokenServer, where } = await scriptedSite(t);
    tokenServer.start = json(400, { error: 1003, error_description: "bad\nparameter\u009b2J" });
    await new Browser(where).post("");
    await new Browser(where).post("", { headers: { origin: "https://bank\u0085.example\u009b2J" } });
    const [trouble, , refused] = where.events;
    holds(trouble?.type === "token_server_trouble" && trouble.description === "bad parameter 2J");
    holds(refused?.type === "request_refused" && refused.origin === "https://bank .example 2J");
  });

  test("gets method and path of a refused call, without its query and long segments", async (t) => {
    const { events, ...where } = await site(t);
    for (const [method, sent, path] of [
      ["GET", "/otp-logni/?otp=x", "/otp-logni/"],
      ["PUT", "/otp-login?/callback", "/otp-login"],
      ["POST", "/otp-login/a%0A%22/b?", "/otp-login/a%0A%22/b"],
      ["GET", `/otp-login/${"x".repeat(5000)}/y`, "/otp-login/…/y"],
      ["GET", `/otp-login${"/secret".repeat(50)}`, `/otp-login${"/secret".repeat(50)}`.slice(0, 200)],
    ] as const) {
      await send(method, where.origin + sent);
      const last = events.at(-1);
      assert.equal(last?.type, "request_refused");
      assert.deepEqual([last.method, last.path], [method, path]);
    }
  });

  test("gets a warning a minute with the reason of a refused callback, for each reason", async (t) => {
    let now = Date.now();
    const { events, ...where } = await site(t, {
      options: { callback: { username: "ts", password: "right" } },
      runtime: { ...systemRuntime, now: () => now },
    });
    const basic = (password: string) => `Basic ${btoa(`ts:${password}`)}`;
    const callback = (headers: Record<string, string>, body: string) =>
      send("POST", `${where.url}/callback`, {
        headers: { "content-type": "application/json", authorization: basic("right"), ...headers },
        body,
      });
    const levels = async (refuse: () => Promise<{ status: number }>, status: number) => {
      events.length = 0;
      for (const minutes of [0, 0.5, 1]) {
        now += minutes * 60_000;
        assert.equal((await refuse()).status, status);
      }
      return events.map((event) =>
        event.type === "request_refused" ? [event.level, event.status, event.description] : [event.type],
      );
    };
    const thrice = (status: number, description: string) =>
      (["warn", "info", "warn"] as const).map((level) => [level, status, description]);
    const good = '{"transaction_id":"a"}';
    assert.deepEqual(
      await levels(() => callback({ authorization: "" }, good), 401),
      thrice(401, "The callback takes HTTP Basic authentication."),
    );
    assert.deepEqual(
      await levels(() => callback({ authorization: basic("wrong") }, good), 401),
      thrice(401, "The callback's user name or password is wrong."),
    );
    assert.deepEqual(
      await levels(() => callback({}, "{}"), 400),
      thrice(400, '"transaction_id" must be a string.'),
    );
    const [[level, , reason] = []] = await levels(
      () => callback({ "content-type": "text/xml" }, "<a/>"),
      415,
    );
    assert.equal(level, "warn");
    assert.equal(reason, "The body must be application/json.");
    // The same from a page is nobody's setting.
    await send("POST", where.url, { headers: { origin: where.origin }, body: "<a/>" });
    assert.deepEqual([events.at(-1)?.type, events.at(-1)?.level], ["request_refused", "info"]);
  });

  test("a clientIp that returns null, as a missing header is, means that the address is unknown", async (t) => {
    const { where, browser, attempt } = await login(t, { options: { clientIp: () => null as never } });
    const [event] = eventsOf(where, "attempt_started");
    assert.equal(event && "address" in event, false);
    assert.equal((await browser.status(attempt)).status, "pending");
  });

  test("a clientIp that returns something else than a text is 500, and the event says what it returned", async (t) => {
    const where = await site(t, { options: { clientIp: () => 7 as never } });
    assert.equal((await new Browser(where).post("")).status, 500);
    const [event] = eventsOf(where, "internal_error");
    assert.match(
      String(event && "error" in event && event.error),
      /"clientIp" returned a number; expected a string or undefined/,
    );
  });

  test("a clientIp that throws is 500 and reported", async (t) => {
    const { events, ...where } = await site(t, {
      options: {
        clientIp: () => {
          throw new Error("no proxy header");
        },
      },
    });
    const answer = await new Browser(where).post("");
    assert.equal(answer.status, 500);
    holds(!(await answer.text()).includes("proxy"));
    assert.deepEqual(types(events), ["internal_error", "request_refused"]);
  });
});

describe("a failure that lasts", () => {
  test("of the Token Server is one warning in ten seconds", async (t) => {
    const clock = new VirtualClock();
    const where = await site(t, { tokenServerUrl: "http://127.0.0.1:9", runtime: clock });
    const levels = () => pluck(eventsOf(where, "token_server_trouble"), "level");
    for (let count = 0; count < 2; count++) await new Browser(where).post("");
    assert.deepEqual(levels(), ["warn", "info"]);
    await clock.advance(61);
    await new Browser(where).post("");
    assert.equal(levels().at(-1), "warn");
  });

  describe("of the Token Server, at the start of logins,", () => {
    /** A site whose Token Server is down. `post` starts a login. */
    async function downSite(t: TestContext, transport?: Transport) {
      const clock = new VirtualClock();
      const whenDown: Transport =
        transport ?? (() => Promise.reject(Object.assign(new Error(), { code: "ECONNREFUSED" })));
      let isDown = true;
      const { tokenServer, where } = await scriptedSite(t, {
        runtime: clock,
        options: { transport: (call) => (isDown ? whenDown(call) : nodeTransport(call)) },
      });
      return {
        clock,
        events: where.events,
        tokenServer,
        post: () => new Browser(where).post(""),
        isDown: (now: boolean) => (isDown = now),
        troubles: () => eventsOf(where, "token_server_trouble"),
      };
    }

    for (const code of ["ECONNREFUSED", "CERT_HAS_EXPIRED"]) {
      test(`with ${code}, is an error once the kit's own start fails too, with since when and how many`, async (t) => {
        const { clock, events, post, tokenServer, troubles } = await downSite(t, () =>
          Promise.reject(Object.assign(new Error(), { code })),
        );
        const since = new Date(clock.now()).toISOString();
        for (let time = 0; time < 6; time++) {
          await post();
          await clock.advance(12);
        }
        assert.deepEqual(pluck(troubles(), "level"), Array(6).fill("warn"));
        const reason = `could not be reached at ${tokenServer.url} (${code})`;
        const found = events.filter(({ type }) => type === "token_server_down");
        assert.deepEqual(found, [{ type: "token_server_down", level: "error", failures: 3, since, reason }]);
      });
    }

    test("ends with an event, and is an error again after a start that worked, counted from there", async (t) => {
      const { clock, events, isDown, post } = await downSite(t);
      const downs = () => events.flatMap((event) => (event.type === "token_server_down" ? [event] : []));
      for (let time = 0; time < 3; time++) await post();
      await clock.advance(70);
      isDown(false);
      assert.equal((await post()).status, 201);
      assert.equal((await post()).status, 201);
      assert.deepEqual(
        events.filter(({ type }) => type === "token_server_recovered"),
        [{ type: "token_server_recovered", level: "warn", failures: 3, durationMs: 70_000 }],
      );
      isDown(true);
      await clock.advance(5);
      const since = new Date(clock.now()).toISOString();
      for (let time = 0; time < 3; time++) await post();
      await until(() => downs().length === 2, "the second outage");
      assert.deepEqual([downs()[1]?.failures, downs()[1]?.since], [3, since]);
    });

    test("that is a 4xx is an error at once, as ever, and no outage", async (t) => {
      const { events, post, troubles } = await downSite(t, () =>
        Promise.resolve({ status: 401, text: '{"error":"invalid_client"}' }),
      );
      for (let time = 0; time < 4; time++) await post();
      assert.deepEqual(pluck(troubles(), "level"), ["error", "info", "info", "info"]);
      assert.ok(!events.some(({ type }) => type === "token_server_down"));
    });
  });

  test("of the store is one event in ten seconds, even if every other call works, and one event when it ends", async () => {
    const clock = new VirtualClock();
    const events: LoginKitEvent[] = [];
    let isFull = false;
    const get = () => (isFull ? Promise.reject(new Error("full")) : Promise.resolve(undefined));
    const store = { ...memoryStore(), get };
    const guard = new StoreGuard(store, "https://www.example.com", clock, (event) => void events.push(event));
    const work = () => guard.get("x");
    const fail = async () => {
      isFull = true;
      await work().catch(() => undefined);
      isFull = false;
    };
    for (let count = 0; count < 50; count++) {
      await fail();
      await work();
    }
    assert.deepEqual(types(events), ["store_trouble"]);
    await clock.advance(9);
    await fail();
    await work();
    assert.equal(events.length, 1);
    await clock.advance(1);
    await fail();
    assert.deepEqual(types(events), ["store_trouble", "store_trouble"]);
    const last = events.at(-1);
    assert.equal(last?.type === "store_trouble" && last.failures, 51);
    await clock.advance(3);
    await work();
    await work();
    assert.deepEqual(types(events), ["store_trouble", "store_trouble", "store_recovered"]);
    const end = events.at(-1);
    assert.equal(end?.type === "store_recovered" && end.durationMs, 10_000);
  });
});

describe("without onEvent", () => {
  test("warnings and errors go to the console, one line each, and nothing else does", (t) => {
    const lines: string[] = [];
    t.mock.method(console, "warn", (line: string) => lines.push(`console.warn ${line}`));
    t.mock.method(console, "error", (line: string) => lines.push(`console.error ${line}`));
    const report = createReport(undefined, systemRuntime);
    report({ type: "attempt_started", level: "info", attempt: "a", durationMs: 1 });
    report({ type: "attempt_failed", level: "warn", attempt: "a\nb", durationMs: 1 });
    const trouble = {
      type: "token_server_trouble",
      level: "warn",
      call: "start",
      reason: "x",
      durationMs: 1,
    } as const;
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    report({ type: "internal_error", level: "error", operation: "x", error: new Error("one\ntwo") });
    report({ type: "internal_error", level: "error", operation: "x", error: circular });
    report({
      type: "internal_error",
      level: "error",
      operation: "x",
      error: new Error("a\rb\u001b[2Jc\u2028d"),
    });
    report({ ...trouble, description: "a\u2028b\u0085c\u009bd\u007fe" });
    assert.equal(lines.length, 5);
    assert.match(lines[3] ?? "", /a \| b \[2Jc \| d/);
    assert.equal(
      lines[0],
      'console.warn warn onegini-otp-login: attempt_failed {"attempt":"a b","durationMs":1}',
    );
    assert.match(lines[1] ?? "", /^console\.error error onegini-otp-login: internal_error .*one \| two/);
    holds(lines.every((line) => !/[\p{Cc}\u2028\u2029]/u.test(line)));
  });

  test("a login works, and only errors are written", async (t) => {
    const lines: unknown[] = [];
    t.mock.method(console, "warn", (line: unknown) => lines.push(line));
    t.mock.method(console, "error", (line: unknown) => lines.push(line));
    const { tokenServer, browser, attempt } = await scriptedLogin(t, {
      options: { onEvent: undefined as never },
    });
    tokenServer.result = accepted();
    await browser.status(attempt);
    await browser.logIn(attempt);
    assert.deepEqual(lines, []);
    tokenServer.start = json(400, { error: 1003, error_description: "bad\nparameter" });
    await browser.post("");
    assert.equal(lines.length, 1);
    assert.match(String(lines[0]), /token_server_trouble .*"code":"1003".*bad parameter/);
  });
});
