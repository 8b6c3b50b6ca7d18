import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, test } from "node:test";
import { audit } from "../../../../src/service/audit/audit-command.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** The command `audit show`. What it tells of whole logins: `unit/service/serve/audit/ten-logins.test.ts`. */

const attempt = `-${"A".repeat(21)}`;
const other = "B".repeat(22);

/** A line of the audit. */
const line = (seq: number, more: Record<string, unknown>): string =>
  `${JSON.stringify({
    ...{ stream: "audit", v: 1, time: `2026-01-01T12:00:0${seq}.000Z`, process: "processA", seq },
    ...{ attempt, userId: "alice", transaction: "t1", browserId: "browser-of-alice", ...more },
  })}\n`;

const approved = line(1, {
  event: "attempt_approved",
  code: 1,
  codes: 2,
  startedAt: "2026-01-01T12:00:00.000Z",
});
const redeemed = line(2, { event: "ticket_redeemed" });

const told = [
  `Login ${attempt}: alice was logged in.`,
  "  2026-01-01 12:00:00.000  Browser browser-of-alice began at an unknown address.",
  "  2026-01-01 12:00:01.000  alice accepted code 1 of 2 on a phone (transaction t1).",
  "  2026-01-01 12:00:02.000  The site redeemed the ticket: alice is logged in.",
  "",
].join("\n");

async function run(args: string[], input = "") {
  const result = { stdout: "", stderr: "" };
  const code = await audit(args, {
    stdin: Readable.from([input]),
    stdout: (text) => void (result.stdout += text),
    stderr: (text) => void (result.stderr += text),
  });
  return { code, ...result };
}

describe("audit show", () => {
  for (const wanted of [
    ["--attempt", attempt],
    ["--attempt=" + attempt],
    ["--user", "alice"],
    ["--transaction", "t1"],
  ])
    test(`finds a login by ${wanted.join(" ")}, in a file and on standard input`, async (t) => {
      const path = join(temporaryFolder(t), "audit.log");
      writeFileSync(path, approved + redeemed);
      assert.deepEqual(await run(["show", path, ...wanted]), { code: 0, stdout: told, stderr: "" });
      assert.deepEqual(await run(["show", ...wanted], approved + redeemed), {
        code: 0,
        stdout: told,
        stderr: "",
      });
    });

  test("puts the lines of several files and standard input in the order of time", async (t) => {
    const path = join(temporaryFolder(t), "audit.log");
    writeFileSync(path, redeemed);
    assert.equal((await run(["show", path, "-", "--user", "alice"], approved)).stdout, told);
  });

  test("tells the same in whatever order the lines are read, also those without the user and the transaction", async () => {
    const asked = line(2, {
      event: "attempt_expired",
      asked: true,
      userId: undefined,
      transaction: undefined,
    });
    for (const wanted of [
      ["--user", "alice"],
      ["--transaction", "t1"],
    ]) {
      const { stdout } = await run(["show", ...wanted], approved + asked);
      assert.match(stdout, /nobody typed the number/);
      assert.equal((await run(["show", ...wanted], asked + approved)).stdout, stdout);
    }
  });

  test("finds a user by the pseudonym that the log has", async () => {
    const lines = [approved, redeemed].map((each) =>
      each.replace("}", ',"userPseudonym":"hmac:0123456789abcdef"}'),
    );
    assert.equal((await run(["show", "--user", "hmac:0123456789abcdef"], lines.join(""))).stdout, told);
  });

  test("tells the logins of a user one after the other, and nobody else's", async () => {
    const second = line(4, {
      event: "attempt_approved",
      attempt: other,
      startedAt: "2026-01-01T12:00:03.000Z",
    });
    const bobs = line(3, { event: "attempt_approved", attempt: "C".repeat(22), userId: "bob" });
    const { stdout } = await run(["show", "--user", "alice"], second + approved + redeemed + bobs);
    assert.deepEqual(
      [...stdout.matchAll(/^Login (\S+):/gm)].map(([, id]) => id),
      [attempt, other],
    );
  });

  test("skips the log's lines, and says which of the audit it could not read or find", async () => {
    const log =
      '{"level":"info","time":"2026-01-01T12:00:00.000Z","attempt":"x","event":"attempt_started"}\n';
    const torn = '{"stream":"audit","v":1,"ti\n';
    const later = line(1, { v: 2, event: "attempt_approved" });
    const lines = ["no JSON\n", log, torn, later, approved, line(5, { event: "ticket_redeemed" })];
    const { code, stderr } = await run(["show", "--user", "alice"], lines.join(""));
    assert.equal(code, 0);
    assert.equal(
      stderr,
      "Lines that cannot be read: 1.\nLines of another version of the format: 1.\nLines that were written and are not in these files: 3.\n",
    );
  });

  test("says which lines are missing also where others are there twice, and that they are", async () => {
    const lines = [approved, line(5, { event: "ticket_redeemed" }), line(4, {}), approved, approved];
    const { code, stderr } = await run(["show", "--user", "alice"], lines.join(""));
    assert.equal(code, 0);
    assert.equal(
      stderr,
      "Lines that were written and are not in these files: 2.\nLines whose process and seq were read before: 2.\n",
    );
  });

  test("prints no control characters of a line", async () => {
    const { stdout } = await run(
      ["show", "--user", "alice"],
      approved.replace("t1", "\\u001b[2J\\u0085\\u202e"),
    );
    assert.doesNotMatch(stdout, /[^\P{Cc}\n]|\u202e/u);
  });

  test("exits with 1 if there is no such login, and with 2 for wrong use", async (t) => {
    const none = await run(["show", "--user", "bob"], approved);
    assert.deepEqual(none, { code: 1, stdout: "", stderr: "No login with this user is in these lines.\n" });
    const folder = temporaryFolder(t);
    for (const [args, problem] of [
      [[], "Use: audit show."],
      [["show"], "Give one of --attempt, --user and --transaction."],
      [["show", "--user", "a", "--attempt", "b"], "Give one of --attempt, --user and --transaction."],
      [["show", "--user"], "Option '--user <value>' argument missing."],
      [["show", "--other"], "Unknown option '--other'."],
      [["show", join(folder, "missing"), "--user", "a"], "A file cannot be read (ENOENT): "],
      [["show", folder, "--user", "a"], "A file cannot be read (EISDIR): "],
    ] as const) {
      const { code, stderr } = await run([...args]);
      assert.deepEqual([code, stderr.startsWith(problem)], [2, true], stderr);
    }
    assert.match((await run(["--help"])).stdout, /^Usage: onegini-otp-login audit show /);
  });
});
