import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { createClient } from "redis";
import { memorySessions, redisSessions, type Session, type Sessions } from "../../../demo/server/sessions.js";
import { startRedis, type RedisServer } from "../../support/services/redis.js";
import { until } from "../../support/until.js";

let redis: RedisServer;
const connect = (commandOptions = {}) => createClient({ url: redis.url, commandOptions }).connect();
const clients: Awaited<ReturnType<typeof connect>>[] = [];

/** The same sessions on two nodes. */
type Nodes = (ttlSeconds?: number) => Promise<[Sessions, Sessions]>;

const inMemory: Nodes = async (ttlSeconds = 3_600) => {
  const sessions = memorySessions({ ttlSeconds });
  return [sessions, sessions];
};

const inRedis: Nodes = async (ttlSeconds = 3_600) => {
  const [one, other] = await Promise.all([connect(), connect()]);
  clients.push(one, other);
  return [redisSessions(one, { ttlSeconds }), redisSessions(other, { ttlSeconds })];
};

before(async () => (redis = await startRedis()));
after(async () => {
  for (const client of clients) client.destroy();
  await redis.stop();
});

let count = 0;
const newAttempt = (): string => `attempt-${count++}`;

const begin = async (sessions: Sessions, userId: string, attempt: string): Promise<string> =>
  (await sessions.begin(userId, attempt, {})) ?? assert.fail("no session was begun");

const attemptsOf = (sessions: readonly Session[]): string[] => sessions.map(({ attempt }) => attempt);

for (const [where, nodes] of [
  ["memory", inMemory],
  ["Redis", inRedis],
] as const) {
  describe(`The demo's sessions in ${where}`, () => {
    it("are found by their id until they end", async () => {
      const [here, there] = await nodes();
      const attempt = newAttempt();

      const earliest = Date.now();
      const id = await begin(here, "jane", attempt);

      assert.match(id, /^[\w-]{43}$/);
      const session = await there.find(id);
      assert.equal(session?.userId, "jane");
      assert.equal(session.attempt, attempt);
      assert.ok(session.since >= earliest && session.since <= Date.now());
      await there.end({ userId: "jane", attempt });
      assert.equal(await here.find(id), undefined);
    });

    it("are not found by an invented id", async () => {
      const [here] = await nodes();
      for (const id of ["", "x", "*", "demo:session:x", "\u0000", "x".repeat(5_000)]) {
        assert.equal(await here.find(id), undefined, id.slice(0, 20));
        await here.end({ userId: "jane", attempt: id });
      }
    });

    it("separate users with any names", async () => {
      const [here, there] = await nodes();
      const users = ["jane", "'\"]]}\\", "\u0000\n", "käthe 🦊", "__proto__", "x".repeat(256)];
      const ids = await Promise.all(users.map((user) => begin(here, user, newAttempt())));

      const found = await Promise.all(ids.map((id) => there.find(id)));

      const owners = found.map((session) => session?.userId);
      assert.deepEqual(owners, users);
    });

    it("end after their lifetime", async () => {
      const [here, there] = await nodes(0.2);
      const id = await begin(here, "jane", newAttempt());

      await until(async () => (await there.find(id)) === undefined, "the session's end");
    });

    it("are one for each attempt: a repetition adds an id, and the end is the end of all ids", async () => {
      const [here, there] = await nodes();
      const attempt = newAttempt();

      const first = await begin(here, "jane", attempt);
      const second = await begin(there, "jane", attempt);

      assert.notEqual(first, second);
      assert.deepEqual(await there.find(first), await here.find(second));
      assert.equal((await here.find(second))?.userId, "jane");
      await here.end({ userId: "jane", attempt });
      assert.equal(await there.find(second), undefined);
    });

    it("stay ended when signIn runs again for their attempt, on any node", async () => {
      const [here, there] = await nodes();
      const attempt = newAttempt();
      const id = await begin(here, "jane", attempt);

      await there.end({ userId: "jane", attempt });

      for (const node of [here, there]) {
        assert.equal(await node.begin("jane", attempt, {}), undefined);
        assert.equal(await node.find(id), undefined);
      }
      assert.equal((await there.find(await begin(here, "jane", newAttempt())))?.userId, "jane");
    });

    it("are not ended by another user who knows the attempt", async () => {
      const [here, there] = await nodes();
      const attempt = newAttempt();
      const id = await begin(here, "jane", attempt);

      await there.end({ userId: "john", attempt });

      assert.equal((await here.find(id))?.userId, "jane");
    });

    it("are listed for their own user with device and place, the newest first, until they end", async () => {
      const [here, there] = await nodes();
      const user = `user-${newAttempt()}`;
      const [oldest, ended, newest] = [newAttempt(), newAttempt(), newAttempt()];
      const login = {
        address: "192.0.2.1",
        userAgent: "Firefox",
        scanned: { address: "192.0.2.2", userAgent: "App" },
      };
      for (const attempt of [oldest, ended, newest]) {
        await here.begin(user, attempt, login);
        const begun = Date.now();
        await until(() => Date.now() > begun, "the next millisecond");
      }
      await begin(here, "somebody else", newAttempt());

      assert.deepEqual(attemptsOf(await there.list(user)), [newest, ended, oldest]);
      assert.deepEqual((await there.list(user))[0]?.login, login);

      await there.end({ userId: user, attempt: ended });

      assert.deepEqual(attemptsOf(await here.list(user)), [newest, oldest]);
      assert.deepEqual(await here.list("nobody"), []);
    });

    it("are listed once if their login was repeated, and no more after their lifetime", async () => {
      const [here, there] = await nodes(0.5);
      const user = `user-${newAttempt()}`;
      const attempt = newAttempt();
      await Promise.all([begin(here, user, attempt), begin(there, user, attempt)]);

      assert.deepEqual(attemptsOf(await here.list(user)), [attempt]);
      await until(async () => (await there.list(user)).length === 0, "the session's end");
    });

    it("are one for each attempt also when two nodes begin it at once: both cookies work", async () => {
      const [here, there] = await nodes();
      for (let times = 0; times < 100; times++) {
        const attempt = newAttempt();
        const ids = await Promise.all([begin(here, "jane", attempt), begin(there, "jane", attempt)]);
        const [one, other] = await Promise.all(ids.map((id) => there.find(id)));
        assert.equal(one?.attempt, attempt);
        assert.deepEqual(other, one);
      }
    });
  });
}

describe("The demo's sessions in Redis", () => {
  it("have a time to live, and contain nothing with which a reader could log in", async () => {
    redis.flush();
    const [here] = await inRedis(3_600);
    const attempt = newAttempt();
    const id = await begin(here, "jane", attempt);

    const keys = redis.command("KEYS", "*").split("\n");

    assert.equal(keys.length, 3);
    for (const key of keys) {
      const secondsLeft = Number(redis.command("TTL", key));
      assert.equal(secondsLeft > 3_500 && secondsLeft <= 3_600, true, `${key}: ${secondsLeft}`);
      const [read, ...range] = redis.command("TYPE", key) === "zset" ? ["ZRANGE", "0", "-1"] : ["GET"];
      assert.equal(`${key} ${redis.command(read, key, ...range)}`.includes(id), false, key);
    }

    await here.end({ userId: "jane", attempt });

    for (const key of redis.command("KEYS", "*").split("\n")) {
      assert.equal(Number(redis.command("TTL", key)) > 3_500, true, key);
    }
  });

  it("need no more rights than the documentation lists", async () => {
    const rules = (file: string, pattern: RegExp): string[] =>
      (pattern.exec(readFileSync(file, "utf8"))?.[1] ?? assert.fail(file)).split(" ");
    redis.command(
      ...["ACL", "SETUSER", "demo", "on", ">secret"],
      ...rules("docs/kit.md", /`(~onegini-otp-login:\* [^`]+)`/),
      ...rules("docs/deployment.md", /`(~demo:\* [^`]+)`/),
    );
    const client = await createClient({ url: redis.url, username: "demo", password: "secret" }).connect();
    clients.push(client);
    const here = redisSessions(client);
    const attempt = newAttempt();

    const id = await begin(here, "jane", attempt);

    assert.equal((await here.find(id))?.userId, "jane");
    assert.equal((await here.list("jane"))[0]?.attempt, attempt);
    await here.end({ userId: "jane", attempt });
    assert.equal(await here.begin("jane", attempt, {}), undefined);
  });

  it("reject while Redis is paused, and are found again afterwards", async () => {
    const client = await connect({ timeout: 2_000 });
    clients.push(client);
    const here = redisSessions(client, { ttlSeconds: 3_600 });
    const id = await begin(here, "jane", newAttempt());

    redis.pause();
    await assert.rejects(here.find(id), { name: "SessionsUnavailable" });
    redis.resume();

    await until(async () => (await here.find(id))?.userId === "jane", "the session");
  });
});
