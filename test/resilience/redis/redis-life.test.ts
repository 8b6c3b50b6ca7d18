import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import { createClient } from "redis";
import { redisStore, RedisStoreError, type RedisStoreOptions } from "onegini-otp-login/redis";
import { startRedis, type RedisServer } from "../../support/services/redis.js";
import { deadEndTo } from "../../unit/server/support/dead-end.js";
import { holds } from "../../unit/server/support/holds.js";
import { openStore } from "../../unit/server/support/redis-stores.js";
import { anAttempt } from "../../unit/server/attempt/store-suite.js";
import { until } from "../../support/until.js";

let server: RedisServer;
before(async () => (server = await startRedis()));
after(() => server.stop());

async function open(t: TestContext, options: Partial<RedisStoreOptions> = {}) {
  const client = createClient({ url: server.url });
  await client.connect();
  t.after(() => client.destroy());
  const store = await redisStore({ client, ...options });
  t.after(() => store.close());
  return { client, store };
}

const askedForTheTime = (): number =>
  Number(/cmdstat_time:calls=(\d+)/.exec(server.command("INFO", "commandstats"))?.[1] ?? 0);

const channels = (): string => server.command("PUBSUB", "CHANNELS");

test("a store is shared, and its time is whole and Redis' own", async (t) => {
  const { store } = await open(t);
  assert.equal(store.isShared, true);
  const [seconds] = server.command("TIME").split("\n").map(Number);
  const off = store.now() - (seconds ?? NaN) * 1000;
  holds(Number.isInteger(store.now()) && Math.abs(off) < 3000, `off by ${off} ms`);
});

test("what servers have corrected of that time holds for who comes later, and is kept for a week", async (t) => {
  server.command("SET", "onegini-otp-login:clock", "3600000", "PX", "10000");
  t.after(() => server.command("DEL", "onegini-otp-login:clock"));
  const { store } = await open(t);
  const off = store.now() - performance.timeOrigin - performance.now() - 3_600_000;
  holds(Math.abs(off) < 3000, `off by ${off} ms`);
  const days = Number(server.command("PTTL", "onegini-otp-login:clock")) / 86_400_000;
  holds(days > 6.9 && days <= 7, `${days} days`);
});

test("Redis is asked for its time each minute, until the store is closed; a try that fails is one of many", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { store } = await open(t, { commandSeconds: 0.2 });
  server.command("CONFIG", "RESETSTAT");
  const asked = async (minutes: number): Promise<void> => {
    await until(() => askedForTheTime() >= minutes, `question ${minutes}`);
    assert.equal(askedForTheTime(), minutes);
  };
  t.mock.timers.tick(59_999);
  await store.get("a");
  assert.equal(askedForTheTime(), 0);
  t.mock.timers.tick(1);
  await asked(1);
  server.pause();
  t.mock.timers.tick(60_000);
  await assert.rejects(store.get("a"), /no answer/);
  server.resume();
  await until(() => askedForTheTime() >= 2, "Redis to be well");
  await store.close();
  await store.get("a");
  server.command("CONFIG", "RESETSTAT");
  t.mock.timers.tick(120_000);
  await store.get("a");
  assert.equal(askedForTheTime(), 0);
});

test("a store leaves nothing on the site's client once it is closed, and the client works on", async (t) => {
  const { client, store } = await open(t);
  assert.equal(client.listenerCount("error"), 1);
  assert.equal(channels(), "onegini-otp-login:changed");
  await store.close();
  assert.equal(client.listenerCount("error"), 0);
  await until(() => channels() === "", "the connection to end");
  assert.equal(await client.ping(), "PONG");
  await assert.rejects(
    store.subscribe("a", () => undefined),
    { name: "RedisStoreError", kind: "closed", message: "The Redis store was closed" },
  );
});

test("a store that cannot be opened says why, and leaves nothing behind", async (t) => {
  const rules = "~* &* +@all".split(" ");
  const opened = async (...less: string[]) => {
    server.command("ACL", "SETUSER", "site", "on", ">secret", "resetchannels", ...rules, ...less);
    const client = createClient({ url: server.url, username: "site", password: "secret" });
    await client.connect();
    t.after(() => client.destroy());
    const error: unknown = await redisStore({ client }).catch((error: unknown) => error);
    holds(error instanceof RedisStoreError && error.kind === "refused", String(error));
    assert.equal(client.listenerCount("error"), 0);
    await until(() => channels() === "", "the connection to end");
    return error.message;
  };
  assert.match(await opened("-time"), /^Redis: asking for the time: /);
  assert.match(await opened("-subscribe"), /^Redis: listening to "onegini-otp-login:changed": NOPERM/);
  assert.match(await opened("-publish"), /^Redis: publishing: /);
});

test("a connection that is lost is told, and who waits is called when there is another; a hook that throws harms nobody", async (t) => {
  const told: RedisStoreError[] = [];
  const onError = (error: RedisStoreError): void => {
    told.push(error);
    throw new Error("the hook is broken");
  };
  const { store } = await open(t, { onError });
  let calls = 0;
  await store.subscribe("a", () => (calls += 1));
  server.command("CLIENT", "KILL", "TYPE", "pubsub");
  await until(() => told.length > 0, "the loss to be told");
  assert.equal(told[0]?.kind, "unavailable");
  holds(told[0].message.startsWith('Redis: listening to "onegini-otp-login:changed": '), told[0].message);
  await until(() => calls > 0, "who waits to be called");
  await assert.doesNotReject(store.get("a"));
});

test("by itself a store says on the console what it lost", async (t) => {
  const lines: unknown[] = [];
  t.mock.method(console, "warn", (...words: unknown[]) => lines.push(...words));
  await open(t);
  server.command("CLIENT", "KILL", "TYPE", "pubsub");
  await until(() => lines.length > 0, "the line");
  assert.match(String(lines[0]), /^onegini-otp-login: Redis: listening to "onegini-otp-login:changed": /);
});

test("who read in vain is called when reading works, after a timeout and after an answer that passes, not after a refusal", async (t) => {
  const { store } = await openStore(t, server);
  let calls = 0;
  await store.subscribe("a", () => (calls += 1));
  server.command("RPUSH", "onegini-otp-login:attempt:a", "no text");
  await assert.rejects(store.get("a"), { kind: "refused" });
  server.command("DEL", "onegini-otp-login:attempt:a");
  for (let questions = 0; questions < 50; questions++) await store.get("a");
  assert.equal(calls, 0);

  server.command("REPLICAOF", "127.0.0.1", "1");
  t.after(() => server.command("REPLICAOF", "NO", "ONE"));
  await assert.rejects(store.create(anAttempt()), { kind: "unavailable" });
  await until(() => calls > 0, "who waits to be called");

  const way = await deadEndTo(t, server.port);
  const { store: far } = await openStore(t, { ...server, url: way.url }, { commandSeconds: 0.2 });
  let farCalls = 0;
  await far.subscribe("a", () => (farCalls += 1));
  way.swallowOldest();
  await assert.rejects(far.get("a"), { kind: "timeout" });
  for (let questions = 0; questions < 50; questions++) await store.get("a");
  assert.equal(farCalls, 0);
  way.cutOldest();
  await until(() => farCalls > 0, "who waits to be called after the timeout");
});

test("a store that was closed calls nobody any more, whatever it still wanted to", async (t) => {
  const { store } = await openStore(t, server);
  let calls = 0;
  await store.subscribe("a", () => (calls += 1));
  server.command("REPLICAOF", "127.0.0.1", "1");
  await assert.rejects(store.create(anAttempt()), { kind: "unavailable" });
  await store.close();
  server.command("REPLICAOF", "NO", "ONE");
  for (let questions = 0; questions < 50; questions++) await store.get("a");
  assert.equal(calls, 0);
});
