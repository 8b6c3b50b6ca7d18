import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { test, type TestContext } from "node:test";
import { listen } from "../../../../support/listen.js";
import { runServe, siteClient } from "../../../../support/services/serve-process.js";
import { temporaryFolder } from "../../../../support/temporary-folder.js";
import { until } from "../../../../support/until.js";
import { Browser } from "../../../server/support/browser.js";
import { emulator } from "../../../server/support/site.js";
import { parseAudit } from "./audit-lines.js";

/** The recipe of docs/trust/evidence.md, with the real service, OpenSSL, and a time-stamping service of the test. */

const [, section = ""] =
  /^## Keep it so that changes show\n([^]*?)^## When/m.exec(readFileSync("docs/trust/evidence.md", "utf8")) ??
  [];
const commands = [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, code = ""]) => code);
const [sendAway = "", rotate = "", seal = "", check = "", reduce = "", ...others] = commands;

const origin = "http://localhost:8000";

/** A time-stamping service (RFC 3161) in a folder, whose authority is `tsa-ca.pem`. */
async function timeStamping(t: TestContext, folder: string): Promise<string> {
  const openssl = (...args: string[]): void =>
    void execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const key = (name: string): string[] => ["-newkey", "rsa:2048", "-nodes", "-keyout", `${name}.key`];
  openssl("req", "-x509", ...key("ca"), "-out", "tsa-ca.pem", "-subj", "/CN=Authority", "-days", "2");
  openssl("req", ...key("tsa"), "-out", "tsa.csr", "-subj", "/CN=Time stamps");
  writeFileSync(
    join(folder, "extensions"),
    "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n",
  );
  const signed = ["-CA", "tsa-ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "extensions"];
  openssl("x509", "-req", "-in", "tsa.csr", ...signed, "-out", "tsa.pem", "-days", "2");
  writeFileSync(
    join(folder, "tsa.cnf"),
    "[tsa]\ndefault_tsa=of_test\n[of_test]\nserial=./serial\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\n",
  );
  writeFileSync(join(folder, "serial"), "01\n");
  const server = createServer((request, response) => {
    void buffer(request).then((query) => {
      writeFileSync(join(folder, "query"), query);
      const signer = ["-config", "tsa.cnf", "-signer", "tsa.pem", "-inkey", "tsa.key"];
      openssl("ts", "-reply", ...signer, "-queryfile", "query", "-out", "reply");
      const type = request.headers["content-type"] === "application/timestamp-query" ? "reply" : "error";
      response.writeHead(200, { "content-type": `application/timestamp-${type}` });
      response.end(readFileSync(join(folder, "reply")));
    });
  });
  return listen(t, server);
}

test("the commands of docs/trust/evidence.md keep the audit so that a change shows", async (t) => {
  assert.deepEqual(others, []);
  const folder = temporaryFolder(t);
  const tokenServer = await emulator(t);
  const service = runServe(
    t,
    ...["--origin", origin, "--token-server-url", tokenServer.url, "--message", "Log in", ...siteClient],
    ...[
      "--port",
      "0",
      "--internal-port",
      "0",
      "--result-polling",
      "0.2",
      "--audit",
      join(folder, "audit.log"),
    ],
  );
  const address = await service.said("ready");
  const [authority, keeper] = [join(folder, "authority"), join(folder, "keeper")];
  for (const each of [authority, keeper]) mkdirSync(each);
  const tsa = await timeStamping(t, authority);
  writeFileSync(join(folder, "tsa-ca.pem"), readFileSync(join(authority, "tsa-ca.pem")));

  /** Runs commands as a person would, but a server may answer meanwhile. */
  const run = async (script: string, environment: Record<string, string>) => {
    const env = { ...process.env, SERVICE_PID: String(service.child.pid), TSA: tsa, ...environment };
    const child = spawn("bash", ["-e", "-o", "pipefail", "-c", script], { cwd: folder, env });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return { code, output };
  };
  const succeeds = async (script: string, environment: Record<string, string>): Promise<string> => {
    const { code, output } = await run(script, environment);
    assert.equal(code, 0, output);
    return output;
  };

  // In the place of ssh: what the other machine does with what comes.
  writeFileSync(join(keeper, "ssh"), `#!/bin/sh\ncd "${keeper}" && sh -c "$2"\n`);
  chmodSync(join(keeper, "ssh"), 0o755);
  const path = `${keeper}:${process.env["PATH"]}`;
  const sender = spawn("bash", ["-c", sendAway], {
    cwd: folder,
    env: { ...process.env, PATH: path },
    stdio: "ignore",
    detached: true,
  });
  t.after(() => process.kill(-(sender.pid ?? 0), "SIGKILL"));

  const logIn = async (user: string): Promise<void> => {
    const browser = new Browser({ url: `${address}/otp-login`, origin });
    const { attempt, otp } = await browser.start();
    await (await tokenServer.phone(user)).handleMobileAuthWithOtp(otp);
    await browser.approval(attempt);
    await browser.logIn(attempt);
  };
  const days = ["2026-01-01", "2026-01-02", "2026-01-03"];
  const [none = "", first = "", second = ""] = days;
  writeFileSync(join(folder, `list-${none}.txt`), "");
  for (const [DAY, BEFORE, user] of [
    [first, none, "alice"],
    [second, first, "grace"],
  ] as const) {
    await logIn(user);
    await until(() => readFileSync(join(folder, "audit.log"), "utf8").includes("ticket_issued"), "the line");
    await succeeds(rotate, { DAY });
    if (DAY === second) await succeeds(reduce, { DAY });
    await succeeds(seal, { DAY, BEFORE });
    assert.match(await succeeds(check, { DAY }), /audit-.*: OK\n.*list-.*: OK\n[^]*Verification: OK/);
  }
  const ofDay = (day: string): string => join(folder, `audit-${day}.log`);
  const lines = (file: string) => parseAudit(readFileSync(file, "utf8"));
  const events = lines(ofDay(second)).map(({ event, userId }) => [event, userId]);
  assert.deepEqual(events, [
    ["attempt_approved", "grace"],
    ["ticket_issued", "grace"],
  ]);
  const sent = join(keeper, "audit.log");
  const written = [...lines(ofDay(first)), ...lines(ofDay(second))];
  await until(() => lines(sent).length === written.length, "the lines on the other machine");
  assert.deepEqual(lines(sent), written);

  const reduced = lines(join(folder, `audit-${second}-long.log`));
  assert.deepEqual(
    reduced,
    lines(ofDay(second)).map(({ address: _address, userAgent: _agent, ...rest }) => rest),
  );

  // The time of the first file is over.
  renameSync(ofDay(second), `${ofDay(second)}.away`);
  assert.equal((await run(check, { DAY: second })).code, 1);
  const partly = check.replace("--check", "--check --ignore-missing");
  assert.match(await succeeds(partly, { DAY: second }), /audit-.*-long\.log: OK\n[^]*Verification: OK/);
  renameSync(`${ofDay(second)}.away`, ofDay(second));

  // Somebody changes a day. Its list says so; a list that is written anew has no time stamp.
  const original = readFileSync(ofDay(first), "utf8");
  for (const changed of [
    original.replace("alice", "mallory"),
    original.replace(/.*\n$/, ""),
    original + original,
  ]) {
    writeFileSync(ofDay(first), changed);
    const { code, output } = await run(check, { DAY: first });
    assert.equal(code, 1);
    assert.match(output, /audit-.*: FAILED/);
  }
  spawnSync("bash", ["-c", seal.split("\n")[0] ?? ""], {
    cwd: folder,
    env: { ...process.env, DAY: first, BEFORE: none },
  });
  const forged = await run(check, { DAY: first });
  assert.equal(forged.code, 1);
  assert.match(forged.output, /audit-.*: OK[^]*Verification: FAILED/);
  // And the next day's list holds the one of before.
  assert.match((await run(check, { DAY: second })).output, /list-.*: FAILED/);
});
