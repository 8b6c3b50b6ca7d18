import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createClient } from "redis";
import { redisStore, RedisStoreError } from "onegini-otp-login/redis";
import { startRedis, type RedisServer } from "../../support/services/redis.js";
import { holds } from "../../unit/server/support/holds.js";
import { openStore } from "../../unit/server/support/redis-stores.js";
import { anAttempt } from "../../unit/server/attempt/store-suite.js";
import { until } from "../../support/until.js";

let server: RedisServer;
before(async () => (server = await startRedis()));
after(() => server.stop());

const keys = (): string[] => server.command("KEYS", "*").split("\n").filter(Boolean);

test("whatever is written has a time to live, and afterwards nothing is left", async (t) => {
  server.flush();
  const { store } = await openStore(t, server);
  const limiter = store.limiter({ name: "starts", count: 5, seconds: 1 });
  const forgetAt = store.now() + 700;
  for (let index = 0; index < 20; index++) {
    const attempt = anAttempt({ forgetAt });
    await store.create(attempt);
    const transactions = [...attempt.transactions, { id: `t${index}`, endsAt: forgetAt, closed: false }];
    const next = { ...attempt, version: 2, transactions, forgetAt: forgetAt + index };
    await store.compareAndSet(attempt.id, 1, next);
    await store.compareAndSet(attempt.id, 1, { ...next, forgetAt: forgetAt + 60_000, transactions: [] });
    await limiter.count("127.0.0.1");
  }
  const written = keys();
  assert.equal(written.length, 20 * 3 + 1);
  for (const key of written) {
    holds(key.startsWith("onegini-otp-login:"), key);
    const left = Number(server.command("PTTL", key));
    holds(left > -1 || left === -2, `${key} lives for ever`);
    holds(left <= 1000, `${key} lives for ${left} ms`);
  }
  await until(() => server.command("DBSIZE") === "0", "Redis to forget it all");
});

test("a writer that loses the race does not shorten what the winner needs", async (t) => {
  const { store } = await openStore(t, server);
  const attempt = anAttempt({ forgetAt: store.now() + 60_000 });
  await store.create(attempt);
  assert.equal(await store.compareAndSet(attempt.id, 9, { ...attempt, forgetAt: store.now() + 20 }), false);
  await until(() => store.now() > attempt.forgetAt - 60_000 + 100, "the loser's time to pass");
  assert.deepEqual(await store.findByTransaction(attempt.transactions[0]?.id ?? ""), attempt);
});

test("an attempt that is there already is not replaced by a creation that comes late", async (t) => {
  const { store } = await openStore(t, server);
  const attempt = anAttempt();
  await store.create(attempt);
  const next = { ...attempt, version: 2 };
  await store.compareAndSet(attempt.id, 1, next);
  await assert.rejects(store.create(attempt), /already/);
  assert.deepEqual(await store.get(attempt.id), next);
});

test("a key that holds no attempt is an error that names it", async (t) => {
  const { store } = await openStore(t, server);
  const wrong = [
    "",
    "garbage",
    "null",
    "[]",
    "{}",
    JSON.stringify({ ...anAttempt({ id: "wrong" }), state: { status: "approved" } }),
    JSON.stringify({ ...anAttempt({ id: "wrong" }), forgetAt: "soon" }),
    JSON.stringify(anAttempt({ id: "another" })),
  ];
  for (const value of wrong) {
    server.command("SET", "onegini-otp-login:attempt:wrong", value, "EX", "60");
    await assert.rejects(store.get("wrong"), (error) => {
      holds(error instanceof RedisStoreError && error.kind === "unreadable", `${value}: ${String(error)}`);
      holds(error.message.includes('"onegini-otp-login:attempt:wrong"'), error.message);
      return true;
    });
  }
  server.command("SET", "onegini-otp-login:attempt:wrong", "garbage", "EX", "60");
  await assert.rejects(store.compareAndSet("wrong", 1, anAttempt({ id: "wrong" })), RedisStoreError);
  server.command("DEL", "onegini-otp-login:attempt:wrong");
  server.command("RPUSH", "onegini-otp-login:attempt:wrong", "a list");
  await assert.rejects(store.get("wrong"), (error) => {
    holds(error instanceof RedisStoreError && error.kind === "refused", String(error));
    return true;
  });
  server.command("DEL", "onegini-otp-login:attempt:wrong");
});

test("stores with different prefixes know nothing of each other", async (t) => {
  const { store } = await openStore(t, server, { prefix: "one:" });
  const { store: other } = await openStore(t, server, { prefix: "two:" });
  const attempt = anAttempt();
  await store.create(attempt);
  assert.equal(await other.get(attempt.id), undefined);
  let told = 0;
  await other.subscribe(attempt.id, () => (told += 1));
  await store.compareAndSet(attempt.id, 1, { ...attempt, version: 2 });
  await other.get(attempt.id);
  assert.equal(told, 0);
});

test("a store has one connection of its own, however many subscribe, and none once it is closed", async (t) => {
  const { store } = await openStore(t, server, { prefix: "mine:" });
  const subscribers = (): string => server.command("PUBSUB", "NUMSUB", "mine:changed").split("\n")[1] ?? "";
  const clients = (): number => server.command("CLIENT", "LIST").split("\n").length;
  const before = clients();
  const ends = await Promise.all(
    Array.from({ length: 500 }, (_, index) => store.subscribe(`${index}`, () => 0)),
  );
  assert.equal(clients(), before);
  assert.equal(subscribers(), "1");
  for (const end of ends) end();
  await store.close();
  await until(() => subscribers() === "0" && clients() === before - 1, "the connection to end");
  await assert.rejects(
    store.subscribe("a", () => undefined),
    /closed/,
  );
});

test("a user who may do what the documentation lists, and no more, suffices", async (t) => {
  const commands = ["eval", "evalsha", "get", "set", "pttl", "time", "publish", "subscribe", "ping"];
  const counting = ["incrby", "expire"];
  const rules = [...commands, ...counting].map((name) => `+${name}`);
  server.command(
    "ACL",
    "SETUSER",
    "site",
    "on",
    ">secret",
    "~login:*",
    "&login:*",
    "-@all",
    "+hello",
    ...rules,
  );
  const open = async (user: string) => {
    const client = createClient({ url: server.url, username: user, password: "secret" });
    await client.connect();
    t.after(() => client.destroy());
    const store = await redisStore({ client, prefix: "login:" });
    t.after(() => store.close());
    return store;
  };
  const store = await open("site");
  const attempt = anAttempt();
  await store.create(attempt);
  let told = 0;
  await store.subscribe(attempt.id, () => (told += 1));
  assert.equal(await store.compareAndSet(attempt.id, 1, { ...attempt, version: 2 }), true);
  await until(() => told > 0, "the notice");
  await store.limiter({ name: "starts", count: 1, seconds: 60 }).count("a");

  for (const missing of ["publish", "subscribe", "eval"]) {
    server.command("ACL", "SETUSER", "site", `-${missing}`);
    server.command("SCRIPT", "FLUSH");
    await assert.rejects(open("site"), (error) => {
      holds(error instanceof RedisStoreError && error.kind === "refused", String(error));
      holds(error.message.includes(missing), error.message);
      return true;
    });
    server.command("ACL", "SETUSER", "site", `+${missing}`);
  }
});
