import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { Browser } from "../support/browser.js";
import { exchange, send, type RawAnswer } from "../support/raw.js";
import { site, type Site } from "../support/site.js";
import { login } from "../support/login.js";
import { eventsOf } from "../support/events.js";

const unknownId = "A".repeat(22);

const errorOf = (answer: RawAnswer): string => {
  const body = JSON.parse(answer.body) as Record<string, unknown>;
  assert.deepEqual(Object.keys(body), ["error", "error_description"]);
  assert.equal(typeof body["error_description"], "string");
  assert.equal(answer.headers["content-type"], "application/json");
  assert.equal(answer.headers["cache-control"], "no-store");
  return String(body["error"]);
};

const page = ({ origin }: Site): Record<string, string> => ({ origin, "sec-fetch-site": "same-origin" });

describe("addresses and methods", () => {
  for (const path of [
    "/",
    "/a/b",
    "/a/otp/c",
    "/callback/",
    `/${unknownId}/`,
    `/${unknownId}/OTP`,
    "//otp",
    "/a/b/c/d",
  ]) {
    for (const method of ["GET", "POST", "DELETE", "OPTIONS"]) {
      test(`${method} ${path} is 404 invalid_request`, async (t) => {
        const answer = await send(method, `${(await site(t)).url}${path}`);
        assert.equal(answer.status, 404);
        assert.equal(errorOf(answer), "invalid_request");
      });
    }
  }

  test("outside its path the kit answers 404 too", async (t) => {
    const answer = await send("GET", `${(await site(t)).origin}/otp-loginx`);
    assert.equal(answer.status, 404);
    assert.equal(errorOf(answer), "invalid_request");
  });

  for (const [path, allow] of [
    ["", "POST"],
    ["/callback", "POST"],
    [`/${unknownId}`, "GET, HEAD"],
    [`/${unknownId}/otp`, "POST"],
    [`/${unknownId}/login`, "POST"],
  ] as const) {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]) {
      if (allow.split(", ").includes(method)) continue;
      test(`${method} ${path || "(the path itself)"} is 405 with Allow: ${allow}`, async (t) => {
        const answer = await send(method, `${(await site(t)).url}${path}`);
        assert.equal(answer.status, 405);
        assert.equal(answer.headers.allow, allow);
        assert.equal(errorOf(answer), "invalid_request");
      });
    }
  }

  test("HEAD is 405 without a body where only POST is allowed", async (t) => {
    const answer = await send("HEAD", (await site(t)).url);
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.allow, "POST");
  });
});

describe("bodies", () => {
  const post = (
    where: Site,
    body: string | Buffer | Buffer[],
    type?: string,
    path = "",
  ): Promise<RawAnswer> =>
    send("POST", where.url + path, {
      headers: { ...page(where), ...(type && { "content-type": type }) },
      body,
    });

  test("a body that is not a JSON object is 400", async (t) => {
    const where = await site(t);
    for (const body of ["{", "nonsense", "[]", "null", "1", '"text"', " ", '{"a":', "\u0000", "<html>"]) {
      for (const path of ["", "/callback", `/${unknownId}/otp`, `/${unknownId}/login`]) {
        const answer = await post(where, body, "application/json", path);
        assert.equal(answer.status, 400, JSON.stringify(body));
        assert.equal(errorOf(answer), "invalid_request");
      }
    }
  });

  test("a body that is not UTF-8 is 400", async (t) => {
    const where = await site(t);
    const body = Buffer.concat([Buffer.from('{"language":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    assert.equal((await post(where, body, "application/json")).status, 400);
  });

  test("a type other than JSON is 415, and so is a missing type", async (t) => {
    const where = await site(t);
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=a",
      "json",
      "",
    ]) {
      for (const path of ["", "/callback"]) {
        const answer = await post(where, "{}", type, path);
        assert.equal(answer.status, 415, type);
        assert.equal(errorOf(answer), "invalid_request");
      }
    }
  });

  test("the type may have parameters, capitals or a +json suffix", async (t) => {
    const where = await site(t);
    for (const type of ["application/json; charset=utf-8", "Application/JSON", "application/problem+json"]) {
      assert.equal((await post(where, "{}", type)).status, 201, type);
    }
  });

  test("a body of 4096 bytes is read, one more is 413", async (t) => {
    const where = await site(t);
    const sized = (bytes: number): string => `{"a":"${"x".repeat(bytes - 8)}"}`;
    assert.equal((await post(where, sized(4096), "application/json")).status, 201);
    const answer = await post(where, sized(4097), "application/json");
    assert.equal(answer.status, 413);
    assert.equal(errorOf(answer), "invalid_request");
  });

  test("a large body is 413 also without Content-Length", async (t) => {
    const where = await site(t);
    const chunks = Array.from({ length: 64 }, () => Buffer.alloc(1024, " "));
    for (const path of ["", "/callback"]) {
      const answer = await post(where, chunks, "application/json", path);
      assert.equal(answer.status, 413);
      assert.equal(errorOf(answer), "invalid_request");
    }
  });

  test("a body that does not end is 413 as soon as it is too large", async (t) => {
    const where = await site(t);
    const head = `POST /otp-login HTTP/1.1\r\nHost: a\r\nOrigin: ${where.origin}\r\nContent-Type: application/json\r\n`;
    const chunk = `${(4097).toString(16)}\r\n${" ".repeat(4097)}\r\n`;
    const answer = await exchange(where.origin, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`, {
      until: /"error":/,
    });
    assert.match(answer, /^HTTP\/1\.1 413 /);
  });

  test("a body that breaks off does no harm", async (t) => {
    const where = await site(t);
    const head = `POST /otp-login HTTP/1.1\r\nHost: a\r\nOrigin: ${where.origin}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"lang`;
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(where.origin).port), "127.0.0.1", () => {
        socket.write(head, () => socket.destroy());
      });
      socket.on("close", () => resolve());
    });
    await new Browser(where).start();
    assert.deepEqual(eventsOf(where, "internal_error"), []);
  });
});

describe("the order of the checks", () => {
  test("path, method, CSRF, size, type, JSON, attempt: the first check that fails decides the answer", async (t) => {
    const where = await site(t);
    const browser = new Browser(where);
    await browser.start();
    const cookie = browser.cookie ?? "";
    const large = "x".repeat(5000);
    const json = { "content-type": "application/json" };
    const attemptPath = `${where.url}/${unknownId}/otp`;
    const foreign = { origin: "https://evil.example" };
    const steps: [Promise<RawAnswer>, number][] = [
      [send("PUT", `${where.url}/a/b`, { headers: foreign, body: large }), 404],
      [send("PUT", attemptPath, { headers: foreign, body: large }), 405],
      [send("POST", attemptPath, { headers: foreign, body: large }), 403],
      [send("POST", attemptPath, { headers: page(where), body: large }), 413],
      [send("POST", attemptPath, { headers: page(where), body: "x" }), 415],
      [send("POST", attemptPath, { headers: { ...page(where), ...json }, body: "x" }), 400],
      [send("POST", attemptPath, { headers: { ...page(where), ...json, cookie }, body: "{}" }), 404],
    ];
    for (const [answer, status] of steps) assert.equal((await answer).status, status);
  });
});

describe("attempts of others", () => {
  test("another browser's attempt and one that does not exist get the same answer to the byte", async (t) => {
    const where = await site(t);
    const owner = new Browser(where);
    const { attempt } = await owner.start();
    const other = new Browser(where);
    await other.start();
    const cookies = [
      other.cookie ?? "",
      "",
      "nonsense",
      "onegini-otp-login=short",
      owner.cookie?.toUpperCase() ?? "",
    ];
    for (const [method, suffix] of [
      ["GET", ""],
      ["HEAD", ""],
      ["POST", "/otp"],
      ["POST", "/login"],
    ] as const) {
      for (const accept of ["application/json", "text/event-stream"]) {
        for (const cookie of cookies) {
          const headers = { ...page(where), accept, prefer: "wait=5", ...(cookie && { cookie }) };
          const answers = await Promise.all(
            [attempt, unknownId, "x", "%00", "é", "a".repeat(500)].map((id) =>
              send(method, `${where.url}/${encodeURI(id)}${suffix}`, { headers }),
            ),
          );
          const [theirs, ...never] = answers.map(({ status, rawHeaders, body }) => ({
            status,
            rawHeaders: rawHeaders.filter((_, i) => rawHeaders[i - (i % 2)] !== "Date"),
            body,
          }));
          assert.equal(theirs?.status, 404);
          if (method !== "HEAD") assert.equal(errorOf(answers[0] as RawAnswer), "unknown_attempt");
          for (const one of never) assert.deepEqual(one, theirs);
        }
      }
    }
    assert.equal((await owner.status(attempt)).status, "pending");
  });
});

describe("the limit on transactions", () => {
  test("the twenty-first is 429 with Retry-After, and the attempt continues", async (t) => {
    const { where, browser, attempt, otp } = await login(t);
    for (let renewal = 1; renewal < 20; renewal++) await browser.renew(attempt);
    const answer = await browser.post(`/${attempt}/otp`);
    assert.equal(answer.status, 429);
    assert.equal(((await answer.json()) as { error: string }).error, "too_many_requests");
    assert.match(answer.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
    assert.equal(where.emulator.starts.length, 20);
    const stream = await browser.stream(attempt);
    await (await where.emulator.phone()).handleMobileAuthWithOtp(otp);
    await stream.status("approved");
    // The limit is checked before the status.
    assert.equal((await browser.post(`/${attempt}/otp`)).status, 429);
  });

  test("a failed renewal does not count", async (t) => {
    const { where, browser, attempt } = await login(t, {
      options: { limits: { transactionsPerAttempt: 2 } },
    });
    for (const start of [1002, 1003] as const) {
      where.emulator.tokenServer.setFaults({ start });
      assert.equal((await browser.post(`/${attempt}/otp`)).status, start === 1002 ? 503 : 500);
    }
    where.emulator.tokenServer.setFaults({});
    await browser.renew(attempt);
    assert.equal((await browser.post(`/${attempt}/otp`)).status, 429);
  });
});

describe("unusual requests", () => {
  test("without Host, with a strange Host, an absolute URL or a path with dots are answered", async (t) => {
    const where = await site(t);
    const headers = `Origin: ${where.origin}\r\nContent-Length: 0\r\nConnection: close`;
    for (const [head, status] of [
      [`POST /otp-login HTTP/1.0\r\n${headers}`, 201],
      [`POST /otp-login HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\n${headers}`, 201],
      [`POST /otp-login HTTP/1.1\r\nHost: a b\r\n${headers}`, 400],
      [`POST /x/../otp-login HTTP/1.1\r\nHost: a\r\n${headers}`, 201],
      [`POST /otp-login?a=1&otp=2 HTTP/1.1\r\nHost: a\r\n${headers}`, 201],
      [`POST /otp-login/%ff HTTP/1.1\r\nHost: a\r\n${headers}`, 405],
      [`GET /otp-login/%00%0d%0a HTTP/1.1\r\nHost: a\r\n${headers}`, 404],
      [`GET /otp-login/${"a".repeat(8000)} HTTP/1.1\r\nHost: a\r\n${headers}`, 404],
    ] as const) {
      const answer = await exchange(where.origin, `${head}\r\n\r\n`);
      assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `), head);
    }
    const form = where.emulator.starts.map((start) => start.get("callback_uri"));
    assert.deepEqual([...new Set(form)], [`${where.origin}/otp-login/callback`]);
  });
});
