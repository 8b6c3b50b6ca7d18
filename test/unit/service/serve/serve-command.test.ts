import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { constants, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { freePort } from "../../../support/services/free-port.js";
import { runServe as run, siteClient } from "../../../support/services/serve-process.js";
import { until } from "../../../support/until.js";
import { Browser } from "../../server/support/browser.js";
import { emulator } from "../../server/support/site.js";
import { parseAudit } from "./audit/audit-lines.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** The command `serve` as a process. */

const origin = "http://localhost:8000";
const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

const site = (url: string): string[] => [
  ...["--origin", origin, "--token-server-url", url, "--message", "Log in", "--result-polling", "0.2"],
  ...siteClient,
  ...["--port", "0", "--internal-port", "0"],
];

// Side by side: each test has processes of its own, which wait more than they compute.
describe("npx onegini-otp-login serve", { concurrency: 3 }, () => {
  test("makes a secret on loopback, writes only its log to stdout, and ends on SIGTERM within 20 s", async (t) => {
    const { url } = await emulator(t);
    const service = run(t, ...site(url));
    const address = await service.said("ready");
    const [internal, secret] = [await service.said("internal"), await service.said("internal-secret")];
    assert.match(secret, /^[\w-]{43}$/);
    assert.match(address, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.match(service.stderr(), /^attempts are kept in memory/m);
    assert.match(service.stderr(), /^integrity: onegini-otp-login\.js sha384-\S{64}$/m);
    const metrics = () => fetch(`${internal}/metrics`, { headers: { authorization: `Bearer ${secret}` } });
    assert.equal((await metrics()).status, 200);

    const browser = new Browser({ url: `${address}/otp-login`, origin });
    const { attempt } = await browser.start();
    const stream = await browser.stream(attempt);
    await stream.status("pending");
    const began = performance.now();
    service.child.kill("SIGTERM");
    const statusOf = async (url: string) => (await fetch(url)).status;
    await until(async () => (await statusOf(`${address}/ready`)) === 503, "503");
    assert.equal(await statusOf(`${internal}/ready`), 503);
    // A login can still begin, and go on.
    for (const url of [`${address}/health`, `${internal}/health`]) assert.equal(await statusOf(url), 200);
    await browser.start();
    assert.equal(stream.ended, false);
    await stream.end();
    assert.ok(stream.retryMs !== undefined && stream.retryMs > 0, "The stream says when to come back.");
    assert.equal(await service.exit(), 0);
    const tookMs = performance.now() - began;
    assert.ok(tookMs > 1_900 && tookMs < 20_000, `${tookMs} ms`);
    for (const line of service.stdout().trim().split("\n"))
      assert.equal(typeof (JSON.parse(line) as { event: unknown }).event, "string");
    assert.ok(!service.stdout().includes(secret));
  });

  for (const [drain, signal] of [
    ["0", "SIGTERM"],
    ["3600", "SIGINT"],
  ] as const)
    test(`closes its ports at once with a drain of ${drain} s on ${signal}`, async (t) => {
      const service = run(t, ...site("http://127.0.0.1:9"), "--drain", drain);
      await service.said("ready");
      service.child.kill(signal);
      assert.equal(await service.exit(), 0);
    });

  test("says with --check what it would do, without a secret, and exits with 0", async (t) => {
    const secret = "a-secret-of-at-least-thirty-two-characters";
    const service = run(t, ...site("http://127.0.0.1:9"), "--check", "--internal-secret", secret);
    assert.equal(await service.exit(), 0);
    assert.match(service.stderr(), /^type: "qr-code", from --type$/m);
    assert.match(service.stderr(), /^client-secret: \(secret\), from --client-secret$/m);
    assert.match(service.stderr(), /^It would start: at http:\/\/127\.0\.0\.1:\d+ for browsers, /m);
    assert.doesNotMatch(service.stderr() + service.stdout(), /site-secret|thirty-two/);
  });

  test("says with --check beside a running service that its ports are in use, and exits with 0", async (t) => {
    const { url } = await emulator(t);
    const running = run(t, ...site(url));
    const ports = [new URL(await running.said("ready")).port, new URL(await running.said("internal")).port];
    const args = ["--port", ports[0] ?? "", "--internal-port", ports[1] ?? ""];
    const service = run(t, ...site(url), ...args, "--check");
    assert.equal(await service.exit(), 0, service.stderr());
    for (const [index, setting] of ["port", "internal-port"].entries())
      assert.match(
        service.stderr(),
        new RegExp(`^note: Port ${ports[index]} is in use at 127\\.0\\.0\\.1\\. .*: ${setting}\\.$`, "m"),
      );
    assert.match(service.stderr(), /^It would start: at http:\/\/127\.0\.0\.1:\d+ for browsers, /m);
    assert.equal(service.stdout(), "");
  });

  test("exits with 1 from --check if one port is given for both, or the address is another machine's", async (t) => {
    const free = String(await freePort());
    const ports = ["--port", free, "--internal-port", free, "--internal-host", "0.0.0.0"];
    const secret = ["--internal-secret", "a-secret-of-at-least-thirty-two-characters"];
    const clash = run(t, ...site("http://127.0.0.1:9"), ...ports, ...secret, "--check");
    const elsewhere = run(t, ...site("http://127.0.0.1:9"), "--host", "192.0.2.1", "--check");
    assert.equal(await clash.exit(), 1);
    assert.match(clash.stderr(), /^Port \d+ is in use at 127\.0\.0\.1\. .*: port\.$/m);
    assert.equal(await elsewhere.exit(), 1);
    assert.match(elsewhere.stderr(), /^192\.0\.2\.1 is not an address of this machine\. .*: host\.$/m);
  });

  test("exits with 1 from --check if Redis is down", async (t) => {
    const redis = `redis://127.0.0.1:${await freePort()}`;
    const service = run(t, ...site("http://127.0.0.1:9"), "--redis-url", redis, "--check");
    assert.equal(await service.exit(), 1);
    assert.match(service.stderr(), /^Redis cannot be used at 127\.0\.0\.1:\d+ \(.*ECONNREFUSED/m);
  });

  test("names its version in the first line of the log", async (t) => {
    const service = run(t, ...site("http://127.0.0.1:9"));
    const secret = await service.said("internal-secret");
    await fetch(`${await service.said("internal")}/metrics`);
    await service.said("ready");
    await until(() => service.stdout().includes("internal_call_refused"), "the second line");
    const [first = ""] = service.stdout().split("\n");
    const { time, ...line } = JSON.parse(first) as Record<string, unknown>;
    assert.equal(typeof time, "string");
    assert.deepEqual(line, {
      level: "info",
      event: "starting",
      version,
      revision: "unknown",
      node: process.version,
    });
    assert.ok(!service.stdout().includes(secret));
  });

  test("writes nothing below its log-level", async (t) => {
    const { url } = await emulator(t);
    const service = run(t, ...site(url), "--drain", "0", "--log-level", "warn");
    const internal = await service.said("internal");
    const browser = new Browser({ url: `${await service.said("ready")}/otp-login`, origin });
    await browser.start();
    for (let time = 0; time < 2; time++) await fetch(`${internal}/metrics`);
    await until(() => service.stdout() !== "", "a line");
    service.child.kill("SIGTERM");
    await service.exit();
    const lines = service.stdout().trim().split("\n");
    const told = lines.map((line) => (JSON.parse(line) as { level: string; event: string }).event);
    assert.deepEqual(told, ["internal_call_refused"]);
  });

  test("goes on after SIGHUP, with the secrets that their files hold then", async (t) => {
    const { url } = await emulator(t);
    const directory = temporaryFolder(t);
    const file = join(directory, "internal");
    const [old, next] = ["old-", "new-"].map((name) => name + "secret-of-at-least-32-characters") as [
      string,
      string,
    ];
    writeFileSync(file, `${old}\n`);
    const service = run(t, ...site(url), "--drain", "0", "--internal-secret-file", file);
    const internal = await service.said("internal");
    const browser = new Browser({ url: `${await service.said("ready")}/otp-login`, origin });
    const { attempt } = await browser.start();
    const stream = await browser.stream(attempt);
    await stream.status("pending");
    const statuses = () =>
      Promise.all(
        [old, next].map(async (secret) => {
          const headers = { authorization: `Bearer ${secret}` };
          return (await fetch(`${internal}/metrics`, { headers })).status;
        }),
      );
    const linesOf = (event: string) =>
      service
        .stdout()
        .split("\n")
        .filter((line) => line.includes(`"event":"${event}"`))
        .map((line) => {
          const { time, ...rest } = JSON.parse(line) as Record<string, unknown>;
          assert.equal(typeof time, "string");
          return rest;
        });
    /** Changes the file, and sends the signal. The process may have seen the change before. */
    const hup = async (change: () => void, event: string) => {
      const before = linesOf(event).length;
      change();
      service.child.kill("SIGHUP");
      const line = () =>
        linesOf(event)
          .slice(before)
          .find(({ changed }) => (changed as unknown[] | undefined)?.length !== 0);
      await until(() => line() !== undefined, event);
      return line();
    };
    assert.deepEqual(await statuses(), [200, 401]);
    assert.deepEqual(await hup(() => writeFileSync(file, `${old},${next}\n`), "secrets_read"), {
      level: "info",
      event: "secrets_read",
      changed: ["internal-secret"],
    });
    assert.deepEqual(await statuses(), [200, 200]);
    const tooShort = () => writeFileSync(file, "too-short\n");
    const { description, ...wrong } = (await hup(tooShort, "secret_not_read")) ?? {};
    assert.deepEqual(wrong, {
      level: "error",
      event: "secret_not_read",
      setting: "internal-secret",
    });
    assert.match(String(description), /^--internal-secret-file must be a string of at least 32 characters/);
    assert.match(
      String((await hup(() => rmSync(file), "secret_not_read"))?.["description"]),
      /^--internal-secret-file names a file that cannot be read \(ENOENT\)\.$/,
    );
    assert.deepEqual(await statuses(), [200, 200], "The old secrets stay.");
    assert.deepEqual(await hup(() => writeFileSync(file, next), "secrets_read"), {
      level: "info",
      event: "secrets_read",
      changed: ["internal-secret"],
    });
    assert.deepEqual(await statuses(), [401, 200]);
    for (const secret of [old, next, "too-short"])
      assert.ok(!(service.stdout() + service.stderr()).includes(secret));
    // The stream that was open has lived through all of it.
    service.child.kill("SIGTERM");
    await stream.end();
    assert.ok(stream.retryMs !== undefined);
    assert.equal(await service.exit(), 0);
  });

  test("ends within 20 s also when its audit is stuck", async (t) => {
    const pipe = join(temporaryFolder(t), "audit.pipe");
    execFileSync("mkfifo", [pipe]);
    const reader = await open(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    t.after(() => reader.close());
    const service = run(t, ...site("http://127.0.0.1:9"), "--audit", pipe, "--drain", "0");
    const [internal, secret] = [await service.said("internal"), await service.said("internal-secret")];
    await service.said("ready");
    const headers = { authorization: `Bearer ${secret}`, "x-operator": "o".repeat(100) };
    const call = () => fetch(`${internal}/pause`, { method: "DELETE", headers });
    // More than the pipe takes, which is 64 KB.
    for (let time = 0; time < 10; time++) await Promise.all(Array.from({ length: 40 }, call));
    service.child.kill("SIGTERM");
    const [, signal] = (await once(service.child, "exit", {
      signal: AbortSignal.timeout(20_000),
    })) as unknown[];
    assert.match(service.stderr(), /^stopped$/m);
    assert.equal(signal, "SIGKILL");
  });

  test("writes its audit to stdout besides the log, and is not ready when nobody reads it", async (t) => {
    const { url } = await emulator(t);
    const audited = ["--audit", "stdout", "--audit-required", "true", "--log-level", "error"];
    const service = run(t, ...site(url), ...audited);
    const internal = await service.said("internal");
    await until(() => service.stdout() !== "", "the first line");
    const [started, ...others] = parseAudit(service.stdout());
    assert.deepEqual([started?.event, started?.["version"], others], ["service_started", version, []]);
    const call = (): Promise<Response> => fetch(`${internal}/pause`, { method: "PUT" });
    assert.equal((await call()).status, 401);
    await until(() => /"status":401/.test(service.stdout()), "the refused call");
    const ready = async (): Promise<number> => (await fetch(`${internal}/ready`)).status;
    assert.equal(await ready(), 200);
    service.child.stdout?.destroy();
    assert.equal((await call()).status, 401);
    assert.equal(await ready(), 503);
    service.child.kill("SIGINT");
    assert.equal(await service.exit(), 0);
  });

  test("does not end on SIGHUP while it starts", async (t) => {
    const { url } = await emulator(t);
    const directory = temporaryFolder(t);
    const config = join(directory, "site.yaml");
    execFileSync("mkfifo", [config]);
    const service = run(t, ...site(url), "--drain", "0", "--config", config);
    // It can be opened as soon as the process reads its settings, which waits for their end.
    const pipe = await open(config, "w");
    service.child.kill("SIGHUP");
    await pipe.writeFile("proxies: 0\n");
    await pipe.close();
    await service.said("ready");
    service.child.kill("SIGTERM");
    assert.equal(await service.exit(), 0);
  });

  test("says how long a stop takes where a service manager would not wait for it", async (t) => {
    const warning = /^warning: drain: stopping takes up to 46 s\. /m;
    for (const [drain, isLong] of [
      ["3", false],
      ["30", true],
    ] as const) {
      const service = run(t, ...site("http://127.0.0.1:9"), "--drain", drain, "--check");
      assert.equal(await service.exit(), 0);
      assert.equal(warning.test(service.stderr()), isLong, service.stderr());
    }
  });

  test("exits with 2 if settings are wrong, and names all of them", async (t) => {
    const service = run(t, "--origin", "bank", "--prot=1");
    assert.equal(await service.exit(), 2);
    assert.match(service.stderr(), /^Unknown flag --prot\.$/m);
    assert.match(service.stderr(), /^--origin must be an origin .*, not "bank"\.$/m);
    assert.match(service.stderr(), /^type is missing\. /m);
    assert.equal(service.stdout(), "");
  });

  test("exits with 2 if only the kit can tell that a setting is wrong", async (t) => {
    const service = run(t, ...site("http://127.0.0.1:9"), "--hand-over-to", "https://evil.example/");
    assert.equal(await service.exit(), 2);
    assert.match(service.stderr(), /^hand-over-to is wrong; it must be a path such as "\/login\/otp" /);
  });

  test("exits with 2 if a certificate cannot be used, also from --check, and shows nothing of its files", async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, "key.pem");
    writeFileSync(file, "-----BEGIN PRIVATE KEY-----\nsecret-text");
    const tls = ["--internal-tls-cert", file, "--internal-tls-key", file];
    for (const more of [[], ["--check"]]) {
      const service = run(t, ...site("http://127.0.0.1:9"), ...tls, ...more);
      assert.equal(await service.exit(), 2);
      assert.equal(service.stderr(), "internal-tls-cert must be a file with certificates in PEM.\n");
    }
  });

  test("exits with 1 if a port is in use", async (t) => {
    const other = createServer().listen(0, "127.0.0.1");
    t.after(() => other.close());
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const service = run(t, ...site("http://127.0.0.1:9"), "--port", String(port));
    assert.equal(await service.exit(), 1);
    assert.match(
      service.stderr(),
      new RegExp(`^Port ${port} is in use at 127\\.0\\.0\\.1\\. .*: port\\.$`, "m"),
    );
  });
});
