import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { loginApi, type Answer } from "../support/openapi.js";

describe("the check of answers against openapi.yaml", () => {
  const json = { "content-type": "application/json", "cache-control": "no-store" };
  const event = { ...json, "content-type": "text/event-stream", "x-accel-buffering": "no" };
  const stream = { ...event, "cache-control": "no-store, no-transform" };
  const error = (code: string): object => ({ error: code, error_description: "Something." });
  const answer = (
    call: string,
    status: number,
    headers: Record<string, string>,
    body?: object | string,
  ): Answer => {
    const [method = "", path = ""] = call.split(" ");
    const text = typeof body === "object" ? JSON.stringify(body) : body;
    return { method, path, status, headers: Object.entries(headers), body: text };
  };
  const code = { status: "pending", otp: "YQ==", expires_in: 60 };
  const attempt = "A".repeat(22);
  const cookie = `onegini-otp-login=${"x".repeat(43)}; Path=/; HttpOnly; SameSite=Lax`;
  const pending = 'event: status\ndata: {"status":"pending","expires_in":9}\n\n';
  const denied = 'event: status\ndata: {"status":"denied"}\n\n';

  test("accepts answers that are documented", () => {
    for (const right of [
      answer("POST ", 201, { ...json, "set-cookie": cookie }, { attempt, ...code }),
      answer("POST /x/otp", 429, { ...json, "retry-after": "7" }, error("too_many_requests")),
      answer("GET /x", 200, stream, `${pending}:\n\n${denied}`),
      answer("GET /x", 200, stream, `${pending}event: st`),
      answer("POST /x/login", 403, { ...json, "x-own": "1" }, { error: "blocked" }),
      answer("DELETE /x", 405, { ...json, allow: "GET, HEAD" }, error("invalid_request")),
      answer("HEAD /x", 404, json, ""),
      answer("POST /callback", 204, { "cache-control": "no-store", date: "now" }, ""),
    ])
      assert.deepEqual(loginApi.examine(right).faults, []);
  });

  const refused = (call: string, status: number, code: string, headers: Record<string, string> = {}) =>
    answer(call, status, { ...json, ...headers }, error(code));
  const begun = (headers: Record<string, string>) =>
    answer("POST ", 201, { ...json, ...headers }, { attempt, ...code });
  const wrong: Record<string, Answer> = {
    "an additional key": answer("POST ", 201, json, { attempt, ...code, user: "alice" }),
    "a missing key": answer("POST ", 201, json, code),
    "a text instead of a number": answer("POST /x/otp", 201, json, { ...code, expires_in: "60" }),
    "a fraction of a second": answer("POST /x/otp", 201, json, { ...code, expires_in: 59.5 }),
    "an id that is too short": answer("POST ", 201, json, { attempt: "short", ...code }),
    "an OTP in base64url": answer("POST /x/otp", 201, json, { ...code, otp: "_-8=" }),
    "an unknown status": answer("GET /x", 200, json, { status: "scanned", interval: 2 }),
    "an approved status with a time": answer("GET /x", 200, json, {
      status: "approved",
      expires_in: 1,
      interval: 2,
    }),
    "a pending status without a time": answer("GET /x", 200, json, { status: "pending", interval: 2 }),
    "a poll without its interval": answer("GET /x", 200, json, { status: "denied" }),
    "an interval that is not documented": answer("GET /x", 200, json, { status: "denied", interval: 5 }),
    "an HTTP status that is not documented": answer("POST ", 202, json, { attempt, ...code }),
    "an error with the HTTP status of another error": refused("POST ", 403, "unknown_attempt"),
    "an error with an additional key": answer("POST ", 403, json, { ...error("forbidden_origin"), why: "" }),
    "an error of the login API as the site's login answer": refused("POST /x/login", 422, "server_error"),
    "an error that is not JSON": answer("POST ", 503, { ...json, "retry-after": "5" }, "<h1>Sorry</h1>"),
    "an error with another content type": answer(
      "POST ",
      500,
      { ...json, "content-type": "text/html" },
      "<h1>Sorry</h1>",
    ),
    "an answer without Content-Type": answer(
      "POST ",
      201,
      { "cache-control": "no-store" },
      { attempt, ...code },
    ),
    "an error without its Retry-After": refused("POST ", 503, "temporarily_unavailable"),
    "a Retry-After of 0": refused("POST ", 503, "temporarily_unavailable", { "retry-after": "0" }),
    "a date as Retry-After": refused("POST ", 503, "temporarily_unavailable", {
      "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT",
    }),
    "an answer without Cache-Control": answer(
      "GET /x",
      404,
      { "content-type": "application/json" },
      error("unknown_attempt"),
    ),
    "an answer that may be cached": refused("GET /x", 404, "unknown_attempt", { "cache-control": "private" }),
    "a 405 without Allow": refused("PUT ", 405, "invalid_request"),
    "the Allow header of another path": refused("PUT ", 405, "invalid_request", { allow: "GET, HEAD" }),
    "a cookie with a renewal": answer("POST /x/otp", 201, { ...json, "set-cookie": cookie }, code),
    "a cookie that scripts can read": begun({ "set-cookie": cookie.replace("; HttpOnly", "") }),
    "a __Host- cookie that is not Secure": begun({ "set-cookie": `__Host-${cookie}` }),
    "a cookie that outlives the browser's session": begun({ "set-cookie": `${cookie}; Max-Age=60` }),
    "CORS for everybody": refused("GET /x", 404, "unknown_attempt", { "access-control-allow-origin": "*" }),
    "a header that is not documented": refused("GET /x", 404, "unknown_attempt", { "x-attempt": "x" }),
    "a body for HEAD": refused("HEAD /x", 404, "unknown_attempt"),
    "a body for a callback": answer("POST /callback", 204, json, {}),
    "a 404 for a callback": refused("POST /callback", 404, "unknown_attempt"),
    "a poll with a header of the stream": answer(
      "GET /x",
      200,
      { ...json, "x-accel-buffering": "no" },
      { status: "denied", interval: 2 },
    ),
    "a stream that proxies may buffer": answer("GET /x", 200, { ...stream, "x-accel-buffering": "yes" }, ""),
    "a stream that may be transformed": answer("GET /x", 200, event, ""),
    "a stream with an unknown event": answer("GET /x", 200, stream, "event: scanned\ndata: {}\n\n"),
    "a stream's event with an additional key": answer(
      "GET /x",
      200,
      stream,
      'event: status\ndata: {"status":"approved","user":"alice"}\n\n',
    ),
    "a stream that goes on after its end": answer("GET /x", 200, stream, denied + pending),
    "a stream's event with an id": answer("GET /x", 200, stream, `id: 1\n${pending}`),
  };
  for (const [name, each] of Object.entries(wrong))
    test(`rejects ${name}`, () => assert.notDeepEqual(loginApi.examine(each).faults, []));
});
