import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { test } from "node:test";
import { audit } from "../../../../../src/service/audit/audit-command.js";
import { Browser } from "../../../server/support/browser.js";
import { transactionOf } from "../../../server/support/login.js";
import { numberIn, wrong } from "../../../server/support/number-on-phone.js";
import { until } from "../../../../support/until.js";
import { origin, runService } from "../running-service.js";
import { auditFile } from "./audit-lines.js";

/** The story of a login, without its instants, and with names in place of ids. */
async function tell(path: string, attempt: string, names: ReadonlyMap<string, string>): Promise<string[]> {
  let told = "";
  const streams = {
    stdin: Readable.from([]),
    stdout: (text: string) => void (told += text),
    stderr: (text: string) => assert.fail(text),
  };
  assert.equal(await audit(["show", path, "--attempt", attempt], streams), 0);
  for (const [id, name] of names) told = told.replaceAll(id, name);
  const [head = "", ...steps] = told.trimEnd().split("\n");
  const times = steps.map((step) => step.slice(0, 25));
  assert.deepEqual(times, [...times].sort(), "in the order of time");
  return [head.replace(`Login ${attempt}: `, ""), ...steps.map((step) => step.slice(27))];
}

test("ten logins, three of them attacks, are told from the audit alone", async (t) => {
  const file = auditFile(t);
  const service = await runService(t, {
    args: [
      ...["--pairing", "unknown-browsers", "--pairing-keys", "one-key-of-the-tests-of-32-characters"],
      ...["--message", "Log in: {number}", "--audit", file.path, "--log-level", "error"],
    ],
    withMessage: false,
  });

  /** The names of browsers, transactions and logins, by their ids. */
  const names = new Map<string, string>();
  const browserOf = (name: string) => ({
    name,
    browser: new Browser({ url: `${service.publicAddress}/otp-login`, origin }),
  });
  type Named = ReturnType<typeof browserOf>;
  /** A login that its user answers on a phone. */
  const answered = async (
    { name, browser }: Named,
    user: string,
    says: "yes" | "no" = "yes",
    renewals = 0,
  ) => {
    const { attempt, ...code } = await browser.start({ headers: { "user-agent": `browser of ${name}` } });
    let { otp } = code;
    for (let renewal = 0; renewal < renewals; renewal++) ({ otp } = await browser.renew(attempt));
    const number = numberIn(service.emulator.starts.at(-1)?.get("message") ?? null);
    const phone = await service.emulator.phone(user, says === "yes");
    await phone.handleMobileAuthWithOtp(otp);
    const isAnswered = async () => (await browser.status(attempt)).status !== "pending";
    await until(isAnswered, "the answer");
    const hash = createHash("sha256")
      .update(browser.cookie?.split("=")[1] ?? "")
      .digest("base64url");
    names.set(hash.slice(0, 16), `of ${name}`).set(transactionOf(otp), "T");
    return { attempt, number };
  };
  const ticket = async ({ name, browser }: Named, attempt: string, number?: string): Promise<unknown> => {
    const request = {
      headers: { "user-agent": `browser of ${name}` },
      ...(number !== undefined && { body: { number } }),
    };
    const answer = await browser.post(`/${attempt}/login`, request);
    return ((await answer.json()) as { ticket?: unknown }).ticket;
  };
  const redeem = async ({ browser }: Named, given: unknown): Promise<number> => {
    const body = { ticket: given, cookie: browser.cookies };
    const answer = await service.call("POST", "/redeem", { body });
    const { set_cookie: known = [] } = (await answer.json()) as { set_cookie?: string[] };
    browser.take(known);
    return answer.status;
  };
  /** A whole login. */
  const logIn = async (where: Named, user: string, renewals = 0): Promise<string> => {
    const { attempt, number } = await answered(where, user, "yes", renewals);
    assert.equal(await ticket(where, attempt), undefined);
    assert.equal(await redeem(where, await ticket(where, attempt, number)), 200);
    return attempt;
  };

  const alice = browserOf("Alice");
  const newBrowser = await logIn(alice, "alice");
  const knownBrowser = (await answered(alice, "alice")).attempt;
  assert.equal(await redeem(alice, await ticket(alice, knownBrowser)), 200);

  const bob = browserOf("Bob");
  const mistyped = await answered(bob, "bob");
  await ticket(bob, mistyped.attempt);
  await ticket(bob, mistyped.attempt, wrong(mistyped.number));
  assert.equal(await redeem(bob, await ticket(bob, mistyped.attempt, mistyped.number)), 200);

  const thirdCode = await logIn(browserOf("Carol"), "carol", 2);
  const declined = (await answered(browserOf("Dave"), "dave", "no")).attempt;
  const left = (await answered(browserOf("Erin"), "erin")).attempt;

  const frank = browserOf("Frank");
  const repeated = await answered(frank, "frank");
  await ticket(frank, repeated.attempt, repeated.number);
  assert.equal(await redeem(frank, await ticket(frank, repeated.attempt)), 200);

  // Mallory got Grace to accept a code of Mallory's page, and guesses the number that Grace's phone shows.
  const mallory = browserOf("Mallory");
  const relayed = await answered(mallory, "grace");
  await ticket(mallory, relayed.attempt);
  for (const guess of [1, 2, 3]) await ticket(mallory, relayed.attempt, wrong(relayed.number, guess));

  // Mallory has read Heidi's ticket, and brings it to the site first.
  const heidi = browserOf("Heidi");
  const stolen = await answered(heidi, "heidi");
  const heidis = await ticket(heidi, stolen.attempt, stolen.number);
  assert.equal(await redeem(mallory, heidis), 404);
  assert.equal(await redeem(heidi, heidis), 200);

  // Ivan is known in the browser of his lost laptop, and accepts once more before support hears of it.
  const laptop = browserOf("the laptop");
  await logIn(laptop, "ivan");
  const revoked = (await answered(laptop, "ivan")).attempt;
  const forget = await service.call("POST", "/forget-browsers", {
    body: { user_id: "ivan", reason: "lost his laptop" },
    headers: { "x-operator": "Judy" },
  });
  assert.equal(forget.status, 204);
  await ticket(laptop, revoked);
  await service.stop();

  const began = (name: string) => `Browser of ${name} began at 127.0.0.1, as browser of ${name}.`;
  const accepted = (user: string, code = "1 of 1") =>
    `${user} accepted code ${code} on a phone (transaction T).`;
  const asked = (user: string) =>
    `The browser was not known for ${user}: its page asked for the number on the phone.`;
  const typed = "The right number was typed. The browser got a ticket.";
  const redeemed = (user: string) => `The site redeemed the ticket: ${user} is logged in.`;
  const stories: [attempt: string, ...told: string[]][] = [
    [
      newBrowser,
      "alice was logged in.",
      began("Alice"),
      accepted("alice"),
      asked("alice"),
      typed,
      redeemed("alice"),
    ],
    [
      ...([knownBrowser, "alice was logged in.", began("Alice"), accepted("alice")] as const),
      ...["The browser is known for alice. The browser got a ticket.", redeemed("alice")],
    ],
    [
      ...([mistyped.attempt, "bob was logged in.", began("Bob"), accepted("bob"), asked("bob")] as const),
      ...["A wrong number was typed. 2 tries were left.", typed, redeemed("bob")],
    ],
    [
      thirdCode,
      "carol was logged in.",
      began("Carol"),
      accepted("carol", "3 of 3"),
      asked("carol"),
      typed,
      redeemed("carol"),
    ],
    [
      ...([declined, "Nobody was logged in: it was declined on the phone.", began("Dave")] as const),
      "Somebody declined code 1 of 1 on a phone (transaction T).",
    ],
    [left, "These lines show no login: no browser claimed it.", began("Erin"), accepted("erin")],
    [
      ...([repeated.attempt, "frank was logged in.", began("Frank"), accepted("frank"), typed] as const),
      "The right number was typed. The browser got another ticket; the one before is void.",
      redeemed("frank"),
    ],
    [
      ...([relayed.attempt, "Nobody was logged in: three numbers were wrong.", began("Mallory")] as const),
      ...[accepted("grace"), asked("grace"), "A wrong number was typed. 2 tries were left."],
      ...["A wrong number was typed. 1 try was left.", "A wrong number was typed. 0 tries were left."],
      "The login was ended: three numbers were wrong.",
    ],
    [
      ...([stolen.attempt, "heidi was logged in.", began("Heidi"), accepted("heidi"), typed] as const),
      ...["A ticket was refused: another browser, of Mallory, brought it.", redeemed("heidi")],
    ],
    [
      revoked,
      "Nobody was logged in: the browsers of ivan were forgotten after the acceptance.",
      ...[began("the laptop"), accepted("ivan")],
      "The browsers of ivan were forgotten (Judy, peer 127.0.0.1): lost his laptop.",
      "The login was ended: the browsers of ivan were forgotten after the acceptance.",
    ],
  ];
  for (const [attempt, ...told] of stories) assert.deepEqual(await tell(file.path, attempt, names), told);

  const redemptions = file.lines().filter(({ event }) => event === "ticket_redeemed");
  assert.equal(redemptions.length, 7);
  for (const line of redemptions) {
    assert.equal(line["address"], "127.0.0.1");
    assert.match(String(line["userAgent"]), /^browser of /);
    assert.match(String(line["attempt"]), /^[\w-]{22}$/);
  }

  // What an alert on the stream would look for, without knowing the logins.
  const attacks = file
    .lines()
    .filter(
      ({ event, reason }) =>
        event === "pairing_failed" || (event === "ticket_refused" && reason === "other_browser"),
    );
  assert.deepEqual(
    attacks.map((line) => [line["attempt"], line["userId"]]),
    [
      [relayed.attempt, "grace"],
      [stolen.attempt, "heidi"],
      [revoked, "ivan"],
    ],
  );
});
