import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { audit } from "../../../../../src/service/audit/audit-command.js";
import { Browser } from "../../../server/support/browser.js";
import { transactionOf } from "../../../server/support/login.js";
import { numberIn, wrong } from "../../../server/support/number-on-phone.js";
import { origin, runService } from "../running-service.js";
import { auditFile, type Line } from "./audit-lines.js";

/** A login that its user disputes, among ten of which three are attacks. docs/trust/evidence.md shows lines of such a run. */

const firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0";
const safari =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) Version/26.1 Mobile/15E148 Safari/604.1";
const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/143.0.0.0 Safari/537.36";

/** A browser at an address, behind the site's proxy. */
class Place {
  readonly browser: Browser;
  readonly headers: Record<string, string>;

  constructor(url: string, address: string, userAgent: string) {
    this.browser = new Browser({ url, origin });
    this.headers = { "x-forwarded-for": address, "user-agent": userAgent };
  }
}

test("a disputed login differs from the user's own by browser, address and number", async (t) => {
  const file = auditFile(t);
  const service = await runService(t, {
    args: [
      ...["--pairing", "unknown-browsers", "--pairing-keys", "one-key-of-the-tests-of-32-characters"],
      ...["--message", "Log in: {number}", "--proxies", "1", "--audit", file.path, "--log-level", "error"],
    ],
    withMessage: false,
  });
  const place = (address: string, userAgent: string): Place =>
    new Place(`${service.publicAddress}/otp-login`, address, userAgent);

  /** A code of a page that a user accepts on the phone. */
  const accepted = async ({ browser, headers }: Place, user: string) => {
    const { attempt, otp } = await browser.start({ headers });
    const number = numberIn(service.emulator.starts.at(-1)?.get("message") ?? null);
    await (await service.emulator.phone(user)).handleMobileAuthWithOtp(otp);
    await browser.approval(attempt);
    return { attempt, number, transaction: transactionOf(otp) };
  };
  /** The login call of a page: a ticket, if it gets one. */
  const call = async ({ browser, headers }: Place, attempt: string, number?: string): Promise<unknown> => {
    const body = number !== undefined && { body: { number } };
    const answer = await browser.post(`/${attempt}/login`, { headers, ...body });
    return ((await answer.json()) as { ticket?: unknown }).ticket;
  };
  const redeem = async ({ browser }: Place, ticket: unknown): Promise<number> => {
    const body = { ticket, cookie: browser.cookies };
    const answer = await service.call("POST", "/redeem", { body });
    const { set_cookie: known = [] } = (await answer.json()) as { set_cookie?: string[] };
    browser.take(known);
    return answer.status;
  };
  const logIn = async (where: Place, user: string) => {
    const login = await accepted(where, user);
    const ticket = (await call(where, login.attempt)) ?? (await call(where, login.attempt, login.number));
    assert.equal(await redeem(where, ticket), 200);
    return login;
  };

  const atHome = place("198.51.100.23", firefox);
  const own = await logIn(atHome, "grace");
  await logIn(atHome, "grace");
  const alice = place("198.51.100.40", safari);
  await logIn(alice, "alice");
  await logIn(alice, "alice");
  for (const user of ["carol", "dave"]) await logIn(place("192.0.2.15", firefox), user);

  // Mallory shows Bob a code of Mallory's page, and guesses the number.
  const mallory = place("203.0.113.77", chrome);
  const guessed = await accepted(mallory, "bob");
  await call(mallory, guessed.attempt);
  for (const by of [1, 2, 3]) await call(mallory, guessed.attempt, wrong(guessed.number, by));

  // Mallory has read Heidi's ticket, and brings it to the site first.
  const heidi = place("192.0.2.99", safari);
  const stolen = await accepted(heidi, "heidi");
  const ticket = await call(heidi, stolen.attempt, stolen.number);
  assert.equal(await redeem(mallory, ticket), 404);
  assert.equal(await redeem(heidi, ticket), 200);

  // Mallory calls Grace, who accepts a code of Mallory's page, and tells the number.
  const disputed = await logIn(mallory, "grace");
  await logIn(place("192.0.2.200", firefox), "ivan");

  const { status } = await service.call("POST", "/forget-browsers", {
    body: { user_id: "grace", reason: "case 4711" },
    headers: { "x-operator": "Judy, fraud desk" },
  });
  assert.equal(status, 204);
  await service.stop();

  const linesOf = (attempt: string): Line[] => file.lines().filter((line) => line["attempt"] === attempt);
  assert.equal(new Set(file.lines().flatMap((line) => line["attempt"] ?? [])).size, 10);
  const told = linesOf(disputed.attempt);
  assert.deepEqual(
    told.map(({ event }) => event),
    ["attempt_approved", "number_asked", "ticket_issued", "ticket_redeemed"],
  );
  for (const line of told) {
    assert.deepEqual(
      [line["userId"], line["address"], line["userAgent"]],
      ["grace", "203.0.113.77", chrome],
      line.event,
    );
    assert.equal(line["transaction"], disputed.transaction, line.event);
  }
  const [approved, , issued] = told;
  assert.deepEqual([approved?.["code"], approved?.["codes"], issued?.["browser"]], [1, 1, "new"]);

  const [first] = linesOf(own.attempt);
  assert.deepEqual([first?.["address"], first?.["userAgent"]], ["198.51.100.23", firefox]);
  assert.notEqual(first?.["browserId"], approved?.["browserId"]);

  let story = "";
  const streams = {
    stdin: Readable.from([]),
    stdout: (text: string) => void (story += text),
    stderr: (text: string) => assert.fail(text),
  };
  await audit(["show", file.path, "--user", "grace"], streams);
  assert.equal(story.match(/^Login .*: grace was logged in\.$/gm)?.length, 3);
  assert.match(story, /began at 203\.0\.113\.77, as Mozilla\/5\.0 \(X11; Linux/);

  // One browser is behind the three attacks: it guessed Bob's number, brought Heidi's ticket, and logged in as Grace.
  const attacker = file.lines().filter((line) => line["browserId"] === approved?.["browserId"]);
  assert.deepEqual([...new Set(attacker.map((line) => line["userId"]))], ["bob", "heidi", "grace"]);
});
