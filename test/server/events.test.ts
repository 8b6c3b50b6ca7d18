import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryStore, type AttemptStore, type LoginKitEvent } from "onegini-otp-login/server";
import { reporter } from "../../src/server/events.js";
import { Browser } from "./support/browser.js";
import { accepted, failed, json, scriptedTokenServer } from "./support/scripted-token-server.js";
import { site } from "./support/site.js";
import { until } from "./support/until.js";
import { holds } from "./support/holds.js";

const types = (events: LoginKitEvent[]): string[] => events.map(({ type }) => type);

describe("the site's log", () => {
  test("hears of a login from its start to its session", async (t) => {
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

  test("hears of a denial, of a failure and of a refusal", async (t) => {
    const tokenServer = await scriptedTokenServer(t);
    const { events, ...where } = await site(t, { tokenServerUrl: tokenServer.url });
    const browser = new Browser(where);
    for (const [reason, ...expected] of [
      ["not_accepted", "attempt_denied"],
      ["failed_to_send", "attempt_failed", "transaction_failed"],
    ] as const) {
      const { attempt } = await browser.start();
      tokenServer.result = failed(reason);
      await browser.status(attempt);
      assert.deepEqual(types(events).slice(-expected.length), expected);
    }
    await browser.post("/x/otp");
    const last = events.at(-1);
    holds(last?.type === "request_refused" && last.error === "unknown_attempt" && last.status === 404);
  });

  test("never hears an OTP, a cookie, a session or a secret; and the store never sees them", async (t) => {
    const kept: unknown[] = [];
    const store = memoryStore();
    const spy = Object.fromEntries(
      Object.entries(store).map(([name, method]) => [
        name,
        (...args: unknown[]) => {
          kept.push(args);
          return (method as (...rest: unknown[]) => unknown)(...args);
        },
      ]),
    ) as unknown as AttemptStore;
    const { emulator, events, ...where } = await site(t, {
      options: {
        store: spy,
        callback: { username: "callback-user", password: "callback-password" },
        signIn: () => {
          throw new Error("no session");
        },
      },
    });
    const browser = new Browser(where);
    const first = await browser.start({ headers: { authorization: "Bearer page-token" } });
    const second = await browser.renew(first.attempt);
    const stream = await browser.stream(first.attempt);
    await (await emulator.phone()).handleMobileAuthWithOtp(second.otp);
    // The callback lacks its credentials, so that the result is asked for by the browser's return.
    await until(() => types(events).includes("request_refused"), "the refusal");
    await browser.status(first.attempt);
    await stream.end();
    await browser.logIn(first.attempt);
    emulator.tokenServer.setFaults({ start: 1003, result: { status: 500, body: second.otp } });
    await browser.start().catch(() => undefined);
    const heard = JSON.stringify([events, kept]);
    const inner = [first, second].map(({ otp }) => (JSON.parse(atob(otp)) as { otp: string }).otp);
    for (const secret of [
      first.otp,
      second.otp,
      ...inner,
      browser.cookie?.split("=")[1] ?? "",
      "site-secret",
      "callback-password",
      "page-token",
      btoa("site:site-secret"),
    ]) {
      holds(secret.length > 5 && !heard.includes(secret), secret);
    }
    holds(heard.includes("alice") && heard.includes(first.attempt));
  });

  test("a hook that throws, or rejects, harms nobody", async (t) => {
    const complaints = t.mock.method(console, "error", () => undefined);
    for (const onEvent of [
      () => {
        throw new Error("log is full");
      },
      () => Promise.reject(new Error("log is full")),
    ]) {
      const { emulator, ...where } = await site(t, { options: { onEvent } });
      const browser = new Browser(where);
      const { attempt, otp } = await browser.start();
      const stream = await browser.stream(attempt);
      await (await emulator.phone()).handleMobileAuthWithOtp(otp);
      await stream.status("approved");
      assert.equal((await browser.logIn(attempt)).status, 200);
    }
    holds(complaints.mock.callCount() > 0);
  });

  test("a clientIp that throws is an error of the site's: 500, told to its log", async (t) => {
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

describe("without a hook", () => {
  test("warnings and errors go to the console, a line each, and nothing else", (t) => {
    const lines: string[] = [];
    t.mock.method(console, "warn", (line: string) => lines.push(`warn ${line}`));
    t.mock.method(console, "error", (line: string) => lines.push(`error ${line}`));
    const report = reporter(undefined);
    report({ type: "attempt_denied", level: "info", attempt: "a", ageMs: 1 });
    report({ type: "attempt_failed", level: "warn", attempt: "a\nb", ageMs: 1 });
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    report({ type: "internal_error", level: "error", doing: "x", error: new Error("one\ntwo") });
    report({ type: "internal_error", level: "error", doing: "x", error: circular });
    assert.equal(lines.length, 3);
    assert.equal(lines[0], 'warn onegini-otp-login: attempt_failed {"attempt":"a\\nb","ageMs":1}');
    assert.match(lines[1] ?? "", /^error onegini-otp-login: internal_error .*one \| two/);
    holds(lines.every((line) => !/[\r\n]/.test(line)));
  });

  test("a site's login works, and only what went wrong is written", async (t) => {
    const lines: unknown[] = [];
    t.mock.method(console, "warn", (line: unknown) => lines.push(line));
    t.mock.method(console, "error", (line: unknown) => lines.push(line));
    const tokenServer = await scriptedTokenServer(t);
    const where = await site(t, {
      tokenServerUrl: tokenServer.url,
      options: { onEvent: undefined as never },
    });
    const browser = new Browser(where);
    const { attempt } = await browser.start();
    tokenServer.result = accepted();
    await browser.status(attempt);
    await browser.logIn(attempt);
    assert.deepEqual(lines, []);
    tokenServer.start = json(400, { error: 1003, error_description: "bad\nparameter" });
    await browser.post("");
    assert.equal(lines.length, 1);
    assert.match(String(lines[0]), /token_server_trouble .*"code":"1003".*bad\\nparameter/);
  });
});
