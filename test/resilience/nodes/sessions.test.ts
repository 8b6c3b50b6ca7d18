import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createClient } from "redis";
import { memorySessions, redisSessions, type Sessions } from "../../../demo/server/sessions.js";
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

before(async () => {
  redis = await startRedis();
});
after(async () => {
  for (const client of clients) client.destroy();
  await redis.stop();
});

let count = 0;
const newAttempt = (): string => `attempt-${count++}`;

for (const [where, nodes] of [
  ["memory", inMemory],
  ["Redis", inRedis],
] as const) {
  describe(`The demo's sessions in ${where}`, () => {
    it("are found by their id until they end", async () => {
      const [here, there] = await nodes();
      const attempt = newAttempt();

      const earliest = Date.now();
      const id = await here.begin("jane", attempt);

      assert.match(id, /^[\w-]{43}$/);
      const session = await there.find(id);
      assert.equal(session?.userId, "jane");
      assert.equal(session.attempt, attempt);
      assert.ok(session.since >= earliest && session.since <= Date.now());
      await there.end(id);
      assert.equal(await here.find(id), undefined);
    });

    it("are not found by an invented id", async () => {
      const [here] = await nodes();
      for (const id of ["", "x", "*", "demo:session:x", "\u0000", "x".repeat(5_000)]) {
        assert.equal(await here.find(id), undefined, id.slice(0, 20));
        await here.end(id);
      }
    });

    it("separate users with any names", async () => {
      const [here, there] = await nodes();
      const users = ["jane", "'\"]]}\\", "\u0000\n", "käthe 🦊", "__proto__", "x".repeat(256)];
      const ids = await Promise.all(users.map((user) => here.begin(user, newAttempt())));

      const found = await Promise.all(ids.map((id) => there.find(id)));

      assert.deepEqual(
        found.map((session) => session?.userId),
        users,
      );
    });

    it("end after their lifetime", async () => {
      const [here, there] = await nodes(0.2);
      const id = await here.begin("jane", newAttempt());

      await until(async () => (await there.find(id)) === undefined, "the session's end");
    });

    it("are one for each attempt: a repetition adds an id, and the end is the end of all ids", async () => {
      const [here, there] = await nodes();
      const attempt = newAttempt();

      const first = await here.begin("jane", attempt);
      const second = await there.begin("jane", attempt);

      assert.notEqual(first, second);
      assert.deepEqual(await there.find(first), await here.find(second));
      assert.equal((await here.find(second))?.userId, "jane");
      await here.end(first);
      assert.equal(await there.find(second), undefined);
    });

    it("are one for each attempt also when two nodes begin it at once: both cookies work", async () => {
      const [here, there] = await nodes();
      for (let times = 0; times < 100; times++) {
        const attempt = newAttempt();
        const ids = await Promise.all([here.begin("jane", attempt), there.begin("jane", attempt)]);
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
    const id = await here.begin("jane", newAttempt());

    const keys = redis.command("KEYS", "*").split("\n");

    assert.equal(keys.length, 2);
    for (const key of keys) {
      const secondsLeft = Number(redis.command("TTL", key));
      assert.equal(secondsLeft > 3_500 && secondsLeft <= 3_600, true, `${key}: ${secondsLeft}`);
      assert.equal(`${key} ${redis.command("GET", key)}`.includes(id), false, key);
    }
  });

  it("reject while Redis is paused, and are found again afterwards", async () => {
    const client = await connect({ timeout: 2_000 });
    clients.push(client);
    const here = redisSessions(client, { ttlSeconds: 3_600 });
    const id = await here.begin("jane", newAttempt());

    redis.pause();
    await assert.rejects(here.find(id), { name: "SessionsUnavailable" });
    redis.resume();

    await until(async () => (await here.find(id))?.userId === "jane", "the session");
  });
});
