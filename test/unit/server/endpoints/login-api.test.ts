import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { describe, test, type TestContext } from "node:test";
import { memoryStore } from "onegini-otp-login/server";
import { Browser } from "../support/browser.js";
import { exchange, send } from "../support/raw.js";
import {
  accepted,
  failed,
  json,
  result,
  scriptedTokenServer,
  started,
  site,
  type SiteOptions,
} from "../support/site.js";
import { until, holds } from "../../../support/until.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { errorOf, postCallback, scriptedLogin, login } from "../support/login.js";
import { pluck } from "../support/events.js";

describe("the calls of the login API", () => {
  test("a start answers 201 with the listed keys and no others, and is not cached", async (t) => {
    const browser = new Browser(await site(t));
    const response = await browser.post("");
    assert.equal(response.status, 201);
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.equal(response.headers.get("cache-control"), "no-store");
    const body = (await response.json()) as Record<string, unknown>;
    assert.deepEqual(Object.keys(body).sort(), ["attempt", "expires_in", "otp", "status"]);
    assert.match(String(body["attempt"]), /^[A-Za-z0-9_-]{22}$/);
    assert.equal(body["status"], "pending");
    assert.equal(body["expires_in"], 60);
    const otp = JSON.parse(atob(String(body["otp"]))) as Record<string, unknown>;
    assert.deepEqual(Object.keys(otp), ["transaction_id", "otp"]);
    assert.equal(String(body["otp"]).length, 120);
  });

  test("seconds are whole and rounded down", async (t) => {
    const tokenServer = await scriptedTokenServer(t);
    tokenServer.start = started(61_999);
    const browser = new Browser(await site(t, { tokenServerUrl: tokenServer.url }));
    const { attempt, expires_in } = await browser.start();
    assert.equal(expires_in, 61);
    const { expires_in: left } = await browser.status(attempt);
    holds(left === 61 || left === 60);
  });

  test("a renewal answers 201 with another code of the same attempt", async (t) => {
    const { browser, attempt, otp } = await login(t);
    const response = await browser.post(`/${attempt}/otp`);
    assert.equal(response.status, 201);
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.equal(response.headers.get("set-cookie"), null);
    const body = (await response.json()) as Record<string, unknown>;
    assert.deepEqual(Object.keys(body).sort(), ["expires_in", "otp", "status"]);
    assert.notEqual(body["otp"], otp);
  });

  test("a poll answers the status, the time left of the newest code, and when to poll again", async (t) => {
    const { browser, attempt } = await login(t);
    const response = await browser.get(`/${attempt}`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.equal(response.headers.get("preference-applied"), null);
    const body = (await response.json()) as Record<string, unknown>;
    assert.deepEqual(body, { status: "pending", expires_in: 59, interval: 2 });
  });

  test("only a pending status has the code's time", async (t) => {
    const { tokenServer, browser, attempt } = await scriptedLogin(t);
    tokenServer.result = accepted();
    assert.deepEqual(await browser.status(attempt), { status: "approved", interval: 2 });
  });

  for (const accept of [undefined, "*/*", "application/json", "text/html", "text/event-stream;q=0", ",,;;"]) {
    test(`Accept: ${accept ?? "(none)"} gets JSON`, async (t) => {
      const { where, browser, attempt } = await login(t);
      const headers = { cookie: browser.cookie ?? "", ...(accept !== undefined && { accept }) };
      const answer = await send("GET", `${where.url}/${attempt}`, { headers });
      assert.equal(answer.headers["content-type"], "application/json");
    });
  }

  for (const accept of ["text/event-stream", "Text/Event-Stream", "text/event-stream, */*;q=0.1"]) {
    test(`Accept: ${accept} gets the stream`, async (t) => {
      const { browser, attempt } = await login(t);
      const controller = new AbortController();
      const response = await browser.get(`/${attempt}`, { headers: { accept }, signal: controller.signal });
      controller.abort();
      assert.equal(response.headers.get("content-type"), "text/event-stream");
    });
  }

  test("HEAD answers like GET without a body, and keeps nothing open", async (t) => {
    const { where, browser, attempt } = await login(t);
    for (const accept of ["application/json", "text/event-stream"]) {
      const headers = { cookie: browser.cookie ?? "", accept, prefer: "wait=20" };
      const answer = await send("HEAD", `${where.url}/${attempt}`, { headers });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers["content-type"], accept);
      assert.match(String(answer.headers["cache-control"]), /^no-store/);
      assert.equal(answer.body, "");
      assert.equal((await where.kit.health()).watchers, 0);
    }
  });

  test("unknown keys are ignored, and an empty body is {}", async (t) => {
    const browser = new Browser(await site(t));
    await browser.start({ body: { language: "nl", user_id: "mallory", __proto__: { status: "approved" } } });
    await browser.start({ body: "{}" });
    await browser.start({ headers: { "content-type": "text/plain" } });
    const { attempt } = await browser.start();
    assert.equal((await browser.post(`/${attempt}/otp`, { body: { otp: "mine" } })).status, 201);
  });
});

describe("a start, at the Token Server", () => {
  const formOf = async (
    t: TestContext,
    request: Parameters<Browser["post"]>[1],
    options: SiteOptions["options"] = {},
  ): Promise<Record<string, string>> => {
    const { emulator, ...where } = await site(t, { options });
    const browser = new Browser(where);
    const { attempt } = await browser.start(request);
    await browser.renew(attempt);
    const [first, second] = emulator.starts.map((form) => Object.fromEntries(form));
    // A renewal sends the same values as its start, except those of its own request.
    assert.equal(second?.["language_code"], first?.["language_code"]);
    assert.equal(first?.["callback_uri"], `${where.origin}/otp-login/callback`);
    assert.equal(first["type"], "qr-code");
    return first;
  };

  test("sends type, callback, message, address, browser and language", async (t) => {
    const form = await formOf(t, {
      headers: { "user-agent": "Test/1.0", "accept-language": "de-CH, fr;q=0.5" },
    });
    assert.equal(form["message"], "Log in to the test site");
    assert.equal(form["secure_message"], "Log in to the test site");
    assert.equal(form["ip_address"], "127.0.0.1");
    assert.equal(form["user_agent"], "Test/1.0");
    assert.equal(form["language_code"], "de");
    assert.equal(form["user_id"], undefined);
  });

  test("sends the page's language rather than the browser's", async (t) => {
    const form = await formOf(t, { body: { language: "nl-BE" }, headers: { "accept-language": "en" } });
    assert.equal(form["language_code"], "nl");
  });

  for (const [language, acceptLanguage, expected] of [
    ["", "fr", "fr"],
    ["not a language", "fr", "fr"],
    ["en_US", "fr", "en"],
    ["x".repeat(2000), "*", undefined],
    ["nl\n\u0000", ",;q=,,de;q=0.1", "de"],
    ["'; drop table", ";;;;", undefined],
    ["en", "é".repeat(10), "en"],
  ] as const) {
    test(`sends ${expected ?? "no language"} for a page in ${JSON.stringify(language.slice(0, 20))} and a browser in ${JSON.stringify(acceptLanguage)}`, async (t) => {
      const form = await formOf(t, { body: { language }, headers: { "accept-language": acceptLanguage } });
      assert.equal(form["language_code"], expected);
    });
  }

  test("is answered 400 if the language is not a string", async (t) => {
    const browser = new Browser(await site(t));
    for (const language of [1, null, {}, ["nl"]]) {
      assert.equal((await browser.post("", { body: { language } })).status, 400);
    }
  });

  test("sends the message that a function returns, and the address that clientIp returns", async (t) => {
    const form = await formOf(
      t,
      { headers: { "x-real-ip": "203.0.113.9" } },
      {
        message: ({ request }) => `Log in from ${request.headers.get("x-real-ip")}?`,
        clientIp: (request: Request) => request.headers.get("x-real-ip") ?? undefined,
      },
    );
    assert.equal(form["message"], "Log in from 203.0.113.9?");
    assert.equal(form["secure_message"], "Log in from 203.0.113.9?");
    assert.equal(form["ip_address"], "203.0.113.9");
  });

  for (const [language, message] of [
    ["nl-BE", "Inloggen bij Voorbeeld"],
    ["en", "Log in to Example"],
    [undefined, "Log in to Example"],
  ] as const) {
    test(`sends the message in the page's language: ${language}`, async (t) => {
      const form = await formOf(
        t,
        { body: language === undefined ? {} : { language }, headers: { "accept-language": "*" } },
        {
          message: ({ language, context }) => {
            assert.equal(context.req.method, "POST");
            return language === "nl" ? "Inloggen bij Voorbeeld" : "Log in to Example";
          },
        },
      );
      assert.equal(form["message"], message);
      assert.equal(form["secure_message"], message);
    });
  }

  test("ignores X-Forwarded-For by default", async (t) => {
    const form = await formOf(t, {
      headers: { "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.9" },
    });
    assert.equal(form["ip_address"], "127.0.0.1");
  });

  test("sends no message if the option is not set, and is answered 500 if the type has no default", async (t) => {
    const { emulator, ...where } = await site(t, { options: { message: undefined as never } });
    assert.equal((await new Browser(where).post("")).status, 500);
    assert.equal(emulator.starts[0]?.get("message"), null);
    assert.equal(emulator.starts[0].get("secure_message"), null);
  });

  test("is answered 500 if the message is too long or its function throws", async (t) => {
    for (const message of [
      () => "x".repeat(156),
      () => "",
      () => 1 as never,
      () => Promise.reject(new Error("no")),
    ]) {
      const { events, ...where } = await site(t, { options: { message } });
      const response = await new Browser(where).post("");
      assert.deepEqual(await errorOf(response), [500, "server_error"]);
      holds(events.some(({ type }) => type === "internal_error"));
    }
  });

  test("sends the credentials form-urlencoded in a Basic header, or in the form, as the option says", async (t) => {
    const tokenServer = await scriptedTokenServer(t);
    const seen: { authorization: string | undefined; body: string }[] = [];
    tokenServer.start = (res, id, req) => {
      void text(req).then((body) => {
        seen.push({ authorization: req.headers.authorization, body });
        started()(res, id, req);
      });
    };
    for (const clientAuthentication of ["basic", "body"] as const) {
      const { url } = tokenServer;
      const client = { clientId: "a:b c", clientSecret: "p:ä%+", clientAuthentication };
      const where = await site(t, { options: { tokenServer: { url, type: "qr-code", ...client } } });
      await new Browser(where).start();
    }
    const [basic, body] = seen;
    assert.equal(basic?.authorization, `Basic ${btoa("a%3Ab+c:p%3A%C3%A4%25%2B")}`);
    assert.equal(new URLSearchParams(basic?.body).get("client_secret"), null);
    assert.equal(body?.authorization, undefined);
    assert.equal(new URLSearchParams(body?.body).get("client_id"), "a:b c");
    assert.equal(new URLSearchParams(body?.body).get("client_secret"), "p:ä%+");
  });
});

describe("the statuses", () => {
  test("a denial on the phone makes the status denied, which is final", async (t) => {
    const { where, browser, attempt, otp } = await login(t);
    const stream = await browser.stream(attempt);
    await (await where.emulator.phone("alice", false)).handleMobileAuthWithOtp(otp);
    await stream.status("denied");
    await stream.end();
    assert.equal((await browser.logIn(attempt)).status, 409);
    assert.equal((await browser.post(`/${attempt}/otp`)).status, 409);
    assert.deepEqual(await browser.status(attempt), { status: "denied", interval: 2 });
  });

  test("an older code that is accepted after a renewal still logs in", async (t) => {
    const { where, browser, attempt, otp } = await login(t);
    await browser.renew(attempt);
    const stream = await browser.stream(attempt);
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await stream.status("approved");
    assert.equal((await browser.logIn(attempt)).status, 200);
  });

  test("the first approved transaction settles the attempt, and a later denial changes nothing", async (t) => {
    const { where, browser, attempt, otp } = await login(t);
    const renewed = await browser.renew(attempt);
    const stream = await browser.stream(attempt);
    await (await where.emulator.phone("alice")).handleMobileAuthWithOtp(renewed.otp);
    await stream.status("approved");
    await (await where.emulator.phone("bob", false)).handleMobileAuthWithOtp(otp);
    assert.equal((await browser.status(attempt)).status, "approved");
    const before = where.emulator.polls.length;
    assert.equal((await browser.logIn(attempt)).status, 200);
    assert.equal(where.emulator.polls.length, before);
  });

  test("another failure closes only its own transaction: expires_in 0 until the widget renews", async (t) => {
    const { tokenServer, where, browser, attempt } = await scriptedLogin(t);
    await browser.renew(attempt);
    const stream = await browser.watch(attempt);
    const newest = tokenServer.started[1];
    tokenServer.result = (res, id, req) =>
      id === newest ? failed("failed_to_send")(res, id, req) : undefined;
    await postCallback(where, newest);
    await until(() => stream.events.length === 2, "the second event");
    assert.deepEqual(stream.events[1], { status: "pending", expires_in: 0 });
    holds(
      where.events.some((event) => event.type === "transaction_failed" && event.reason === "failed_to_send"),
    );
    const { expires_in } = await browser.renew(attempt);
    assert.equal(expires_in, 60);
    await until(() => stream.events.length === 3, "the third event");
    assert.equal(stream.events[2]?.status, "pending");
    stream.close();
  });

  for (const reason of ["failed_to_send", "invalid_request", "invalid_answer", "something_new"]) {
    test(`${reason} of the last open transaction makes the attempt failed`, async (t) => {
      const { tokenServer, browser, attempt } = await scriptedLogin(t);
      tokenServer.result = failed(reason);
      assert.deepEqual(await browser.status(attempt), { status: "failed", interval: 2 });
    });
  }

  for (const errorShape of ["error", "error_code"] as const) {
    test(`404 not_found without a number is treated as 3004 (${errorShape}): waiting, and then expired`, async (t) => {
      const clock = new VirtualClock();
      const store = memoryStore(() => clock.now());
      const { where, browser, attempt } = await login(t, { runtime: clock, options: { store } });
      where.emulator.tokenServer.setFaults({ result: "not_found", errorShape });
      for (const seconds of [0, 30, 39]) {
        await clock.advance(seconds);
        assert.equal((await browser.status(attempt)).status, "pending");
      }
      await clock.advance(4);
      assert.equal((await browser.status(attempt)).status, "expired");
      assert.equal(where.emulator.polls.length > 1, true);
      assert.deepEqual(pluck(where.events, "type"), ["attempt_started", "attempt_expired"]);
    });
  }

  test("false without a reason, and 404 with 3004 in both formats, are not final", async (t) => {
    const tokenServer = await scriptedTokenServer(t);
    for (const answer of [
      result({}),
      result({ not_authenticated_reason: null }),
      ...[3004, "3004"].flatMap((code) => [
        json(404, { error: code, error_description: "unknown" }),
        json(404, { error_code: code, description: "unknown" }),
      ]),
    ]) {
      const { browser, attempt } = await login(t, { tokenServerUrl: tokenServer.url });
      tokenServer.result = answer;
      assert.equal((await browser.status(attempt)).status, "pending");
    }
  });
});

describe("an address in another spelling", () => {
  for (const spelling of [
    "/%6ftp-login",
    "/otp%2Dlogin",
    "/%6Ftp-login/AAAAAAAAAAAAAAAAAAAAAA",
    "/otp-login/AAAAAAAAAAAAAAAAAAAAAA/l%6fgin",
  ]) {
    test(`is answered 404, so that it cannot bypass a proxy's rule: ${spelling}`, async (t) => {
      const where = await site(t);
      for (const method of ["GET", "POST"]) {
        const headers = { origin: where.origin, "content-length": "0" };
        const { status, body } = await send(method, where.origin + spelling, { headers });
        assert.equal(status, 404, method);
        assert.match(body, /"error":"invalid_request"/);
      }
    });
  }
});

describe("the callback's address in another spelling", () => {
  for (const spelling of [
    "/%63allback",
    "/callbac%6B",
    "/./callback",
    "/x/../callback",
    "/%2e/callback",
    "/.%2e/otp-login/callback",
    "\\callback",
    "/callback/",
    "/callback//",
  ]) {
    test(`is not accepted, so that it cannot bypass a proxy's rule: ${spelling}`, async (t) => {
      const where = await site(t);
      const answer = await exchange(
        where.origin,
        `POST /otp-login${spelling} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 22\r\n` +
          'Connection: close\r\n\r\n{"transaction_id":"a"}',
      );
      holds(/^HTTP\/1.1 (?:404|405|403)/.test(answer), answer.split("\r\n", 1)[0] ?? "");
      assert.equal((await postCallback(where, "a")).status, 204);
      holds(!where.events.some(({ type }) => type === "internal_error"));
    });
  }
});
