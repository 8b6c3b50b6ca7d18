import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { Browser } from "../support/browser.js";
import {
  scriptedSite,
  accepted,
  failed,
  json,
  result,
  scriptedTokenServer,
  type Script,
  listen,
  site,
} from "../support/site.js";
import { until, holds } from "../../../support/until.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { scriptedLogin } from "../support/login.js";

const html: Script = (res) => res.writeHead(200, { "content-type": "text/html" }).end("<html>Hello</html>");
const halfJson: Script = (res) => res.writeHead(200).end('{"transaction_id":"a","ot');
const breaksOff: Script = (res) => {
  res.writeHead(200, { "content-length": "1000" }).write('{"transaction_id"');
  setTimeout(() => res.destroy(), 10);
};
const hangsUp: Script = (res) => res.destroy();
const nothing: Script = (res) => res.writeHead(200).end();
const endless: Script = (res) => {
  res.writeHead(200);
  const more = (): void => {
    if (res.destroyed) return;
    res.write("x".repeat(65_536));
    setImmediate(more);
  };
  more();
};
const startedWith =
  (overrides: object): Script =>
  (res, id) =>
    json(200, { transaction_id: id, auth_method: "otp", time_to_live: 60_000, otp: "b3Rw", ...overrides })(
      res,
      id,
      undefined as never,
    );

describe("a start at a Token Server that fails", () => {
  const temporary: Record<string, Script> = {
    "answers HTML": html,
    "answers half a JSON": halfJson,
    "breaks off": breaksOff,
    "closes the connection": hangsUp,
    "gives an empty answer": nothing,
    "answers without end": endless,
    "answers an array": json(200, []),
    "answers null": (res) => res.writeHead(200).end("null"),
    "answers 201": json(201, { transaction_id: "a", time_to_live: 1, otp: "a" }),
    "answers 204": (res) => res.writeHead(204).end(),
    "answers 500": json(500, { error: "server_error" }),
    "answers 502 in HTML": (res) => res.writeHead(502).end("<h1>Bad gateway</h1>"),
    "answers 1002": json(503, { error_code: 1002, description: "unavailable" }),
    "gives no id": startedWith({ transaction_id: undefined }),
    "gives an empty id": startedWith({ transaction_id: "" }),
    "gives an id that would change the path": startedWith({ transaction_id: ".." }),
    "gives an id with a slash": startedWith({ transaction_id: "a/b" }),
    "gives an id that is not a text": startedWith({ transaction_id: 1 }),
    "gives a lone surrogate": startedWith({ transaction_id: "\ud800" }),
    "gives no otp": startedWith({ otp: undefined }),
    "gives an empty otp": startedWith({ otp: "" }),
    "gives an otp that is not a text": startedWith({ otp: { a: 1 } }),
    "gives no time": startedWith({ time_to_live: undefined }),
    "gives a time of 0": startedWith({ time_to_live: 0 }),
    "gives a negative time": startedWith({ time_to_live: -1 }),
    "gives more than a day": startedWith({ time_to_live: 86_400_001 }),
    "gives a time in words": startedWith({ time_to_live: "300000" }),
  };
  for (const [name, start] of Object.entries(temporary)) {
    test(`is 503 with Retry-After, without the Token Server's text, if it ${name}`, async (t) => {
      const { tokenServer, where } = await scriptedSite(t);
      tokenServer.start = start;
      const answer = await new Browser(where).post("");
      const text = await answer.text();
      assert.equal(answer.status, 503);
      assert.equal((JSON.parse(text) as { error: string }).error, "temporarily_unavailable");
      assert.match(answer.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
      assert.equal(answer.headers.get("set-cookie"), null);
      holds(!/html|gateway|1002|unavailable"/i.test(text.replace("temporarily_unavailable", "")));
      holds(where.events.some((event) => event.type === "token_server_trouble" && event.call === "start"));
    });
  }

  test("is 503 if it cannot be reached", async (t) => {
    const server = createServer();
    const url = await listen(t, server);
    await new Promise((resolve) => server.close(resolve));
    const where = await site(t, { tokenServerUrl: url });
    assert.equal((await new Browser(where).post("")).status, 503);
    const [event] = where.events;
    assert.equal(
      event?.type === "token_server_trouble" && event.reason,
      `could not be reached at ${url} (ECONNREFUSED)`,
    );
  });

  for (const [name, start] of [
    ["does not answer", () => undefined],
    ["begins an answer and never ends it", (res) => res.writeHead(200).write('{"transaction_id":')],
  ] as [string, Script][]) {
    test(`is 503 after the timeout if it ${name}`, async (t) => {
      const tokenServer = await scriptedTokenServer(t);
      const timeouts = { tokenServerSeconds: 0.2 };
      const where = await site(t, { tokenServerUrl: tokenServer.url, options: { timeouts } });
      tokenServer.start = start;
      assert.equal((await new Browser(where).post("")).status, 503);
      const [event] = where.events;
      assert.equal(event?.type === "token_server_trouble" && event.reason, "gave no answer in 0.2 s");
    });
  }

  for (const [status, body] of [
    [400, { error: 1003, error_description: "missing parameter: the secret is site-secret" }],
    [400, { error_code: "1005", description: "message too long" }],
    [401, { error: "invalid_client", error_description: "Client authentication failed" }],
    [403, {}],
    [404, { error_code: 1000, description: "feature disabled" }],
    [404, { error: "3005", error_description: "unknown type" }],
    [418, []],
  ] as const) {
    test(`is 500 if it answers ${status}, and an event says why`, async (t) => {
      const { tokenServer, where } = await scriptedSite(t);
      tokenServer.start = json(status, body);
      const answer = await new Browser(where).post("");
      const text = await answer.text();
      assert.equal(answer.status, 500);
      assert.equal((JSON.parse(text) as { error: string }).error, "server_error");
      const [event] = where.events;
      holds(event?.type === "token_server_trouble" && event.level === "error" && event.status === status);
      const words = Object.values(body).map(String);
      if (words.length > 0) assert.equal(event.code, words[0]);
      holds(!text.includes("1003") && !JSON.stringify(where.events).includes("site-secret"));
    });
  }

  test("is reported with at most 300 characters of the Token Server's words", async (t) => {
    const { tokenServer, where, browser, attempt } = await scriptedLogin(t);
    const words = "many words, ".repeat(100);
    tokenServer.start = json(400, { error: words, error_description: words });
    tokenServer.result = failed(words);
    assert.equal((await browser.post("")).status, 500);
    assert.equal((await browser.status(attempt)).status, "failed");
    const [trouble] = where.events.filter(({ type }) => type === "token_server_trouble");
    const [failure] = where.events.filter(({ type }) => type === "transaction_failed");
    holds(trouble?.type === "token_server_trouble" && failure?.type === "transaction_failed");
    assert.deepEqual([trouble.code, trouble.description], [words.slice(0, 300), words.slice(0, 300)]);
    assert.deepEqual([failure.reason, failure.description?.length], [words.slice(0, 300), 300]);
  });

  test("may answer 65,536 bytes and no more", async (t) => {
    const { tokenServer, where } = await scriptedSite(t);
    for (const [bytes, status] of [
      [65_536, 201],
      [65_537, 503],
    ] as const) {
      tokenServer.start = (res, transaction_id) => {
        const answer = JSON.stringify({ transaction_id, time_to_live: 60_000, otp: "b3Rw" });
        res.writeHead(200, { "content-type": "application/json" }).end(answer.padEnd(bytes));
      };
      assert.equal((await new Browser(where).post("")).status, status);
    }
    const event = where.events.find(({ type }) => type === "token_server_trouble");
    holds(event?.type === "token_server_trouble");
    assert.equal(event.reason, "sent an answer that is too large");
  });

  for (const status of [301, 302, 303, 307, 308]) {
    test(`does not follow a redirect (${status})`, async (t) => {
      let reached = 0;
      const elsewhere = await listen(
        t,
        createServer((_req, res) => {
          reached += 1;
          res.end("{}");
        }),
      );
      const { tokenServer, where } = await scriptedSite(t);
      tokenServer.start = (res) => res.writeHead(status, { location: `${elsewhere}/steal` }).end();
      assert.equal((await new Browser(where).post("")).status, 503);
      assert.equal(reached, 0);
    });
  }
});

describe("a result from a Token Server that fails", () => {
  const noAnswers: Record<string, Script> = {
    HTML: html,
    "half a JSON": halfJson,
    "an answer that breaks off": breaksOff,
    "no answer": hangsUp,
    "an empty answer": nothing,
    "an answer without end": endless,
    "a wrong id": (res, _id, req) => accepted()(res, "another", req),
    "no id": result({ transaction_id: undefined, is_authenticated: true, user_id: "alice" }),
    'is_authenticated: "true"': result({ is_authenticated: "true", user_id: "alice" }),
    "is_authenticated: 1": result({ is_authenticated: 1, user_id: "alice" }),
    "no is_authenticated": result({ is_authenticated: undefined, user_id: "alice" }),
    "an empty user": result({ is_authenticated: true, user_id: "" }),
    "no user": result({ is_authenticated: true, user_id: null }),
    "a user that is not a text": result({ is_authenticated: true, user_id: 1 }),
    "a user with half of a surrogate pair": result({ is_authenticated: true, user_id: "alice\ud800" }),
    "a reason in the wrong form": result({ not_authenticated_reason: "not_accepted" }),
    "a denial of another transaction": (res, _id, req) =>
      result({ not_authenticated_reason: { reason: "not_accepted" } })(res, "another", req),
    "success with 201": (res, id) =>
      json(201, { transaction_id: id, is_authenticated: true, user_id: "alice" })(
        res,
        id,
        undefined as never,
      ),
    "success with 404": (res, id) =>
      json(404, { transaction_id: id, is_authenticated: true, user_id: "alice" })(
        res,
        id,
        undefined as never,
      ),
    "404 in HTML": (res) => res.writeHead(404).end("<h1>Not found</h1>"),
    "401": json(401, { error: "invalid_client" }),
    "500": json(500, { error: 4000 }),
    "a redirect": (res) => res.writeHead(302, { location: "/oauth/elsewhere" }).end(),
  };
  for (const [name, answer] of Object.entries(noAnswers)) {
    test(`is reported and decides nothing: ${name}`, async (t) => {
      const runtime = new VirtualClock();
      const { tokenServer, where, browser, attempt } = await scriptedLogin(t, { runtime });
      tokenServer.result = answer;
      assert.equal((await browser.status(attempt)).status, "pending");
      assert.equal((await browser.logIn(attempt)).status, 409);
      await until(
        () => where.events.some((event) => event.type === "token_server_trouble" && event.call === "result"),
        "the event",
      );
      holds(tokenServer.paths.every((path) => !path.includes("elsewhere")));
      // A correct answer counts when it comes.
      tokenServer.result = accepted("alice");
      await runtime.advance(2);
      assert.equal((await browser.status(attempt)).status, "approved");
    });
  }

  test("is no approval without is_authenticated, although it names a user", async (t) => {
    const { tokenServer, where, browser, attempt } = await scriptedLogin(t);
    tokenServer.result = result({ is_authenticated: false, user_id: "alice" });
    assert.equal((await browser.status(attempt)).status, "pending");
    assert.equal((await browser.logIn(attempt)).status, 409);
    assert.deepEqual(where.logins, []);
  });

  test("can have any user id, which is passed on unchanged", async (t) => {
    for (const userId of [" ", "ålice@example.com", "<script>", "0", "x".repeat(1000), "constructor"]) {
      const { tokenServer, where, browser, attempt } = await scriptedLogin(t, {
        options: {},
      });
      tokenServer.result = accepted(userId);
      await browser.status(attempt);
      const { status } = await browser.logIn(attempt);
      // This site puts the id into a header, and not every text is valid there.
      holds(status === 200 || status === 500);
      assert.deepEqual(where.logins, [{ userId, attempt }]);
    }
  });

  test("is requested from the option's URL with the transaction's id, whatever a request contains", async (t) => {
    const tokenServer = await scriptedTokenServer(t);
    const where = await site(t, { tokenServerUrl: `${tokenServer.url}/base/` });
    const browser = new Browser(where);
    const { attempt } = await browser.start({
      headers: { "x-forwarded-host": "evil.example", forwarded: "host=evil.example" },
      body: { callback_uri: "https://evil.example", url: "https://evil.example", type: "x" },
    });
    await browser.status(attempt);
    assert.deepEqual(tokenServer.paths, [
      "/base/oauth/api/v4/authenticate/user",
      `/base/oauth/api/v4/authenticate/transaction/${tokenServer.started[0]}`,
    ]);
  });
});
