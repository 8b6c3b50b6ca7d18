import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { clusterFor, redisFor, sentinelFor, type RedisServer } from "../../support/services/redis.js";
import { until } from "../../support/until.js";
import { documentedRights, documentedServiceRights } from "./support/documented-rights.js";
import { Browser } from "../../unit/server/support/browser.js";
import { numberIn } from "../../unit/server/support/number-on-phone.js";
import { auditFile } from "../../unit/service/serve/audit/audit-lines.js";
import { origin, runService, type RunningService } from "../../unit/service/serve/running-service.js";
import { pluck } from "../../unit/server/support/events.js";

/** What the service remembers of forgotten browsers in Redis, and what is left of it when Redis forgets. */

const serve = (t: TestContext, ...args: string[]): Promise<RunningService> =>
  runService(t, {
    args: [
      ...["--pairing", "unknown-browsers", "--pairing-keys", "one-key-of-the-tests-of-32-characters"],
      ...["--message", "Log in to the site: {number}", ...args],
    ],
  });

const newBrowser = ({ publicAddress }: RunningService): Browser =>
  new Browser({ url: `${publicAddress}/otp-login`, origin });

/** Logs in as a person does, with the number if the page asks. Resolves to whether it asked. */
async function logIn(service: RunningService, visitor: Browser, user: string): Promise<boolean> {
  const { attempt, otp } = await visitor.start();
  const number = numberIn(service.emulator.starts.at(-1)?.get("message") ?? null);
  await (await service.emulator.phone(user)).handleMobileAuthWithOtp(otp);
  await visitor.approval(attempt);
  let answer = await visitor.postLogin(attempt);
  const isAsked = answer.json["error"] === "pairing_required";
  if (isAsked) answer = await visitor.postLogin(attempt, number);
  assert.equal(answer.status, 200, JSON.stringify(answer.json));
  const body = { ticket: answer.json["ticket"], cookie: visitor.cookie };
  const redeemed = await service.call("POST", "/redeem", { body });
  assert.equal(redeemed.status, 200);
  const { set_cookie: cookies = [] } = (await redeemed.json()) as { set_cookie?: string[] };
  for (const cookie of cookies) visitor.known = cookie.split(";")[0];
  return isAsked;
}

const forget = (service: RunningService, body: object): Promise<Response> =>
  service.call("POST", "/forget-browsers", { body });

const key = `onegini-otp-login:known-since:${origin}`;
const dayMs = 86_400_000;

/** The lines of the log with that event. */
const events = ({ lines }: RunningService, name: string): Record<string, unknown>[] =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ event }) => event === name);

/** A browser in which Alice has logged in, and which is not asked again. */
async function knownBrowser(service: RunningService, user = "alice"): Promise<Browser> {
  const browser = newBrowser(service);
  assert.equal(await logIn(service, browser, user), true);
  assert.equal(await logIn(service, browser, user), false);
  return browser;
}

const untilReady = (service: RunningService): Promise<void> =>
  until(async () => (await service.call("GET", "/ready")).status === 200, "the service with Redis");

describe("a browser that was revoked is asked for the number", () => {
  for (const [what, empty] of [
    ["Redis was emptied", async (redis) => redis.flush()],
    ["Redis came back without its data", (redis) => redis.restart()],
  ] satisfies [string, (redis: RedisServer) => Promise<void>][])
    test(`also after ${what}, and every other browser once`, async (t) => {
      const redis = await redisFor(t);
      const audit = auditFile(t);
      const service = await serve(t, "--redis-url", redis.url, "--audit", audit.path);
      const [revoked, other] = [await knownBrowser(service), await knownBrowser(service, "bob")];
      assert.equal((await forget(service, { user_id: "alice" })).status, 204);

      await empty(redis);
      await untilReady(service);
      assert.equal(await logIn(service, revoked, "alice"), true);
      assert.deepEqual(
        [await logIn(service, other, "bob"), await logIn(service, other, "bob")],
        [true, false],
      );
      const [first, second, ...more] = events(service, "browsers_forgotten").filter(
        ({ all }) => all === true,
      );
      for (const line of [first, second])
        assert.deepEqual(
          [line?.["level"], line?.["cause"], line?.["reason"]],
          ["warn", "store", "Redis held no record of them"],
        );
      assert.deepEqual(more, []);
      await service.stop();
      const told = audit.lines().filter(({ event }) => /^(operator_call|browsers_forgotten)$/.test(event));
      assert.deepEqual(
        told.map((line) => [line.event, line["cause"], line["userId"]]),
        [
          ["browsers_forgotten", "store", undefined],
          ["operator_call", undefined, "alice"],
          ["browsers_forgotten", "store", undefined],
        ],
      );
    });

  test("also after a restart of a Redis with an append-only file, and no other one is", async (t) => {
    const redis = await redisFor(t, { appendOnly: true });
    const service = await serve(t, "--redis-url", redis.url);
    const [revoked, other] = [await knownBrowser(service), await knownBrowser(service, "bob")];
    assert.equal((await forget(service, { user_id: "alice" })).status, 204);
    await redis.restart();
    await untilReady(service);
    assert.deepEqual(
      [await logIn(service, revoked, "alice"), await logIn(service, other, "bob")],
      [true, false],
    );
  });

  test("after an older copy was restored: from the call for all on", async (t) => {
    const redis = await redisFor(t);
    const service = await serve(t, "--redis-url", redis.url);
    const revoked = await knownBrowser(service);
    redis.command("COPY", key, "copy");
    assert.equal((await forget(service, { user_id: "alice" })).status, 204);
    redis.command("COPY", "copy", key, "REPLACE");
    assert.equal((await forget(service, { all: true, by: "ops", reason: "restored" })).status, 204);
    assert.equal(await logIn(service, revoked, "alice"), true);
    assert.equal(await logIn(service, revoked, "alice"), false);
  });

  test("in all processes, and the key holds no user and has no end", async (t) => {
    const redis = await redisFor(t);
    const one = await serve(t, "--redis-url", redis.url);
    const two = await serve(t, "--redis-url", redis.url);
    const [revoked, other] = [await knownBrowser(one), await knownBrowser(one, "bob")];
    assert.equal((await forget(two, { user_id: "alice" })).status, 204);
    assert.deepEqual([await logIn(one, revoked, "alice"), await logIn(one, other, "bob")], [true, false]);
    const stored = redis.command("HGETALL", key).split("\n");
    assert.equal(stored.length, 6);
    assert.doesNotMatch(stored.join(), /alice/);
    assert.equal(redis.command("HGET", key, "format"), "1");
    assert.equal(redis.command("TTL", key), "-1");
  });
});

test("a record that was missing ends no login that is under way", async (t) => {
  const redis = await redisFor(t);
  const service = await serve(t, "--redis-url", redis.url);
  const visitor = newBrowser(service);
  const { attempt, otp } = await visitor.start();
  const number = numberIn(service.emulator.starts.at(-1)?.get("message") ?? null);
  await (await service.emulator.phone("alice")).handleMobileAuthWithOtp(otp);
  await visitor.approval(attempt);
  redis.command("DEL", key);
  assert.equal((await visitor.postLogin(attempt)).json["error"], "pairing_required");
  assert.equal((await visitor.postLogin(attempt, number)).status, 200);
});

describe("a record that cannot be read", () => {
  const fieldOf = (redis: RedisServer): string =>
    redis
      .command("HKEYS", key)
      .split("\n")
      .find((field) => field.length === 43) ?? "";

  for (const [what, spoil] of [
    ["is of another type", (redis) => void redis.command("SET", key, "a text")],
    ["has a newer format", (redis) => void redis.command("HSET", key, "format", "2")],
    ["has no format", (redis) => void redis.command("HDEL", key, "format")],
    ["has an epoch that is no instant", (redis) => void redis.command("HSET", key, "epoch", "soon")],
    ["has an instant for all in seconds", (redis) => void redis.command("HSET", key, "all", "1790000000")],
    [
      "has a mark of the user that is no instant",
      (redis) => void redis.command("HSET", key, fieldOf(redis), ""),
    ],
  ] satisfies [string, (redis: RedisServer) => void][])
    test(`because it ${what}, makes browsers unknown, ends nothing, and is never written over`, async (t) => {
      const redis = await redisFor(t);
      const service = await serve(t, "--redis-url", redis.url);
      assert.equal((await forget(service, { user_id: "alice" })).status, 204);
      spoil(redis);
      const dump = redis.command("DUMP", key);
      const browser = newBrowser(service);
      assert.deepEqual(
        [await logIn(service, browser, "alice"), await logIn(service, browser, "alice")],
        [true, true],
      );
      const { status, headers } = await forget(service, { user_id: "alice" });
      assert.deepEqual([status, headers.get("retry-after")], [503, "5"]);
      assert.equal(redis.command("DUMP", key), dump);
      const [line, ...more] = events(service, "store_unreadable");
      assert.deepEqual(more, []);
      assert.deepEqual([line?.["level"], line?.["what"]], ["error", "mark"]);
      assert.match(String(line?.["description"]), /known-since:http:\/\/localhost:8000/);
      const metrics = await (await service.call("GET", "/metrics")).text();
      assert.match(metrics, /^onegini_otp_login_store_unreadable_total\{what="mark"\} 1$/m);
      assert.deepEqual(pluck(events(service, "browsers_not_forgotten"), "level"), ["error"]);
    });

  test("for one user forgets the others' browsers all the same", async (t) => {
    const redis = await redisFor(t);
    const service = await serve(t, "--redis-url", redis.url);
    assert.equal((await forget(service, { user_id: "alice" })).status, 204);
    redis.command("HSET", key, fieldOf(redis), "soon");
    const bob = await knownBrowser(service, "bob");
    assert.equal((await forget(service, { user_id: "bob" })).status, 204);
    assert.equal(await logIn(service, bob, "bob"), true);
  });
});

test("each write drops some of the marks that are older than 400 days, and nothing else", async (t) => {
  const redis = await redisFor(t);
  const service = await serve(t, "--redis-url", redis.url);
  const now = Date.now();
  const field = (name: string, index: number) => `${name}${index}`.padEnd(43, "-");
  const old = String(now - 400 * dayMs - 60_000);
  const fresh = String(now - 400 * dayMs + 60_000);
  redis.command("HSET", key, "epoch", old, "all", old, ...["unreadable".padEnd(43, "-"), "1"]);
  for (let part = 0; part < 10; part++)
    redis.command(
      ...["HSET", key],
      ...Array.from({ length: 100 }, (_, index) => [
        ...[field(`old${part}-`, index), old],
        ...[field(`fresh${part}-`, index), fresh],
      ]).flat(),
    );
  const count = (pattern: RegExp): number =>
    redis
      .command("HKEYS", key)
      .split("\n")
      .filter((name) => pattern.test(name)).length;

  assert.equal((await forget(service, { user_id: "alice" })).status, 204);
  const dropped = 1_000 - count(/^old/);
  assert.ok(dropped > 0 && dropped < 300, `${dropped}`);
  for (let writes = 1; count(/^old/) > 0; writes++) {
    assert.ok(writes < 60, `${count(/^old/)} old marks after ${writes} writes`);
    assert.equal((await forget(service, { user_id: "alice" })).status, 204);
  }
  assert.deepEqual([count(/^fresh/), count(/^unreadable/)], [1_000, 1]);
  const fields = ["epoch", "all", "format"].map((name) => redis.command("HGET", key, name));
  assert.deepEqual(fields, [old, old, "1"]);
});

describe("a mark, where Redis has a replica", () => {
  async function pair(t: TestContext): Promise<{ master: RedisServer; replica: RedisServer }> {
    const master = await redisFor(t, { args: ["--repl-diskless-sync-delay", "0"] });
    const replica = await redisFor(t, { args: ["--replicaof", "127.0.0.1", String(master.port)] });
    await until(
      () => replica.command("INFO", "replication").includes("master_link_status:up"),
      "the replica",
    );
    return { master, replica };
  }

  test("is on it when the call is answered", async (t) => {
    const { master, replica } = await pair(t);
    const service = await serve(t, "--redis-url", master.url);
    for (let user = 1; user <= 20; user++) {
      assert.equal((await forget(service, { user_id: `user-${user}` })).status, 204);
      assert.equal(replica.command("HLEN", key), String(2 + user));
    }
  });

  test("that does not answer is 503 within two seconds, and logins go on meanwhile", async (t) => {
    const { master, replica } = await pair(t);
    const service = await serve(t, "--redis-url", master.url);
    replica.pause();
    const beganAt = performance.now();
    let isAnswered = false;
    const answer = forget(service, { user_id: "alice" }).finally(() => (isAnswered = true));
    let logins = 0;
    while (!isAnswered) {
      assert.equal((await newBrowser(service).post("")).status, 201);
      logins++;
    }
    const tookMs = performance.now() - beganAt;
    assert.equal((await answer).status, 503);
    assert.ok(tookMs > 900 && tookMs < 2_500, `${tookMs} ms`);
    t.diagnostic(`${logins} starts in ${Math.round(tookMs)} ms`);
    assert.ok(logins > 3, `${logins} starts`);
    replica.resume();
    await until(async () => (await forget(service, { user_id: "alice" })).status === 204, "204");
  });

  test("is written without waiting, and with one warning, where the user lacks the rights", async (t) => {
    const { master, replica } = await pair(t);
    const rights = documentedServiceRights().filter((right) => !/info|wait/.test(right));
    master.command("ACL", "SETUSER", "login", "on", ">secret", ...rights);
    const service = await serve(t, "--redis-url", master.url.replace("//", "//login:secret@"));
    replica.pause();
    for (const user of ["alice", "bob"]) assert.equal((await forget(service, { user_id: user })).status, 204);
    replica.resume();
    const [line, ...more] = events(service, "replicas_unknown");
    assert.deepEqual(more, []);
    assert.equal(line?.["level"], "warn");
    assert.match(String(line?.["description"]), /\+info \+wait/);
  });

  test("is waited for with the documented rights", async (t) => {
    const { master, replica } = await pair(t);
    master.command("ACL", "SETUSER", "login", "on", ">secret", ...documentedServiceRights());
    const service = await serve(t, "--redis-url", master.url.replace("//", "//login:secret@"));
    assert.equal((await forget(service, { user_id: "alice" })).status, 204);
    replica.pause();
    assert.equal((await forget(service, { user_id: "alice" })).status, 503);
    replica.resume();
    assert.deepEqual(events(service, "replicas_unknown"), []);
  });
});

test("a user of Redis without the rights for the record is named at the start", async (t) => {
  const redis = await redisFor(t);
  redis.command("ACL", "SETUSER", "login", "on", ">secret", ...documentedRights());
  await assert.rejects(serve(t, "--redis-url", redis.url.replace("//", "//login:secret@")), {
    message: /'hmget'.*Grant this user the missing permission\.$/,
  });
});

describe("marks in a group of servers", () => {
  test("are waited for behind Sentinel, and hold after a failover", async (t) => {
    const group = await sentinelFor(t);
    for (const server of [group.master, group.replica])
      server.command("ACL", "SETUSER", "login", "on", ">secret", ...documentedServiceRights());
    const sentinel = `127.0.0.1:${group.sentinel.port}`;
    const service = await serve(
      t,
      ...[
        "--redis-sentinels",
        sentinel,
        "--redis-master",
        "main",
        "--redis-url",
        "redis://login:secret@redis",
      ],
    );
    const [revoked, other] = [await knownBrowser(service), await knownBrowser(service, "bob")];
    assert.equal((await forget(service, { user_id: "alice" })).status, 204);
    await group.master.kill();
    // Asked of the Sentinel: the new master closes its connections when it becomes one.
    const master = (): string => group.sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main");
    await until(() => master().includes(String(group.replica.tlsPort)), "the other master", 60_000);
    await untilReady(service);
    assert.deepEqual(
      [await logIn(service, revoked, "alice"), await logIn(service, other, "bob")],
      [true, false],
    );
    await until(async () => (await forget(service, { user_id: "bob" })).status === 204, "204");
    assert.equal(await logIn(service, other, "bob"), true);
    assert.deepEqual(events(service, "replicas_unknown"), []);
  });

  test("are written in a cluster, whichever master has the key, and after it moved", async (t) => {
    const cluster = await clusterFor(t);
    const [one, two] = cluster.servers;
    assert.ok(one && two);
    for (const server of cluster.servers)
      server.command(
        "ACL",
        "SETUSER",
        "login",
        "on",
        ">secret",
        ...documentedServiceRights("+cluster|slots"),
        ...["~*", "&*"],
      );
    const inCluster = (prefix: string) =>
      serve(
        t,
        ...["--redis-cluster", `127.0.0.1:${two.port}`, "--redis-url", "redis://login:secret@redis"],
        ...["--redis-prefix", prefix],
      );
    // The part in braces decides which master has the keys.
    const services = await Promise.all(["{foo}:", "{bar}:", "{moves}:"].map(inCluster));
    for (const service of services) {
      const revoked = await knownBrowser(service);
      assert.equal((await forget(service, { user_id: "alice" })).status, 204);
      assert.equal(await logIn(service, revoked, "alice"), true);
    }

    const [, , service] = services;
    assert.ok(service);
    const revoked = await knownBrowser(service, "bob");
    const moved = `{moves}:known-since:${origin}`;
    const slot = one.command("CLUSTER", "KEYSLOT", moved);
    const owner = cluster.servers.find((server) => !server.command("EXISTS", moved).startsWith("MOVED"));
    const to = owner === one ? two : one;
    assert.ok(owner);
    const [ownerId, toId] = [owner.command("CLUSTER", "MYID"), to.command("CLUSTER", "MYID")];
    to.command("CLUSTER", "SETSLOT", slot, "IMPORTING", ownerId);
    owner.command("CLUSTER", "SETSLOT", slot, "MIGRATING", toId);
    for (const each of owner.command("CLUSTER", "GETKEYSINSLOT", slot, "100").split("\n"))
      owner.command("MIGRATE", "127.0.0.1", String(to.port), each, "0", "5000");
    for (const server of [to, owner]) server.command("CLUSTER", "SETSLOT", slot, "NODE", toId);
    assert.equal((await forget(service, { user_id: "bob" })).status, 204);
    assert.equal(to.command("HLEN", moved), "4");
    assert.equal(await logIn(service, revoked, "bob"), true);
  });
});

test("an operator's call that Redis does not take is in the audit: nothing is certain", async (t) => {
  const audit = auditFile(t);
  const redis = await redisFor(t);
  const service = await serve(t, "--redis-url", redis.url, "--audit", audit.path);
  await redis.stop();
  const order = { by: "jane", reason: "a fault" };
  assert.equal((await service.call("PUT", "/pause", { body: order })).status, 503);
  assert.equal((await forget(service, { user_id: "alice", ...order })).status, 503);
  await service.stop();
  const calls = audit.lines().filter(({ event }) => event === "operator_call");
  assert.deepEqual(
    calls.map((line) => [line["path"], line["status"], line["by"], line["reason"], line["userId"]]),
    [
      ["/pause", 503, "jane", "a fault", undefined],
      ["/forget-browsers", 503, "jane", "a fault", "alice"],
    ],
  );
  for (const call of calls)
    assert.match(String(call["description"]), /^The store does not work at the moment/);
});
