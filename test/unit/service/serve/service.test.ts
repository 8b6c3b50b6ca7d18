import assert from "node:assert/strict";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { holds, until } from "../../../support/until.js";
import { findLeaks } from "../../../support/secrets.js";
import { internalSecret, origin, runService, type RunningService } from "./running-service.js";
import { pluck } from "../../server/support/events.js";
import { errorOf } from "../../server/support/login.js";

/** `serve` with both ports, against the emulator. */

let service: RunningService;
const ending: (() => unknown)[] = [];
before(async () => {
  // The tests of its log read every line, however fast the others call.
  const args = ["--log-strangers", "100000"];
  service = await runService({ after: (task) => void ending.push(task as () => unknown) }, { args });
});
after(async () => {
  for (const end of ending.reverse()) await end();
});

describe("A ticket", () => {
  test("gives the login once, to the browser that began it", async () => {
    const browser = service.browser();
    const before = Date.now();
    const { ticket, attempt } = await service.ticket(browser);
    const other = service.browser();
    await other.start();
    const redeem = (cookie: string | null | undefined) =>
      service.call("POST", "/redeem", { body: { ticket, cookie } });
    for (const cookie of [other.cookie, "", null, undefined])
      assert.deepEqual(await errorOf(await redeem(cookie)), [404, "invalid_ticket"]);
    for (const body of [{}, { ticket: null }, { ticket: "", cookie: browser.cookie }])
      assert.deepEqual(await errorOf(await service.call("POST", "/redeem", { body })), [
        404,
        "invalid_ticket",
      ]);

    const answer = await redeem(`session=x; ${browser.cookie}`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("cache-control"), "no-store");
    const { login, ...rest } = (await answer.json()) as { login: Record<string, string> };
    assert.deepEqual(rest, { user_id: "alice", attempt });
    const { started_at: startedAt = "", approved_at: approvedAt = "", ...about } = login;
    assert.deepEqual(about, { address: "127.0.0.1", user_agent: "node", language: null, codes: 1 });
    holds(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(startedAt) && Date.parse(startedAt) >= before - 1000, startedAt);
    holds(Date.parse(approvedAt) >= Date.parse(startedAt), approvedAt);

    assert.deepEqual(await errorOf(await redeem(browser.cookie)), [404, "invalid_ticket"]);
  });

  test("gives one login to twenty that redeem it at the same moment", async () => {
    const browser = service.browser();
    const { ticket } = await service.ticket(browser);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        service.call("POST", "/redeem", { body: { ticket, cookie: browser.cookie } }),
      ),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [
      200,
      ...Array.from({ length: 19 }, () => 404),
    ]);
  });
});

describe("The internal port", () => {
  test("needs the secret for every address but /health and /ready, and uses no ticket without it", async () => {
    const browser = service.browser();
    const { ticket } = await service.ticket(browser);
    for (const authorization of [
      "",
      "Bearer",
      "Bearer wrong",
      `Bearer ${internalSecret}x`,
      `Bearer ${internalSecret.slice(0, -1)}`,
      `Basic ${btoa(`:${internalSecret}`)}`,
    ]) {
      for (const [method, path] of [
        ["POST", "/redeem"],
        ["POST", "/begin"],
        ["POST", "/scanned"],
        ["POST", "/forget-browsers"],
        ["GET", "/forget"],
        ["GET", "/metrics"],
        ["GET", "/nothing"],
        ["PUT", "/redeem"],
      ] as const) {
        const body = method === "POST" ? { ticket, cookie: browser.cookie } : undefined;
        const answer = await service.call(method, path, { headers: { authorization }, body });
        assert.equal(answer.headers.get("www-authenticate"), "Bearer");
        assert.deepEqual(await errorOf(answer), [401, "invalid_client"], `${authorization} ${path}`);
      }
      for (const path of ["/health", "/ready"])
        assert.equal((await service.call("GET", path, { headers: { authorization } })).status, 200);
    }
    const redeemed = await service.call("POST", "/redeem", { body: { ticket, cookie: browser.cookie } });
    assert.equal(redeemed.status, 200);
  });

  test("ends the connection with each answer, so that no call comes on one that a stop ends", async () => {
    for (const answer of [
      await service.call("GET", "/ready"),
      await service.call("GET", "/forget"),
      await service.call("POST", "/redeem", { body: {} }),
      await service.call("POST", "/redeem", { body: "{" }),
    ])
      assert.equal(answer.headers.get("connection"), "close", `${answer.status} ${answer.url}`);
  });

  test("begins a login together with a page, for the address that the site gives", async () => {
    const answer = await service.call("POST", "/begin", {
      body: { headers: { "user-agent": "Firefox", "accept-language": "nl" }, address: "192.0.2.7" },
    });
    assert.equal(answer.status, 200);
    const begun = (await answer.json()) as Record<string, string> & { headers: [string, string][] };
    assert.deepEqual(Object.keys(begun).sort(), ["attempt", "expires_in", "headers", "otp", "svg"]);
    assert.match(begun["svg"] ?? "", /^<svg /);
    const [start] = service.emulator.starts.slice(-1);
    assert.equal(start?.get("ip_address"), "192.0.2.7");
    assert.equal(start?.get("user_agent"), "Firefox");
    assert.equal(start?.get("language_code"), "nl");

    const headers = new Headers(begun.headers);
    assert.equal(headers.get("cache-control"), "private, no-store");
    const browser = service.browser();
    browser.cookie = headers.getSetCookie()[0]?.split(";")[0];
    assert.equal((await browser.status(begun["attempt"] ?? "")).status, "pending");
  });

  test("begins nothing on a page that may not call, and logs the settings to change", async () => {
    const begin = (page_url: string | null) =>
      service.call("POST", "/begin", { body: { headers: { host: "backend:1" }, page_url } });
    assert.equal((await begin(`${origin}/login`)).status, 200);
    assert.equal((await begin("http://localhost:8001/login")).status, 204);
    const logged = (event: string) =>
      service.lines
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter((each) => each["event"] === event);
    const [refused] = logged("page_refused");
    assert.equal(refused?.["origin"], "http://localhost:8001");
    assert.match(String(refused["description"]), /^By page_url the page is at .* set "origin" to it/);
    assert.deepEqual(logged("host_differs"), []);
    assert.equal((await begin(null)).status, 200);
    assert.equal(logged("host_differs")[0]?.["host"], "backend:1");
  });

  test("logs of a refused page the settings to change, by their names", async () => {
    const page = "http://localhost:8002";
    const headers = { origin: page, "sec-fetch-site": "same-site" };
    assert.equal(
      (await fetch(`${service.publicAddress}/otp-login`, { method: "POST", headers })).status,
      403,
    );
    const line = service.lines.findLast((each) => each.includes("request_refused")) ?? "";
    assert.match(line, new RegExp(`If ${page} is your login page, set .*origin.* to it, and api-origin to`));
  });

  test("ignores X-Forwarded-For while proxies is 0", async () => {
    await service
      .browser()
      .start({ headers: { "x-forwarded-for": "203.0.113.9", forwarded: "for=203.0.113.9" } });
    assert.equal(service.emulator.starts.at(-1)?.get("ip_address"), "127.0.0.1");
  });

  test("takes what is no IP address for none, and logs once for each call what to send", async () => {
    const forged = "your own office in Amsterdam";
    for (const address of [forged, `fe80::1%${"x".repeat(7000)}`, "[2001:DB8::1]:4711", "192.0.2.7"]) {
      assert.equal((await service.call("POST", "/begin", { body: { headers: {}, address } })).status, 200);
      const { otp } = await service.browser().start();
      const { transaction_id } = JSON.parse(atob(otp)) as { transaction_id: string };
      const body = { transaction_id, address };
      assert.equal((await service.call("POST", "/scanned", { body })).status, 204);
    }
    const begun = service.emulator.starts.slice(-8).filter((_start, index) => index % 2 === 0);
    const addresses = begun.map((start) => start.get("ip_address"));
    assert.deepEqual(addresses, [null, "fe80::1", "2001:db8::1", "192.0.2.7"]);
    const lines = service.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const scans = lines.filter(({ event }) => event === "code_scanned").slice(-4);
    assert.deepEqual(pluck(scans, "address"), [undefined, "fe80::1", "2001:db8::1", "192.0.2.7"]);
    const warned = lines.filter(({ event }) => event === "invalid_client_address");
    const warnedOf = warned.map(({ description }) => String(description).split(" is ")[0]);
    assert.deepEqual(warnedOf, ['"address" of POST /begin', '"address" of POST /scanned']);
    holds(!service.lines.some((line) => line.includes("Amsterdam")), "The text is in the log.");
  });

  test("begins nothing for a prefetch", async () => {
    const body = { headers: { "sec-purpose": "prefetch" } };
    assert.equal((await service.call("POST", "/begin", { body })).status, 204);
  });

  test("tells the page that its code was scanned", async () => {
    const browser = service.browser();
    const { attempt, otp } = await browser.start();
    const { transaction_id } = JSON.parse(atob(otp)) as { transaction_id: string };
    const body = { transaction_id, user_id: "alice", address: "192.0.2.9", user_agent: null };
    assert.equal((await service.call("POST", "/scanned", { body })).status, 204);
    assert.equal((await browser.status(attempt)).scanned, true);
  });

  test("gives the headers that end the browser's cookie", async () => {
    const { headers } = (await (await service.call("GET", "/forget")).json()) as { headers: unknown };
    assert.deepEqual(headers, [
      ["set-cookie", "onegini-otp-login=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"],
    ]);
  });

  for (const [status, method, path, body, headers] of [
    [400, "POST", "/redeem", { ticket: 1 }],
    [400, "POST", "/redeem", "{"],
    [400, "POST", "/redeem", "[]"],
    [415, "POST", "/redeem", "{}", { "content-type": "text/plain" }],
    [413, "POST", "/redeem", { ticket: "x".repeat(70_000) }],
    [400, "POST", "/begin", {}],
    [400, "POST", "/begin", { headers: { "not a name": "" } }],
    [400, "POST", "/begin", { headers: {}, address: 7 }],
    [400, "POST", "/scanned", { transaction_id: "1", address: ["192.0.2.7"] }],
    [400, "POST", "/begin", { headers: {}, qr_link: "http://bank.example/#{otp}" }],
    [400, "POST", "/begin", { qr_link: "https://bank.example/{otp}#{otp}", headers: {} }],
    [400, "POST", "/begin", { qr_link: `https://bank.example/${"x".repeat(90)}#{otp}`, headers: {} }],
    [400, "POST", "/begin", { qr_link: "https://bank.example/#{otp}&again={otp}", headers: {} }],
    [400, "POST", "/scanned", { user_id: "alice" }],
    [405, "GET", "/redeem"],
    [405, "POST", "/forget", {}],
    [405, "POST", "/health", {}],
    [404, "GET", "/otp-login"],
  ] as [number, string, string, unknown?, Record<string, string>?][]) {
    test(`answers ${status} to ${method} ${path} ${JSON.stringify(body ?? null).slice(0, 60)}`, async () => {
      const answer = await service.call(method, path, { body, ...(headers && { headers }) });
      assert.deepEqual(await errorOf(answer), [status, "invalid_request"]);
      assert.equal(answer.headers.has("allow"), status === 405);
    });
  }
});

/** A body whose length the caller does not know, as Spring's RestClient and .NET's PostAsJsonAsync send it. */
const inPieces = (text: string): RequestInit & { duplex: "half" } => ({
  body: new ReadableStream({
    start(controller) {
      for (const piece of text.match(/.{1,20000}/gs) ?? []) controller.enqueue(Buffer.from(piece));
      controller.close();
    },
  }),
  duplex: "half",
});

describe("A body without Content-Length", () => {
  const post = (path: string, init: RequestInit): Promise<Response> =>
    fetch(service.internalAddress + path, {
      method: "POST",
      headers: { authorization: `Bearer ${internalSecret}`, "content-type": "application/json" },
      ...init,
    });

  test("redeems a ticket", async () => {
    const browser = service.browser();
    const { ticket } = await service.ticket(browser);
    const answer = await post("/redeem", inPieces(JSON.stringify({ ticket, cookie: browser.cookie })));
    assert.equal(answer.status, 200);
  });

  test("begins a login, and tells of a scan", async () => {
    assert.equal((await post("/begin", inPieces('{"headers": {}}'))).status, 200);
    assert.equal((await post("/scanned", inPieces('{"transaction_id": "x"}'))).status, 204);
  });

  test("is refused as any other: too large, no JSON, a method that takes none", async () => {
    assert.deepEqual(await errorOf(await post("/redeem", inPieces("x".repeat(70_000)))), [
      413,
      "invalid_request",
    ]);
    assert.deepEqual(await errorOf(await post("/redeem", inPieces("{"))), [400, "invalid_request"]);
    assert.deepEqual(await errorOf(await post("/forget", inPieces("{}"))), [405, "invalid_request"]);
  });

  for (const [status, path] of [
    [400, "/redeem"],
    [400, "/begin"],
    [400, "/scanned"],
    [405, "/forget"],
    [404, "/other"],
  ] as const)
    test(`answers ${status} to POST ${path} with no body and no length at all, as curl -X POST sends it`, async () => {
      const { port } = new URL(service.internalAddress);
      const socket = connect(Number(port), "127.0.0.1");
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${internalSecret}\r\n` +
          `Content-Type: application/json\r\nConnection: close\r\n\r\n`,
      );
      assert.match(await text(socket), new RegExp(`^HTTP/1.1 ${status} `));
    });
});

describe("The public port", () => {
  test("serves nothing of the internal one, even with the secret", async () => {
    const headers = { authorization: `Bearer ${internalSecret}` };
    for (const path of [
      "/redeem",
      "/begin",
      "/metrics",
      "/health/",
      "/ready/x",
      "/otp-login/redeem",
      "/otp-login/health",
      "/",
      "/index.html",
    ]) {
      for (const method of ["GET", "POST"])
        holds(
          [404, 405].includes((await fetch(service.publicAddress + path, { method, headers })).status),
          path,
        );
    }
  });

  test("answers the checks of a load balancer with a status alone", async () => {
    for (const path of ["/health", "/ready", "/ready?from=proxy"]) {
      for (const method of ["GET", "HEAD"]) {
        const answer = await fetch(service.publicAddress + path, { method });
        assert.deepEqual([answer.status, await answer.text()], [200, ""], path);
        assert.equal(answer.headers.get("cache-control"), "no-store");
      }
      const { status } = await fetch(service.publicAddress + path, { method: "POST" });
      assert.equal(status, 404, path);
    }
  });
});

// Side by side: a service takes a second to stop.
describe("The log tells once if proxies is wrong", { concurrency: true }, () => {
  for (const [proxies, forwardedFor, isWrong] of [
    [0, "", false],
    [0, "192.0.2.7", true],
    [1, "", true],
    [1, "192.0.2.7", false],
    [1, "203.0.113.9, 192.0.2.7", false],
    [2, "192.0.2.7", true],
  ] as const)
    test(`${proxies}, and X-Forwarded-For is “${forwardedFor}”: ${isWrong ? "wrong" : "nothing to tell"}`, async (t) => {
      const behind = await runService(t, { args: ["--proxies", String(proxies)] });
      const headers = { origin, ...(forwardedFor !== "" && { "x-forwarded-for": forwardedFor }) };
      for (let times = 0; times < 2; times++)
        assert.equal(
          (await fetch(`${behind.publicAddress}/otp-login`, { method: "POST", headers })).status,
          201,
        );
      const told = behind.lines.filter((line) => line.includes('"event":"proxies_differ"'));
      assert.equal(told.length, isWrong ? 1 : 0);
    });
});

describe("A Token Server that is down", () => {
  test("is an error in the log and a metric after the third start, takes no process out, and is not asked by a probe", async (t) => {
    const down = await runService(t, { tokenServerUrl: "http://127.0.0.1:9" });
    const metrics = async () => (await down.call("GET", "/metrics")).text();
    for (let time = 0; time < 3; time++) assert.equal((await down.browser().post("")).status, 503);
    const levelsOf = (type: string) =>
      down.lines
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ event }) => event === type)
        .map(({ level }) => level);
    await until(() => levelsOf("token_server_down").length > 0, "the kit's own start");
    assert.deepEqual(levelsOf("token_server_trouble"), ["warn", "info", "info"]);
    assert.deepEqual(levelsOf("token_server_down"), ["error"]);
    for (const url of [down.publicAddress, down.internalAddress])
      for (const probe of ["/ready", "/health"]) assert.equal((await fetch(url + probe)).status, 200);
    // The last one is the kit's own.
    assert.match(await metrics(), /token_server_calls_total\{call="start",result="no_answer"\} 4$/m);
    assert.match(await metrics(), /token_server_down 1$/m);
    assert.match(await metrics(), /failed_starts_ratio 1$/m);
  });
});

describe("Log and metrics", () => {
  test("tell of a call with another secret, as a warning once a minute, and not of the secret", async (t) => {
    const { call, lines } = await runService(t);
    for (let time = 0; time < 2; time++)
      await call("POST", "/redeem", { body: {}, headers: { authorization: "Bearer another-secret" } });
    const told = lines.map((line) => {
      const { time, ...rest } = JSON.parse(line) as Record<string, unknown>;
      assert.equal(typeof time, "string");
      return rest;
    });
    assert.deepEqual(
      told,
      ["warn", "info"].map((level) => ({
        level,
        event: "internal_call_refused",
        status: 401,
        method: "POST",
        path: "/redeem",
        peer: "127.0.0.1",
      })),
    );
  });

  test("warn once a minute of each kind: a foreign POST, and each reason of a refused callback", async (t) => {
    const { publicAddress, lines } = await runService(t);
    const post = (path: string, headers: Record<string, string>) =>
      fetch(`${publicAddress}/otp-login${path}`, { method: "POST", headers, body: "{}" });
    for (let time = 0; time < 3; time++) {
      await post("", { origin: "https://evil.example" });
      await post("/callback", { "content-type": "application/json" });
      await post("/callback", { "content-type": "text/plain" });
    }
    const told = lines.map((line) => JSON.parse(line) as { level: string; status: number });
    for (const status of [403, 400, 415])
      assert.deepEqual(
        told.filter((line) => line.status === status).map(({ level }) => level),
        ["warn", "info", "info"],
        String(status),
      );
  });

  test("count a login, and hold no secret, code, ticket or cookie", async () => {
    const browser = service.browser();
    const { ticket, otp, attempt } = await service.ticket(browser);
    await service.call("POST", "/redeem", { body: { ticket, cookie: browser.cookie } });
    await service.call("POST", "/redeem", { body: { ticket, cookie: browser.cookie } });
    const metrics = await (await service.call("GET", "/metrics")).text();
    const log = service.lines.join("");
    for (const [name, least] of [
      ['logins_total{result="completed"}', 1],
      ["tickets_issued_total", 1],
      ['login_seconds_count{phase="approval"}', 1],
      ['login_seconds_count{phase="session"}', 1],
      ['token_server_calls_total{call="start",result="200"}', 1],
      ['token_server_call_seconds_count{call="result"}', 1],
      ["watchers", 0],
      ["store_errors_total", 0],
      ["callbacks_missing_total", 0],
    ] as const) {
      const [, count] = metrics.split(`\nonegini_otp_login_${name} `);
      holds(Number(count?.split("\n")[0]) >= least, `${name}: ${metrics}`);
    }
    const events = service.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const ofLogin = events.filter((event) => event["attempt"] === attempt);
    assert.deepEqual(
      ofLogin.map(({ level, event }) => [level, event]).filter(([, event]) => event !== "ticket_refused"),
      [
        ["info", "attempt_started"],
        ["info", "attempt_approved"],
        ["info", "ticket_issued"],
        ["info", "ticket_redeemed"],
      ],
    );
    const secrets = [
      ["the OTP", otp],
      ["the OTP's random part", (JSON.parse(atob(otp)) as { otp: string }).otp],
      ["the ticket", ticket.split(".")[1] ?? ""],
      ["the cookie", browser.cookie?.split("=")[1] ?? ""],
      ["the client secret", "site-secret"],
      ["the internal secret", internalSecret],
    ].map(([name = "", value = ""]) => ({ name, value, belongs: undefined }));
    assert.deepEqual(
      findLeaks(
        [
          { where: "log", text: log },
          { where: "metrics", text: metrics },
        ],
        secrets,
      ),
      [],
    );
  });
});
