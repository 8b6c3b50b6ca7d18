import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { Browser } from "../../server/support/browser.js";
import { numberIn, wrong } from "../../server/support/number-on-phone.js";
import { origin, runService, type RunningService } from "./running-service.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** `serve` with `pairing`. */

const key = "one-key-of-the-tests-of-32-characters";
const otherKey = "another-key-of-the-tests-of-32-characters";
const numbered = ["--pairing", "unknown-browsers", "--message", "Log in to the site: {number}"];

const serve = (t: TestContext, ...args: string[]): Promise<RunningService> =>
  runService(t, { args: [...numbered, "--pairing-keys", key, ...args] });

const newBrowser = ({ publicAddress }: RunningService): Browser =>
  new Browser({ url: `${publicAddress}/otp-login`, origin });

/** Begins a login that the user accepts. */
async function accept(service: RunningService, browser: Browser, user = "alice") {
  const { attempt, otp } = await browser.start();
  const number = numberIn(service.emulator.starts.at(-1)?.get("message") ?? null);
  await (await service.emulator.phone(user)).handleMobileAuthWithOtp(otp);
  await browser.approval(attempt);
  return { attempt, number };
}

/** Whether that user is asked for the number there; a login of a known browser is done. */
async function isAsked(service: RunningService, browser: Browser, user?: string) {
  const { attempt } = await accept(service, browser, user);
  const { status, json } = await browser.postLogin(attempt);
  assert.ok(status === 200 || json["error"] === "pairing_required", `${status}`);
  if (status === 200) await redeem(service, browser, json["ticket"]);
  return status !== 200;
}

/** The site's backend redeems a ticket, and sends the cookies on. */
async function redeem(service: RunningService, browser: Browser, ticket: unknown) {
  const body = { ticket, cookie: browser.cookies };
  const answer = await service.call("POST", "/redeem", { body });
  const json = (await answer.json()) as { login: { browser?: string }; set_cookie?: string[] };
  browser.take(json.set_cookie ?? []);
  return json;
}

async function logInWithNumber(service: RunningService, browser: Browser, user?: string) {
  const { attempt, number } = await accept(service, browser, user);
  return redeem(service, browser, (await browser.postLogin(attempt, number)).json["ticket"]);
}

describe("a login through the service, with a number", () => {
  test("is asked for it once, and the site learns whether the browser was known", async (t) => {
    const service = await serve(t);
    const browser = newBrowser(service);
    const browserOf = async (ticket: unknown) => (await redeem(service, browser, ticket)).login.browser;
    const { attempt, number } = await accept(service, browser);
    assert.equal((await browser.postLogin(attempt)).json["error"], "pairing_required");
    assert.equal((await browser.postLogin(attempt, wrong(number))).json["error"], "wrong_number");
    assert.equal(await browserOf((await browser.postLogin(attempt, number)).json["ticket"]), "new");
    const again = await accept(service, browser);
    assert.equal(await browserOf((await browser.postLogin(again.attempt)).json["ticket"]), "known");

    const metrics = await (await service.call("GET", "/metrics")).text();
    for (const [result, count] of Object.entries({ asked: 1, wrong: 1, right: 1, failed: 0, unanswered: 0 }))
      assert.match(
        metrics,
        new RegExp(`^onegini_otp_login_numbers_total\\{result="${result}"\\} ${count}$`, "m"),
      );
  });

  test("can have six digits, and be asked for always", async (t) => {
    const service = await serve(t, "--pairing", "always", "--pairing-digits", "6");
    const browser = newBrowser(service);
    await logInWithNumber(service, browser);
    const { attempt, number } = await accept(service, browser);
    assert.match(number, /^\d{6}$/);
    assert.equal((await browser.postLogin(attempt)).json["digits"], 6);
    const begun = await service.call("POST", "/begin", { body: { headers: {} } });
    assert.equal(((await begun.json()) as { digits?: number }).digits, 6);
  });

  test("has its number in the text of the page's language", async (t) => {
    const folder = temporaryFolder(t);
    const config = join(folder, "site.json");
    const message = { en: "Log in: {number}", nl: "Inloggen: {number}" };
    writeFileSync(config, JSON.stringify({ message, pairing: "always", "pairing-keys": [otherKey, key] }));
    const tokenServer = await serve(t);
    const service = await runService(t, {
      args: ["--config", config],
      tokenServerUrl: tokenServer.emulator.url,
      withMessage: false,
    });
    await newBrowser(service).start({ body: { language: "nl" } });
    assert.match(tokenServer.emulator.starts.at(-1)?.get("message") ?? "", /^Inloggen: \d{4}$/);
  });
});

describe("known browsers of the service", () => {
  test("are unknown after /forget-browsers, for that user alone", async (t) => {
    const service = await serve(t);
    const [shared, other] = [newBrowser(service), newBrowser(service)];
    for (const user of ["alice", "bob"]) await logInWithNumber(service, shared, user);
    await logInWithNumber(service, other, "alice");
    const answer = await service.call("POST", "/forget-browsers", { body: { user_id: "alice" } });
    assert.equal(answer.status, 204);
    assert.deepEqual(
      [await isAsked(service, shared), await isAsked(service, other), await isAsked(service, shared, "bob")],
      [true, true, false],
    );
  });

  test("are unknown after /forget-browsers for all, until the next number", async (t) => {
    const service = await serve(t);
    const browser = newBrowser(service);
    for (const user of ["alice", "bob"]) await logInWithNumber(service, browser, user);
    assert.equal((await service.call("POST", "/forget-browsers", { body: { all: true } })).status, 204);
    assert.deepEqual([await isAsked(service, browser), await isAsked(service, browser, "bob")], [true, true]);
    await logInWithNumber(service, browser);
    const asked = [await isAsked(service, browser), await isAsked(service, browser, "bob")];
    assert.deepEqual(asked, [false, true]);
  });

  test("are unknown after a restart, where they are kept in memory, until the next number", async (t) => {
    const before = await serve(t);
    const browser = newBrowser(before);
    await logInWithNumber(before, browser);
    assert.equal(await isAsked(before, browser), false);
    const service = await serve(t);
    const later = newBrowser(service);
    later.known = browser.known;
    assert.equal(await isAsked(service, later), true);
    await logInWithNumber(service, later);
    assert.equal(await isAsked(service, later), false);
  });

  test("are forgotten with who did it and why in the log, for a user as information, for all as a warning", async (t) => {
    const service = await serve(t);
    const forget = (body: object) => service.call("POST", "/forget-browsers", { body });
    const order = { by: "ops, Zoë 👩‍💻", reason: "a phone was stolen" };
    assert.equal((await forget({ user_id: "alice", ...order })).status, 204);
    assert.equal((await forget({ all: true, ...order })).status, 204);
    assert.equal((await forget({ all: true, user_id: null, by: null })).status, 204);
    const lines = service.lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ event }) => event === "browsers_forgotten");
    assert.deepEqual(
      lines.map(({ time: _, event: __, ...line }) => line),
      [
        { level: "info", userId: "alice", cause: "call", ...order },
        { level: "warn", all: true, cause: "call", ...order },
        { level: "warn", all: true, cause: "call" },
      ],
    );
  });

  for (const [what, body] of [
    ["neither a user nor all", {}],
    ["both", { user_id: "alice", all: true }],
    ["a user without a name", { user_id: "" }],
    ["all that is not true", { all: false }],
    ["all that is a text", { all: "true" }],
    ["a reason of 101 characters", { all: true, reason: "x".repeat(101) }],
    ["a reason of two lines", { all: true, reason: "one\ntwo" }],
    ["a name that turns the writing around", { all: true, by: "\u202eops" }],
    ["a name that is no text", { user_id: "alice", by: 7 }],
  ] as const)
    test(`are not forgotten by a call with ${what}`, async (t) => {
      const service = await serve(t);
      const answer = await service.call("POST", "/forget-browsers", { body });
      assert.equal(answer.status, 400);
      assert.equal(((await answer.json()) as { error: string }).error, "invalid_request");
      assert.ok(!service.lines.some((line) => line.includes("browsers_forgotten")));
    });

  test("are forgotten by /forget?known_browser=true, and not by a log-out", async (t) => {
    const service = await serve(t);
    const ended = async (query: string) => {
      const answer = await service.call("GET", `/forget${query}`);
      const { headers } = (await answer.json()) as { headers: [string, string][] };
      return headers.map(([, cookie]) => cookie.split("=")[0]);
    };
    const [cookie, known] = ["onegini-otp-login", "onegini-otp-login-known"];
    assert.deepEqual(await ended(""), [cookie]);
    assert.deepEqual(await ended("?known_browser=false"), [cookie]);
    assert.deepEqual(await ended("?known_browser=true"), [cookie, known]);
    assert.equal((await service.call("GET", "/forget?known_browser=yes")).status, 400);
  });

  test("stay known while the keys are rotated, on SIGHUP, and not after their key is gone", async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, "keys");
    writeFileSync(file, key);
    const service = await runService(t, { args: [...numbered, "--pairing-keys-file", file] });
    const use = async (...keys: string[]) => {
      writeFileSync(file, `${keys.join(",")}\n`);
      await service.rereadSecrets();
    };
    const [before, between] = [newBrowser(service), newBrowser(service)];
    await logInWithNumber(service, before);
    // A number that was sent with the old key, too.
    const open = await accept(service, between);
    await use(otherKey, key);
    await redeem(service, between, (await between.postLogin(open.attempt, open.number)).json["ticket"]);
    assert.equal(await isAsked(service, between), false);
    const old = before.known;
    assert.equal(await isAsked(service, before), false, "signed by the new key from now on");
    await use(otherKey);
    assert.equal(await isAsked(service, before), false);
    before.known = old;
    assert.equal(await isAsked(service, before), true);
    await use("too short");
    assert.equal(await isAsked(service, between), false, "the keys stay as they were");
    const refused = service.lines.filter((line) => line.includes('"secret_not_read"'));
    assert.equal(refused.length, 1);
    assert.match(refused[0] ?? "", /"setting":"pairing-keys".*one to 4 strings/);
  });
});
