import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { suite, test, type TestContext } from "node:test";
import type { TokenServerOptions } from "onegini-otp-login/emulator";
import { listen } from "../../../support/listen.js";
import { until } from "../../../support/until.js";
import { receiveCallbacks, serve } from "../support.js";

/** What the emulator writes about the callback of one acceptance. */
async function lineFor(
  t: TestContext,
  callback_uri: string,
  overrides: Partial<TokenServerOptions> = {},
): Promise<string> {
  const lines: string[] = [];
  const { mock } = t.mock.method(console, "warn", (line: string) => void lines.push(line));
  const { enroll, start, scan, answer } = await serve(t, overrides);
  await enroll("lisa");
  const { id, otp } = await start({ callback_uri });
  await scan("lisa", otp);
  assert.equal((await answer(id, true)).status, 204);
  await until(() => lines.length > 0, "the emulator's line");
  mock.restore();
  const [line = ""] = lines;
  const which = `Token Server emulator: the callback of transaction ${id} to ${callback_uri} failed: `;
  assert.equal(line.startsWith(which), true, line);
  assert.doesNotMatch(line, /\p{Cc}/u);
  return line.slice(which.length);
}

async function siteThatAnswers(
  t: TestContext,
  status: number,
  headers: Record<string, string> = {},
): Promise<string> {
  const site = createServer((_request, response) => response.writeHead(status, headers).end());
  return `${await listen(t, site)}/otp-login/callback`;
}

suite("A callback that fails is a line that says which one, why and what to set", { timeout: 20_000 }, () => {
  const answers: [status: number, headers: Record<string, string>, says: RegExp][] = [
    [
      307,
      { location: "https://bank.example/otp-login/callback" },
      /to https:\/\/bank\.example\/.*callback\.uri/,
    ],
    [302, {}, /answered 302, a redirect to another address/],
    [401, { "www-authenticate": "Basic" }, /answered 401.*option callbacks.*callback\.username/],
    [403, {}, /answered 403.*in front of the kit/],
    [404, {}, /answered 404.*Mount the kit.*callback\.uri/],
    [405, {}, /answered 405.*Mount the kit.*callback\.uri/],
    [421, {}, /answered 421.*host name/],
    [429, {}, /answered 429.*log of the site/],
    [502, {}, /answered 502.*proxy in front/],
  ];
  for (const [status, headers, says] of answers) {
    test(`if the site answers ${status}${headers["location"] ? " with an address" : ""}`, async (t) => {
      assert.match(await lineFor(t, await siteThatAnswers(t, status, headers)), says);
    });
  }

  test("if nothing listens there", async (t) => {
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const line = await lineFor(t, `http://127.0.0.1:${port}/otp-login/callback`);
    assert.match(line, /nothing listens there \(ECONNREFUSED\).*callback\.uri/);
  });

  test("if the host is unknown", async (t) => {
    const line = await lineFor(t, "http://site.invalid/otp-login/callback");
    assert.match(line, /cannot resolve the host name \((ENOTFOUND|EAI_AGAIN)\).*callback\.uri/);
  });

  test("if it is https for a port that speaks http", async (t) => {
    const http = await siteThatAnswers(t, 204);
    const line = await lineFor(t, http.replace("http:", "https:"));
    assert.match(line, /there was no answer \(\w+\)\. If this address uses https.*callback\.uri/);
  });

  test("if the site gives no answer", async (t) => {
    // The error with which `fetch` rejects then.
    const fetch = () =>
      Promise.reject(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
    assert.match(await lineFor(t, "https://bank.example/", { fetch }), /did not answer within 5 s/);
  });

  test("and not if the site takes it, or if onCallback is told in its place", async (t) => {
    const { mock } = t.mock.method(console, "warn", () => undefined);
    const problems = new Map<string, string | undefined>();
    const { enroll, start, scan, answer } = await serve(t, {
      onCallback: ({ callbackUri, problem }) => void problems.set(callbackUri, problem),
    });
    await enroll("lisa");
    const { uri } = await receiveCallbacks(t);
    const missing = await siteThatAnswers(t, 404);
    for (const callback_uri of [uri, missing]) {
      const { id, otp } = await start({ callback_uri });
      await scan("lisa", otp);
      await answer(id, true);
    }
    await until(() => problems.size === 2, "both callbacks");
    assert.equal(problems.get(uri), undefined);
    assert.match(problems.get(missing) ?? "", /answered 404/);
    assert.equal(mock.callCount(), 0);
  });

  test("and a callback that the site takes is no line", async (t) => {
    const lines: string[] = [];
    t.mock.method(console, "warn", (line: string) => void lines.push(line));
    const site = await receiveCallbacks(t);
    const missing = await siteThatAnswers(t, 404);
    const { enroll, start, scan, answer } = await serve(t);
    await enroll("lisa");
    for (const callback_uri of [site.uri, missing]) {
      const { id, otp } = await start({ callback_uri });
      await scan("lisa", otp);
      await answer(id, true);
      if (callback_uri === site.uri) await site.next();
    }
    await until(() => lines.length > 0, "the line of the one that fails");
    const isSaid = lines.map((line) => line.includes(missing));
    assert.deepEqual(isSaid, [true]);
  });
});
