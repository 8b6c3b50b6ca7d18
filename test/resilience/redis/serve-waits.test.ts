import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { makeCertificate } from "../../support/services/certificate.js";
import { freePort } from "../../support/services/free-port.js";
import { redisFor, sentinelFor, type RedisServer } from "../../support/services/redis.js";
import { runServe, type ServeProcess, siteClient } from "../../support/services/serve-process.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { until } from "../../support/until.js";
import { auditFile } from "../../unit/service/serve/audit/audit-lines.js";
import { emulator } from "../../unit/server/support/site.js";

/** A login service that starts while its Redis is away: it waits, unready, and begins when Redis is there. */

const origin = "http://localhost:8000";
const secret = "internal-secret-of-the-test-0123456789";

async function serve(t: TestContext, ...more: string[]): Promise<ServeProcess> {
  const { url } = await emulator(t);
  return runServe(
    t,
    ...[
      "--origin",
      origin,
      "--token-server-url",
      url,
      ...siteClient,
      "--port",
      "0",
      "--internal-port",
      "0",
      "--internal-secret",
      secret,
    ],
    ...(more.includes("--message") ? more : ["--message", "Log in", ...more]),
  );
}

/** The public address, which stderr names also while it waits. */
async function waitingAddress(service: ServeProcess): Promise<string> {
  const [, address] = /^(\S+) is not ready/.exec(await service.said("waiting")) ?? [];
  return address ?? assert.fail(service.stderr());
}

const status = async (url: string, init?: RequestInit): Promise<number> => (await fetch(url, init)).status;

const startAt = (address: string): Promise<Response> =>
  fetch(`${address}/otp-login`, { method: "POST", headers: { origin, "sec-fetch-site": "same-origin" } });

const internal = (address: string, method: string, path: string, body?: object): Promise<Response> =>
  fetch(address + path, {
    method,
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });

/** It is ready, and a login begins. */
async function worksNow(service: ServeProcess): Promise<void> {
  const address = await service.said("ready");
  await until(async () => (await status(`${address}/ready`)) === 200, "/ready");
  assert.equal((await startAt(address)).status, 201);
}

/** A Redis that is down, on a port of its own. */
async function downRedis(t: TestContext, args?: string[]): Promise<RedisServer> {
  const redis = await redisFor(t, args && { args });
  await redis.kill();
  return redis;
}

describe("A service that starts while Redis", () => {
  test("is down lives, serves the widget's file, refuses logins with 503, and begins when Redis is there", async (t) => {
    const redis = await downRedis(t);
    const service = await serve(
      t,
      ...["--redis-url", redis.url, "--pairing", "unknown-browsers", "--message", "Log in: {number}"],
      ...["--pairing-keys", "one-key-of-the-tests-of-32-characters"],
    );
    const address = await waitingAddress(service);
    const internalAddress = await service.said("internal");
    assert.match(service.stderr(), /^waiting: .* Redis cannot be used at 127\.0\.0\.1:\d+ \(.*ECONNREFUSED/m);
    assert.deepEqual(
      [
        await status(`${address}/health`),
        await status(`${address}/ready`),
        await status(`${address}/otp-login/assets/onegini-otp-login.js`),
        await status(`${internalAddress}/ready`),
      ],
      [200, 503, 200, 503],
    );
    const start = await startAt(address);
    assert.deepEqual(
      [start.status, ((await start.json()) as { error: string }).error],
      [503, "temporarily_unavailable"],
    );
    const calls = [
      await internal(internalAddress, "POST", "/redeem", { ticket: `${"a".repeat(22)}.${"b".repeat(43)}` }),
      await internal(internalAddress, "POST", "/forget-browsers", { user_id: "alice" }),
      await internal(internalAddress, "PUT", "/pause"),
    ];
    assert.deepEqual(
      calls.map(({ status }) => status),
      [503, 503, 503],
    );
    await until(() => service.stdout().includes('"event":"store_trouble"'), "the log");
    assert.match(service.stdout(), /"message":"Redis cannot be used at/);
    const metrics = async (): Promise<string> => (await internal(internalAddress, "GET", "/metrics")).text();
    assert.match(await metrics(), /^onegini_otp_login_store_errors_total [1-9]/m);
    assert.doesNotMatch(service.stderr(), /^ready: /m);

    await redis.restart();
    await worksNow(service);
    // As an orchestrator does.
    const isRecovered = async (): Promise<boolean> => {
      await status(`${address}/ready`);
      return /"durationMs":\d+,"event":"store_recovered"/.test(service.stdout());
    };
    await until(isRecovered, "the log's line of the recovery");
    assert.match(await metrics(), /^onegini_otp_login_redis_append_only 0$/m);
    assert.match(service.stderr(), /^Redis has no append-only file/m);
    assert.equal(
      (await internal(internalAddress, "POST", "/forget-browsers", { user_id: "alice" })).status,
      204,
    );
    // A second outage is an outage of a service that runs.
    await redis.kill();
    await until(async () => (await status(`${address}/ready`)) === 503, "/ready without Redis");
    await redis.restart();
    await worksNow(service);
  });

  test("is down can be paused, and stays paused when Redis is there", async (t) => {
    const redis = await downRedis(t);
    const file = join(temporaryFolder(t), "pause");
    const service = await serve(t, "--redis-url", redis.url, "--pause-file", file);
    const address = await waitingAddress(service);
    writeFileSync(file, "Redis is repaired");
    const error = async (): Promise<string> =>
      ((await (await startAt(address)).json()) as { error: string }).error;
    await until(async () => (await error()) === "login_paused", "the pause");
    await redis.restart();
    await service.said("ready");
    await until(async () => (await status(`${address}/ready`)) === 200, "/ready");
    assert.equal(await error(), "login_paused");
    assert.equal(
      redis.command("GET", `onegini-otp-login:pause-register:${origin}`).includes("repaired"),
      false,
    );
    rmSync(file);
    await until(async () => (await startAt(address)).status === 201, "the end of the pause");
  });

  test("hangs", async (t) => {
    const redis = await redisFor(t);
    redis.pause();
    const service = await serve(t, "--redis-url", redis.url);
    const address = await waitingAddress(service);
    assert.match(service.stderr(), /\(no answer in 5 s\)/);
    assert.deepEqual([await status(`${address}/health`), await status(`${address}/ready`)], [200, 503]);
    redis.resume();
    await worksNow(service);
  });

  test("refuses what is written", async (t) => {
    const redis = await redisFor(t, { args: ["--maxmemory", "1"] });
    const service = await serve(
      t,
      ...["--redis-url", redis.url, "--pairing", "unknown-browsers", "--message", "Log in: {number}"],
      ...["--pairing-keys", "one-key-of-the-tests-of-32-characters"],
    );
    const address = await waitingAddress(service);
    assert.equal(await status(`${address}/ready`), 503);
    redis.command("CONFIG", "SET", "maxmemory", "0");
    await worksNow(service);
  });

  test("has a name that is not known yet says so in its log", async (t) => {
    const service = await serve(t, "--redis-url", "redis://no-such-name.invalid:6379");
    const address = await waitingAddress(service);
    assert.equal(await status(`${address}/ready`), 503);
    await until(() => /Redis cannot be used at no-such-name\.invalid:6379/.test(service.stdout()), "the log");
  });

  test("has no Sentinel that answers", async (t) => {
    const group = await sentinelFor(t);
    await group.sentinel.kill();
    const sentinels = `127.0.0.1:${group.sentinel.port}`;
    const service = await serve(t, "--redis-sentinels", sentinels, "--redis-master", "main");
    assert.equal(await status(`${await waitingAddress(service)}/ready`), 503);
    await group.sentinel.restart();
    await worksNow(service);
  });

  test("stops at once when it is told to", async (t) => {
    const redis = await downRedis(t);
    const service = await serve(t, "--redis-url", redis.url, "--drain", "0");
    await waitingAddress(service);
    service.child.kill("SIGTERM");
    assert.equal(await service.exit(), 0);
    assert.match(service.stderr(), /^stopped$/m);
  });
});

describe("A wrong setting ends the service,", () => {
  const ends = async (service: ServeProcess, words: RegExp): Promise<void> => {
    await until(() => service.child.exitCode !== null, `an end with ${words.source}`, 30_000);
    assert.equal(await service.exit(), 1);
    assert.match(service.stderr(), words);
    assert.doesNotMatch(service.stderr(), /hidden/);
  };

  test("at its start: a password, a right, a database, a certificate", async (t) => {
    const redis = await redisFor(t);
    redis.command(
      "ACL",
      "SETUSER",
      "narrow",
      "on",
      ">hidden-1",
      "~*",
      "&*",
      "+ping",
      "+client|setinfo",
      "+hello",
    );
    redis.command("CONFIG", "SET", "requirepass", "right");
    const at = (user: string, rest = "") => `redis://${user}@127.0.0.1:${redis.port}${rest}`;
    await ends(
      await serve(t, "--redis-url", at(":hidden")),
      /\(WRONGPASS .*Check the user name and password/,
    );
    await ends(await serve(t, "--redis-url", redis.url), /\(NOAUTH .*Check the user name and password/);
    await ends(await serve(t, "--redis-url", at("narrow:hidden-1")), /\(NOPERM .*missing permission/);
    await ends(await serve(t, "--redis-url", at(":right", "/99")), /\(ERR .*DB index/);
    const secure = await redisFor(t, { tls: makeCertificate(temporaryFolder(t)) });
    await ends(
      await serve(t, "--redis-url", `rediss://127.0.0.1:${secure.tlsPort}`),
      /\(DEPTH_ZERO_SELF_SIGNED_CERT\)\. Check its certificate/,
    );
  });

  test("also one that shows only when Redis is there, and the audit says that it ended", async (t) => {
    const redis = await redisFor(t);
    redis.command("CONFIG", "SET", "requirepass", "right");
    redis.pause();
    const file = auditFile(t);
    const given = ["--redis-url", `redis://:hidden@127.0.0.1:${redis.port}`, "--audit", file.path];
    const service = await serve(t, ...given);
    await waitingAddress(service);
    redis.resume();
    const wrong = /\(WRONGPASS .*Check the user name and password/;
    await ends(service, wrong);
    await ends(await serve(t, ...given), wrong);
    const [begins, stops] = ["service_started", "service_stopped"];
    assert.deepEqual(
      file.lines().map(({ event }) => event),
      [begins, stops, begins, stops],
    );
  });

  test("such as the address of a port that is nobody's says from --check what is wrong", async (t) => {
    const service = await serve(t, "--redis-url", `redis://127.0.0.1:${await freePort()}`, "--check");
    await ends(service, /^Redis cannot be used at 127\.0\.0\.1:\d+ \(.*ECONNREFUSED/m);
  });
});

test("--check leaves nothing in Redis: what a start finds missing there, the start says", async (t) => {
  const redis = await redisFor(t);
  const service = await serve(
    t,
    ...["--redis-url", redis.url, "--pairing", "unknown-browsers", "--message", "Log in: {number}"],
    ...["--pairing-keys", "one-key-of-the-tests-of-32-characters", "--check"],
  );
  await until(() => service.stderr().includes("Redis answers."), "the check");
  assert.equal(redis.command("KEYS", "*").trim(), "");
});
