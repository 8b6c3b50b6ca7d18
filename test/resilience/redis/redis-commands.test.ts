import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test, type TestContext } from "node:test";
import { createClient, RESP_TYPES } from "redis";
import type { RedisStoreError } from "onegini-otp-login/redis";
import { RedisCommands } from "../../../src/server/redis/redis-commands.js";
import { startRedis, type RedisServer } from "../../support/services/redis.js";
import { holds } from "../../unit/server/support/holds.js";
import { openStore } from "../../unit/server/support/redis-stores.js";
import { anAttempt } from "../../unit/server/attempt/store-suite.js";
import { until } from "../../support/until.js";

let server: RedisServer;
before(async () => (server = await startRedis()));
after(() => server.stop());

async function connect(t: TestContext, url = server.url) {
  const client = createClient({ url });
  client.on("error", () => undefined);
  await client.connect();
  t.after(() => client.destroy());
  return client;
}

/** How often the server was asked to run scripts since it was last reset: by their names, and sent whole. */
function counted(): { byName: number; whole: number } {
  const stats = server.command("INFO", "commandstats");
  const calls = (name: string): number => Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1]);
  return { byName: calls("evalsha") || 0, whole: calls("eval") || 0 };
}

test("each call that came to nothing says what it was for", async (t) => {
  const { store } = await openStore(t, server, { commandSeconds: 0.2 });
  const limiter = store.limiter({ name: "starts", count: 1, seconds: 60 });
  const bare = anAttempt({ transactions: [] });
  server.pause();
  const calls: [string, () => Promise<unknown>][] = [
    ["writing a transaction", () => store.create(anAttempt())],
    ["writing a transaction", () => store.compareAndSet("a", 1, anAttempt())],
    ["creating an attempt", () => store.create(bare)],
    ["changing an attempt", () => store.compareAndSet(bare.id, 1, bare)],
    ["reading an attempt", () => store.get("a")],
    ["finding a transaction", () => store.findByTransaction("a")],
    ["counting starts", () => limiter.count("a")],
  ];
  const results = await Promise.allSettled(calls.map(([, call]) => call()));
  server.resume();
  const said = results.map((result) =>
    result.status === "rejected" ? String(result.reason) : result.status,
  );
  assert.deepEqual(
    said,
    calls.map(([doing]) => `RedisStoreError: Redis: ${doing}: no answer within 0.2 s`),
  );
});

test("a script is sent whole once, and by its name from then on", async (t) => {
  const commands = new RedisCommands(await connect(t), 2000);
  server.command("SCRIPT", "FLUSH");
  server.command("CONFIG", "RESETSTAT");
  const scripts = Array.from({ length: 8 }, (_, index) => `return {KEYS[1], ARGV[1], ARGV[2], ${index}}`);
  for (const round of [1, 2, 3]) {
    for (const [index, script] of scripts.entries()) {
      assert.deepEqual(await commands.run("testing", script, "key", "one", "two"), [
        "key",
        "one",
        "two",
        index,
      ]);
    }
    assert.deepEqual(counted(), { byName: 8 * round, whole: 8 });
  }
});

test("a script that fails is not sent whole for that, and the error is told and thrown", async (t) => {
  const commands = new RedisCommands(await connect(t), 2000);
  const told: RedisStoreError[] = [];
  const script = "return redis.call('GET', KEYS[1])";
  await commands.run("reading", script, "list");
  server.command("RPUSH", "list", "one");
  server.command("CONFIG", "RESETSTAT");
  await assert.rejects(
    commands.run("reading", script, "list"),
    /^RedisStoreError: Redis: reading: WRONGTYPE/,
  );
  commands.onError = (error) => told.push(error);
  await assert.rejects(commands.run("reading", script, "list"), (error) => error === told[0]);
  assert.deepEqual([told.length, told[0]?.kind, counted()], [1, "refused", { byName: 2, whole: 0 }]);
  server.command("DEL", "list");
});

test("answers are as Redis gives them, whatever the site's client makes of its own", async (t) => {
  const client = (await connect(t)).withTypeMapping({
    [RESP_TYPES.BLOB_STRING]: Buffer,
    [RESP_TYPES.NUMBER]: String,
  });
  const commands = new RedisCommands(client, 2000);
  server.command("SCRIPT", "FLUSH");
  const ask = () => commands.run("testing", "return {KEYS[1], 7}", "key");
  assert.deepEqual(await ask(), ["key", 7]);
  assert.deepEqual(await ask(), ["key", 7]);
});

test("what still waits for a connection when its time is over is never done", async (t) => {
  const own = await startRedis();
  t.after(() => own.stop());
  const client = await connect(t, own.url);
  const commands = new RedisCommands(client, 100);
  const lost = once(client, "error");
  await own.kill();
  await lost;
  const script = "return redis.call('SET', KEYS[1], 'late')";
  await assert.rejects(commands.run("writing", script, "key"), /no answer within 0.1 s/);
  const back = once(client, "ready");
  await own.restart();
  await back;
  await client.ping();
  assert.equal(own.command("DBSIZE"), "0");
});

test("to find no owner of a transaction takes one question, so that a made-up callback costs no more", async (t) => {
  const { store } = await openStore(t, server);
  server.command("CONFIG", "RESETSTAT");
  assert.equal(await store.findByTransaction("made-up"), undefined);
  assert.equal(counted().byName, 1);
});

test("a transaction whose attempt is gone has no owner", async (t) => {
  const { store } = await openStore(t, server);
  const attempt = anAttempt();
  await store.create(attempt);
  server.command("DEL", `onegini-otp-login:attempt:${attempt.id}`);
  assert.equal(await store.findByTransaction(attempt.transactions[0]?.id ?? ""), undefined);
});

test("an attempt that may be forgotten already is written, and gone", async (t) => {
  const { store } = await openStore(t, server);
  const attempt = anAttempt();
  const over = anAttempt({ forgetAt: store.now() - 5000 });
  await store.create(over);
  await store.create(attempt);
  assert.equal(await store.compareAndSet(attempt.id, 1, { ...attempt, version: 2, forgetAt: 0 }), true);
  await until(() => server.command("EXISTS", `onegini-otp-login:attempt:${attempt.id}`) === "0", "it to go");
  for (const { id } of [over, attempt]) assert.equal(await store.get(id), undefined);
});

test("creating what is there already is an error that says so", async (t) => {
  const { store } = await openStore(t, server);
  const attempt = anAttempt();
  await store.create(attempt);
  await assert.rejects(
    store.create(attempt),
    new Error(`Redis: there is an attempt "${attempt.id}" already`),
  );
  holds(await store.get(attempt.id));
});
