import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { checkAudit } from "../../../../../src/service/serve/audit/audit.js";
import { temporaryFolder } from "../../../../support/temporary-folder.js";
import { until } from "../../../../support/until.js";
import { internalSecret, runService, type RunningService } from "../running-service.js";
import { auditFile } from "./audit-lines.js";

/** The audit of `serve`. */

const redeem = (service: RunningService, ticket: unknown, cookie: string): Promise<Response> =>
  service.call("POST", "/redeem", { body: { ticket, cookie } });

const readiness = async ({ internalAddress }: RunningService) => {
  const answer = await fetch(`${internalAddress}/ready`);
  return [answer.status, ((await answer.json()) as { error_description?: string }).error_description];
};

describe("the audit", () => {
  test("begins with the service and ends with it, and no line of it is missing", async (t) => {
    const file = auditFile(t);
    const service = await runService(t, { args: ["--audit", file.path] });
    const browser = service.browser();
    const { ticket } = await service.ticket(browser);
    await redeem(service, ticket, browser.cookies);
    await service.stop();
    const lines = file.lines();
    assert.deepEqual(
      lines.map(({ event }) => event),
      ["service_started", "attempt_approved", "ticket_issued", "ticket_redeemed", "service_stopped"],
    );
    assert.deepEqual(
      lines.map(({ seq }) => seq),
      [0, 1, 2, 3, 4],
    );
    assert.equal(new Set(lines.map(({ process }) => process)).size, 1);
    assert.equal(lines[0]?.["settings"], lines[4]?.["settings"]);
    assert.equal(lines[4]?.["complete"], true);
  });

  test("begins with the service also where a pause-file is there before it", async (t) => {
    const [file, pause] = [auditFile(t), join(temporaryFolder(t), "pause")];
    writeFileSync(pause, "a repair\n");
    const service = await runService(t, { args: ["--audit", file.path, "--pause-file", pause] });
    await service.stop();
    assert.deepEqual(
      file.lines().map(({ event }) => event),
      ["service_started", "login_paused", "service_stopped"],
    );
  });

  test("has no line for what strangers begin, renew or send", async (t) => {
    const file = auditFile(t);
    const service = await runService(t, { args: ["--audit", file.path] });
    const browser = service.browser();
    const { attempt } = await browser.start();
    await browser.renew(attempt);
    await browser.logIn(attempt);
    await service.browser().get(`/${attempt}`);
    await redeem(service, `${attempt}.${"A".repeat(43)}`, browser.cookies);
    await browser.post("", { headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" } });
    await service.stop();
    assert.deepEqual(
      file.lines().map(({ event }) => event),
      ["service_started", "service_stopped"],
    );
  });

  test("has at most twenty refusals a minute of one accepted login, and says so", async (t) => {
    const file = auditFile(t);
    const service = await runService(t, { args: ["--audit", file.path] });
    const browser = service.browser();
    const [one, other] = [await service.ticket(browser), await service.ticket(browser)];
    for (const { ticket } of [one, other]) await redeem(service, ticket, browser.cookies);
    for (let time = 0; time < 25; time++) await redeem(service, one.ticket, browser.cookies);
    await redeem(service, other.ticket, browser.cookies);
    await service.stop();
    const refused = file.lines().filter(({ event }) => event === "ticket_refused");
    assert.deepEqual(
      refused.map((line) => [line["attempt"], line["reason"], line["othersOmitted"]]),
      [
        ...Array.from({ length: 19 }, () => [one.attempt, "used", undefined]),
        [one.attempt, "used", true],
        [other.attempt, "used", undefined],
      ],
    );
  });

  test("has no ticket, cookie, code or secret", async (t) => {
    const file = auditFile(t);
    const service = await runService(t, { args: ["--audit", file.path] });
    const browser = service.browser();
    const { ticket, otp } = await service.ticket(browser);
    await redeem(service, ticket, browser.cookies);
    await redeem(service, ticket, browser.cookies);
    await service.call("PUT", "/pause", { headers: { authorization: "Bearer wrong-secret" } });
    await service.stop();
    const secrets = [
      ticket.split(".")[1],
      browser.cookie?.split("=")[1],
      otp,
      internalSecret,
      "wrong-secret",
    ];
    for (const secret of secrets) assert.ok(secret !== undefined && !file.text().includes(secret), secret);
  });

  test("is written to a new file after SIGHUP", async (t) => {
    const file = auditFile(t);
    const service = await runService(t, { args: ["--audit", file.path] });
    renameSync(file.path, `${file.path}.1`);
    await service.rereadSecrets();
    await service.stop();
    assert.deepEqual(
      file.lines().map(({ event }) => event),
      ["service_stopped"],
    );
  });

  test("that is required makes /ready 503 while it cannot be written, and logins go on", async (t) => {
    const file = auditFile(t);
    symlinkSync("/dev/full", file.path);
    const service = await runService(t, { args: ["--audit", file.path, "--audit-required", "true"] });
    const unready = [503, "The audit cannot be written, and audit-required is set."];
    await until(async () => (await readiness(service))[0] === 503, "503");
    assert.deepEqual(await readiness(service), unready);
    const browser = service.browser();
    const { ticket } = await service.ticket(browser);
    assert.equal((await redeem(service, ticket, browser.cookies)).status, 200);
    assert.match(service.lines.join(""), /"code":"ENOSPC"|ENOSPC[^\n]*"event":"audit_failed"/);
    rmSync(file.path);
    await service.rereadSecrets();
    await until(async () => (await readiness(service))[0] === 200, "200");
    assert.match(service.lines.join(""), /"event":"audit_recovered"/);
    await service.stop();
    assert.deepEqual(
      file.lines().map(({ seq }) => seq),
      [0, 1, 2, 3, 4],
    );
  });

  test("that is not required leaves /ready as it is; what is lost is counted", async (t) => {
    const file = auditFile(t);
    symlinkSync("/dev/full", file.path);
    const service = await runService(t, { args: ["--audit", file.path] });
    const userAgent = "x".repeat(512);
    const lost = async () => {
      const text = await (await service.call("GET", "/metrics")).text();
      return Number(/^onegini_otp_login_audit_lost_total (\d+)$/m.exec(text)?.[1]);
    };
    assert.equal(await lost(), 0);
    const call = {
      headers: { authorization: "Bearer wrong", "x-operator": "o".repeat(100), "user-agent": userAgent },
    };
    const calls = ["/pause", "/forget-browsers"];
    for (const path of calls) await service.call(path === "/pause" ? "PUT" : "POST", path, call);
    // More than its queue takes.
    const order = { body: { by: "b".repeat(100), reason: "r".repeat(100) } };
    for (let time = 0; time < 40 && (await lost()) === 0; time++)
      await Promise.all(Array.from({ length: 100 }, () => service.call("DELETE", "/pause", order)));
    assert.ok((await lost()) > 0);
    assert.equal((await readiness(service))[0], 200);
    assert.match(service.lines.join(""), /"level":"error"[^\n]*"event":"audit_lost"/);
  });

  test("that cannot be opened is a problem at the start, and --check finds it without making a file", async (t) => {
    const folder = temporaryFolder(t);
    const missing = join(folder, "missing", "audit.log");
    const problem = {
      name: "StartProblem",
      exitCode: 1,
      message: "audit names a file that cannot be written (ENOENT).",
    };
    await assert.rejects(runService(t, { args: ["--audit", missing] }), problem);
    await assert.rejects(checkAudit({ audit: missing }), problem);
    const [pipe, unread] = [
      join(folder, "audit.pipe"),
      "audit names a pipe that nobody reads, or a socket (ENXIO).",
    ];
    execFileSync("mkfifo", [pipe]);
    await assert.rejects(runService(t, { args: ["--audit", pipe] }), { ...problem, message: unread });
    await assert.rejects(checkAudit({ audit: pipe }), { ...problem, message: unread });
    const free = join(folder, "audit.log");
    for (const audit of ["off", "stdout", free]) await checkAudit({ audit });
    assert.equal(existsSync(free), false);
  });
});
