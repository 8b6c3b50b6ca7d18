import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, test, type TestContext } from "node:test";
import { toNodeHandler } from "onegini-otp-login/node";
import { createLoginKit, type LoginKitOptions } from "onegini-otp-login/server";
import { onDemandKit } from "../../../../src/server/on-demand/on-demand-kit.js";
import { VirtualClock } from "../../../support/virtual-clock.js";
import { exampleOptions, listen } from "../support/site.js";

const options = exampleOptions;
const { origin } = options;
const wrong: LoginKitOptions = { ...options, tokenServer: { ...options.tokenServer, url: "" } };

const page = new Request(`${origin}/login`);
const start = (): Request => new Request(`${origin}/otp-login`, { method: "POST", headers: { origin } });

/** What is logged during a test. */
function logOf(t: TestContext): string[] {
  const lines: string[] = [];
  t.mock.method(console, "error", (line: string) => lines.push(line));
  return lines;
}

const pathsEnded = (headers: Headers): string[] =>
  headers.getSetCookie().map((cookie) => cookie.split("=", 1)[0] ?? "");

describe("a kit whose options come from a function", () => {
  test("reads them once, at its first call", async () => {
    let reads = 0;
    const kit = createLoginKit(() => {
      reads++;
      return options;
    });
    assert.equal(reads, 0);
    assert.equal((await kit.fetch(new Request(`${origin}/otp-login`))).status, 405);
    assert.ok(kit.browserCookie(page));
    assert.deepEqual(pathsEnded(kit.forget()), ["__Host-onegini-otp-login"]);
    assert.equal(reads, 1);
  });

  test("leaves the page as it is if an option is wrong, and logs a line that names it", async (t) => {
    const lines = logOf(t);
    const kit = createLoginKit(() => wrong);

    assert.equal(await kit.begin(page), null);
    assert.equal(kit.browserCookie(page), undefined);
    const answer = await kit.fetch(start());
    assert.deepEqual([answer.status, answer.headers.get("cache-control")], [500, "no-store"]);
    assert.equal(((await answer.json()) as { error: string }).error, "server_error");
    assert.equal((await kit.health()).healthy, false);
    const check = await kit.check();
    assert.match(check.ok ? "" : check.reason, /could not be created: .*"tokenServer\.url" is empty/);
    await kit.scanned({ transactionId: "a" });
    for (const call of [() => kit.redeem("a.b", page), () => kit.pause(), () => kit.resume()])
      await assert.rejects(call(), /"tokenServer.url" is empty/);
    await kit.close();

    assert.equal(lines.length, 1, "one line a minute");
    assert.match(lines[0] ?? "", /^error onegini-otp-login: .*"tokenServer\.url" is empty; expected/);
  });

  test("ends the cookie at a log-out, whatever its name, if an option is wrong", () => {
    const kit = createLoginKit(() => wrong);
    assert.deepEqual(pathsEnded(kit.forget()), ["__Host-onegini-otp-login", "onegini-otp-login"]);
  });

  test("reads them again ten seconds after that failed, and not at each call", async (t) => {
    const lines = logOf(t);
    const clock = new VirtualClock();
    let isUp = false;
    let reads = 0;
    const kit = onDemandKit(async () => {
      reads++;
      if (!isUp) throw new Error("Redis is down");
      return options;
    }, clock);
    for (let count = 0; count < 3; count++) assert.equal((await kit.fetch(start())).status, 500);
    assert.equal(reads, 1);
    assert.match(lines.join(), /Redis is down/);
    isUp = true;
    await clock.advance(10);
    assert.equal((await kit.fetch(new Request(`${origin}/otp-login`))).status, 405);
    assert.equal((await kit.health()).healthy, true);
  });

  test("does not let a page wait more than two seconds for them", async (t) => {
    const lines = logOf(t);
    const clock = new VirtualClock();
    let come = (_: LoginKitOptions): void => undefined;
    const kit = onDemandKit(() => new Promise<LoginKitOptions>((resolve) => (come = resolve)), clock);

    const begun = kit.begin(page);
    const answered = kit.fetch(start());
    await clock.advance(2.1);
    assert.equal(await begun, null);
    const answer = await answered;
    assert.equal(answer.status, 503);
    assert.ok(answer.headers.has("retry-after"));
    assert.match(lines.join(), /more than 2 s/);

    // Only the first call waits, and nothing waits for ever.
    assert.equal(await kit.begin(page), null);
    assert.equal((await kit.check()).ok, false);
    await assert.rejects(kit.redeem("a.b", page), /more than 2 s/);

    come(options);
    await clock.advance(0);
    assert.equal((await kit.fetch(new Request(`${origin}/otp-login`))).status, 405);
  });

  test("is a middleware that passes on what is outside its path, also if an option is wrong", async (t) => {
    logOf(t);
    for (const [given, path, status] of [
      [{ ...options, path: "/qr" }, "/qr", 405],
      [wrong, "/otp-login", 500],
    ] as const) {
      const handle = toNodeHandler(createLoginKit(() => given));
      const server = createServer((req, res) => handle(req, res, () => res.end("the page")));
      const at = await listen(t, server);
      assert.equal(await (await fetch(at)).text(), "the page");
      assert.equal((await fetch(at + path)).status, status);
    }
  });

  test("is a middleware that waits for a path of the site's own, and logs where it does not come", async (t) => {
    const lines = logOf(t);
    for (const [given, status] of [
      [async () => ({ ...options, path: "/qr" }), 405],
      [async () => ({ ...wrong, path: "/qr" }), 200],
    ] as const) {
      const handle = toNodeHandler(createLoginKit(given));
      const server = createServer((req, res) => handle(req, res, () => res.end("the page")));
      const at = await listen(t, server);
      assert.equal((await fetch(`${at}/qr`)).status, status);
    }
    assert.match(lines.join(), /"tokenServer\.url" is empty/);
  });

  test("closes also where the options never come, and a kit that comes later", async () => {
    let come = (_: LoginKitOptions): void => undefined;
    const kit = onDemandKit(() => new Promise<LoginKitOptions>((resolve) => (come = resolve)));
    const health = kit.health();
    await kit.close();
    come(options);
    assert.equal((await health).closing, true);
  });

  test("takes a promise of another library for one", async () => {
    const thenable = {
      then: (come: (given: LoginKitOptions) => void) => come(options),
    } as unknown as Promise<LoginKitOptions>;
    assert.equal((await createLoginKit(() => thenable).health()).healthy, true);
  });
});
