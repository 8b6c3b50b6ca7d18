import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectTo, createServer, type AddressInfo, type LookupFunction } from "node:net";
import { after, before, describe, test, type TestContext } from "node:test";
import { createClient, RESP_TYPES } from "redis";
import { redisStore, RedisStoreError, type RedisStoreOptions } from "onegini-otp-login/redis";
import { scriptRunner } from "../../../src/server/redis/redis-scripts.js";
import { startRedis, type RedisServer } from "../../support/services/redis.js";
import { until, holds } from "../../support/until.js";
import { anAttempt, describeStore } from "../../unit/server/store/store-suite.js";
import { describeLimiter, openStore } from "./support/redis-stores.js";

let server: RedisServer;
before(async () => (server = await startRedis()));
after(() => server.stop());

describeStore({
  name: "redis",
  open: async (t) => ({
    store: (await openStore(t, server)).store,
    other: (await openStore(t, server)).store,
  }),
});
describeLimiter("redis", (t) => openStore(t, server));

async function connect(t: TestContext, options: Parameters<typeof createClient>[0] = {}) {
  const client = createClient({ url: server.url, ...options });
  await client.connect();
  t.after(() => client.destroy());
  return client;
}

async function open(t: TestContext, options: Partial<RedisStoreOptions> = {}) {
  const client = await connect(t);
  const store = await redisStore({ client, ...options });
  t.after(() => store.close());
  return { client, store };
}

const channels = (): string => server.command("PUBSUB", "CHANNELS");

const isKind = (kind: RedisStoreError["kind"], message: string) => (error: unknown) => {
  holds(error instanceof RedisStoreError, String(error));
  assert.equal(error.kind, kind, error.message);
  holds(error.message.includes(message), error.message);
  return true;
};

describe("an attempt in Redis", () => {
  test("has a time to live, and is deleted afterwards", async (t) => {
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
    for (const key of server.command("KEYS", "*").split("\n").filter(Boolean)) {
      holds(key.startsWith("onegini-otp-login:"), key);
      const left = Number(server.command("PTTL", key));
      holds(left > -1 || left === -2, `${key} lives for ever`);
      holds(left <= 1000, `${key} lives for ${left} ms`);
    }
    await until(() => server.command("DBSIZE") === "0", "Redis to forget it all");
  });

  test("does not get a shorter life from a writer that loses the race", async (t) => {
    const { store } = await openStore(t, server);
    const attempt = anAttempt({ forgetAt: store.now() + 60_000 });
    await store.create(attempt);
    const loser = { ...attempt, forgetAt: store.now() + 20 };
    assert.equal(await store.compareAndSet(attempt.id, 9, loser), false);
    await until(() => store.now() > loser.forgetAt + 100, "the loser's time to pass");
    assert.deepEqual(await store.findByTransaction(attempt.transactions[0]?.id ?? ""), attempt);
  });

  test("is not replaced by creating it again", async (t) => {
    const { store } = await openStore(t, server);
    const attempt = anAttempt();
    await store.create(attempt);
    const next = { ...attempt, version: 2 };
    await store.compareAndSet(attempt.id, 1, next);
    const expected = new Error(`Redis: there is an attempt "${attempt.id}" already`);
    await assert.rejects(store.create(attempt), expected);
    assert.deepEqual(await store.get(attempt.id), next);
  });

  test("is deleted at once if its time is over already", async (t) => {
    const { store } = await openStore(t, server);
    const attempt = anAttempt();
    const over = anAttempt({ forgetAt: store.now() - 5000 });
    await store.create(over);
    await store.create(attempt);
    assert.equal(await store.compareAndSet(attempt.id, 1, { ...attempt, version: 2, forgetAt: 0 }), true);
    for (const { id } of [over, attempt]) {
      await until(() => server.command("EXISTS", `onegini-otp-login:attempt:${id}`) === "0", "it to go");
      assert.equal(await store.get(id), undefined);
    }
  });

  test("is unreadable, and stays as it is, if something else wrote it", async (t) => {
    const { store } = await openStore(t, server);
    const key = "onegini-otp-login:attempt:wrong";
    const attempt = anAttempt({ id: "wrong" });
    const [transaction] = attempt.transactions;
    await store.create(attempt);
    const text = server.command("GET", key);
    const wrong: [string, string][] = [
      ["no format", ""],
      ["no format", "garbage"],
      ["no format", "{}"],
      ["no format", JSON.stringify(attempt)],
      ["format 0", text.replace("[1,", "[0,")],
      ["format 2", text.replace("[1,", "[2,")],
      ["format 2", '[2,"another meaning"]'],
      ["format 1 and a wrong value at 4", text.replace(/,\d{5},"/, ',"soon","')],
      ["format 1 and a wrong value at 1", "[1]"],
    ];
    for (const [found, value] of wrong) {
      server.command("SET", key, value, "EX", "60");
      const isUnreadable = isKind("unreadable", `Redis: cannot read an attempt with ${found}`);
      await assert.rejects(store.get("wrong"), isUnreadable, value);
      await assert.rejects(store.findByTransaction(transaction!.id), isUnreadable, value);
      if (!value.startsWith("[1,")) {
        assert.equal(await store.compareAndSet("wrong", 1, { ...attempt, version: 2 }), false);
        assert.equal(server.command("GET", key), value);
      }
    }
    server.command("DEL", key);
    server.command("RPUSH", key, "a list");
    await assert.rejects(store.get("wrong"), isKind("unreadable", "Redis: reading an attempt: WRONGTYPE "));
    assert.equal(await store.compareAndSet("wrong", 1, { ...attempt, version: 2 }), false);
    assert.equal(server.command("TYPE", key), "list");
    server.command("DEL", key);
  });

  test("is unreadable by a transaction whose key has another format", async (t) => {
    const { store } = await openStore(t, server);
    const attempt = anAttempt();
    await store.create(attempt);
    const id = attempt.transactions[0]?.id ?? "";
    const key = `onegini-otp-login:transaction:${id}`;
    assert.equal(server.command("GET", key), `1:${attempt.id}`);
    for (const value of ["", attempt.id, `0:${attempt.id}`, `2:${attempt.id}`]) {
      server.command("SET", key, value, "EX", "60");
      await assert.rejects(store.findByTransaction(id), isKind("unreadable", "a transaction"));
    }
    assert.deepEqual(await store.get(attempt.id), attempt);
  });

  test("is unknown to a store with another prefix", async (t) => {
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

  test("is searched by its transaction with one command, so that forged callbacks are cheap", async (t) => {
    const { store } = await openStore(t, server);
    server.command("CONFIG", "RESETSTAT");
    assert.equal(await store.findByTransaction("made-up"), undefined);
    const calls = /cmdstat_get:calls=(\d+)/.exec(server.command("INFO", "commandstats"))?.[1];
    assert.equal(calls, "1");
  });

  test("is not found by its transaction when it was deleted", async (t) => {
    const { store } = await openStore(t, server);
    const attempt = anAttempt();
    await store.create(attempt);
    server.command("DEL", `onegini-otp-login:attempt:${attempt.id}`);
    assert.equal(await store.findByTransaction(attempt.transactions[0]?.id ?? ""), undefined);
  });
});

test("the count of a limit can be read without counting", async (t) => {
  const { store } = await openStore(t, server);
  const limiter = store.limiter({ name: "read", count: 2, seconds: 60 });
  assert.deepEqual(await limiter.read("a"), { allowed: true, used: 0, resetMs: 0 });
  for (let use = 0; use < 3; use++) await limiter.count("a");
  for (let read = 0; read < 2; read++) {
    const { resetMs, ...counted } = await limiter.read("a");
    assert.deepEqual(counted, { allowed: false, used: 3 });
    assert.ok(resetMs > 0 && resetMs <= 60_000, String(resetMs));
  }
});

describe("a limit whose count cannot be read", () => {
  const limit = { name: "starts", count: 100, seconds: 60 };
  const key = "onegini-otp-login:limit:starts:a";
  const counts: [string, string][] = [
    ["no format", "17"],
    ["no format", ""],
    ["no format", "garbage:1"],
    ["format 0", "0:17"],
    ["format 2", "2:17"],
    ["format 1", "1:"],
    ["format 1", "1:17.5"],
    ["format 1", "1:-1"],
  ];
  for (const [found, value] of counts)
    test(`(${JSON.stringify(value)}) is used up until its key ends, and is not written over`, async (t) => {
      const { store } = await openStore(t, server);
      const limiter = store.limiter(limit);
      server.command("SET", key, value, "EX", "300");
      for (const counted of [await limiter.count("a"), await limiter.read("a")]) {
        const { resetMs, ...others } = counted;
        assert.deepEqual(others, { allowed: false, used: 101, unreadable: found });
        holds(resetMs > 290_000 && resetMs <= 300_000, `${resetMs} ms`);
      }
      assert.equal(server.command("GET", key), value);
      server.command("DEL", key);
      assert.deepEqual(await limiter.count("a"), { allowed: true, used: 1, resetMs: 60_000 });
      assert.equal(server.command("GET", key), "1:1");
      server.command("DEL", key);
    });

  test("is used up for the limit's own time if its key has no life, or another type", async (t) => {
    const { store } = await openStore(t, server);
    const limiter = store.limiter(limit);
    const used = { allowed: false, used: 101, resetMs: 60_000 };
    server.command("SET", key, "1:5");
    for (const counted of [await limiter.count("a"), await limiter.read("a")])
      assert.deepEqual(counted, { ...used, unreadable: "format 1 and no time to live" });
    assert.equal(server.command("GET", key), "1:5");
    server.command("DEL", key);
    server.command("RPUSH", key, "a list");
    for (const counted of [await limiter.count("a"), await limiter.read("a")])
      assert.deepEqual(counted, { ...used, unreadable: "no format and no time to live" });
    assert.equal(server.command("LRANGE", key, "0", "-1"), "a list");
    server.command("DEL", key);
  });
});

test("the count of a limit is exact when many count at once", async (t) => {
  const stores = [(await openStore(t, server)).store, (await openStore(t, server)).store];
  const limiters = stores.map((store) => store.limiter({ name: "many", count: 50, seconds: 60 }));
  const calls = Array.from({ length: 100 }).flatMap(() => limiters.map((limiter) => limiter.count("a")));
  const allowed = (await Promise.all(calls)).filter((counted) => counted.allowed);
  assert.equal(allowed.length, 50);
});

describe("a command", () => {
  test("that gets no answer rejects with an error that names the operation", async (t) => {
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
      ["reading starts", () => limiter.read("a")],
    ];
    const results = await Promise.allSettled(calls.map(([, call]) => call()));
    server.resume();
    assert.deepEqual(
      results.map((result) => (result.status === "rejected" ? String(result.reason) : result.status)),
      calls.map(([operation]) => `RedisStoreError: Redis: ${operation}: no answer within 0.2 s`),
    );
  });

  test("that fails reports the same error that it rejects with", async (t) => {
    const told: RedisStoreError[] = [];
    const run = scriptRunner(await connect(t), 2000, (error) => told.push(error));
    server.command("RPUSH", "list", "one");
    const script = "return redis.call('GET', KEYS[1])";
    await assert.rejects(run("reading", script, "list"), (error) => error === told[0]);
    assert.deepEqual(told.map(String), [
      "RedisStoreError: Redis: reading: WRONGTYPE Operation against a key holding the wrong kind of value " +
        /script: .*$/.exec(String(told[0]))?.[0],
    ]);
    server.command("DEL", "list");
  });

  test("gives Redis' own answer, whatever types the site's client maps it to", async (t) => {
    const client = (await connect(t)).withTypeMapping({
      [RESP_TYPES.BLOB_STRING]: Buffer,
      [RESP_TYPES.NUMBER]: String,
    });
    const run = scriptRunner(client, 2000, () => undefined);
    assert.deepEqual(await run("testing", "return {KEYS[1], ARGV[1], 7}", "key", "one"), ["key", "one", 7]);
  });
});

describe("the Pub/Sub connection", () => {
  test("is one for all subscriptions, and none after the store is closed", async (t) => {
    const { store } = await openStore(t, server, { prefix: "mine:" });
    const subscribers = () => server.command("PUBSUB", "NUMSUB", "mine:changed").split("\n")[1];
    const clients = () => server.command("CLIENT", "LIST").split("\n").length;
    const before = clients();
    const ends = await Promise.all(
      Array.from({ length: 500 }, (_, index) => store.subscribe(`${index}`, () => 0)),
    );
    assert.equal(clients(), before);
    assert.equal(subscribers(), "1");
    for (const end of ends) end();
    await store.close();
    await until(() => subscribers() === "0" && clients() === before - 1, "the connection to end");
  });

  test("leaves nothing on the site's client after the store is closed, and the client still works", async (t) => {
    const { client, store } = await open(t);
    assert.equal(store.isShared, true);
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

  test("ends if the store is closed while it is connecting again", async (t) => {
    const { port } = new URL(server.url);
    let sockets = 0;
    const proxy = createServer((socket) => {
      sockets += 1;
      const onward = connectTo(Number(port), "127.0.0.1");
      socket.pipe(onward).pipe(socket);
      for (const end of [socket, onward]) end.on("error", () => undefined);
      socket.on("close", () => {
        sockets -= 1;
        onward.destroy();
      });
    }).listen(0, "127.0.0.1");
    await once(proxy, "listening");
    t.after(() => proxy.close());

    /** Each continues a name lookup. */
    const waiting: (() => void)[] = [];
    let mustWait = false;
    const lookup: LookupFunction = (_name, _options, found) => {
      const goOn = () => found(null, [{ address: "127.0.0.1", family: 4 }]);
      if (mustWait) waiting.push(goOn);
      else goOn();
    };
    const client = createClient({
      socket: { host: "localhost", port: (proxy.address() as AddressInfo).port, lookup },
    });
    client.on("error", () => undefined);
    await client.connect();
    t.after(() => client.destroy());
    const store = await redisStore({ client });
    assert.equal(sockets, 2);
    mustWait = true;
    server.command("CLIENT", "KILL", "TYPE", "pubsub");
    await until(() => waiting.length > 0, "the next connection to begin");
    await store.close();
    let hasConnected = false;
    proxy.once("connection", () => (hasConnected = true));
    for (const goOn of waiting) goOn();
    await until(() => hasConnected && sockets === 1, "the connection to end");
    assert.equal(channels(), "");
  });

  test("reports its loss, even to a function that throws, and the listeners are called", async (t) => {
    const told: RedisStoreError[] = [];
    const onError = (error: RedisStoreError): void => {
      told.push(error);
      throw new Error("the site's function is broken");
    };
    const { store } = await open(t, { onError });
    let calls = 0;
    await store.subscribe("a", () => (calls += 1));
    server.command("CLIENT", "KILL", "TYPE", "pubsub");
    await until(() => told.length > 0, "the loss to be told");
    isKind("unavailable", 'Redis: subscribing to "onegini-otp-login:changed": ')(told[0]);
    await until(() => calls > 0, "the listener to be called");
    assert.equal(told.length, 1);
  });

  test("reports its loss on the console by default", async (t) => {
    const lines: unknown[] = [];
    t.mock.method(console, "warn", (...words: unknown[]) => lines.push(...words));
    await open(t);
    server.command("CLIENT", "KILL", "TYPE", "pubsub");
    await until(() => lines.length > 0, "the line");
    assert.match(
      String(lines[0]),
      /^warn onegini-otp-login: Redis: subscribing to "onegini-otp-login:changed": /,
    );
  });
});

describe("a user of Redis", () => {
  const rules = (...names: string[]) => names.map((name) => `+${name}`);

  async function openAs(t: TestContext) {
    const client = await connect(t, { username: "site", password: "secret" });
    try {
      const store = await redisStore({ client, prefix: "login:" });
      t.after(() => store.close());
      return store;
    } catch (error) {
      // A store that cannot be opened leaves no connection.
      assert.equal(client.listenerCount("error"), 0);
      await until(() => channels() === "", "the connection to end");
      throw error;
    }
  }

  test("needs no more rights than the documentation lists, and an error names the one that is missing", async (t) => {
    const allowed = rules("eval", "get", "set", "pttl", "time", "publish", "subscribe");
    const user = ["on", ">secret", "~login:*", "&login:*", "-@all", "+hello"];
    server.command("ACL", "SETUSER", "site", ...user, ...allowed);
    const store = await openAs(t);
    const attempt = anAttempt();
    await store.create(attempt);
    let told = 0;
    await store.subscribe(attempt.id, () => (told += 1));
    assert.equal(await store.compareAndSet(attempt.id, 1, { ...attempt, version: 2 }), true);
    await until(() => told > 0, "the notice");
    await store.limiter({ name: "starts", count: 1, seconds: 60 }).count("a");
    const pauses = store.pauseSwitch("https://www.example.com");
    await pauses.subscribe(() => undefined);
    assert.equal(await pauses.compareAndSet(undefined, "one"), true);
    assert.equal(await pauses.compareAndSet(await pauses.read(), "two"), true);
    await store.close();

    const needed = {
      eval: "asking for the time",
      time: "asking for the time",
      subscribe: 'subscribing to "login:changed"',
      publish: "publishing",
    };
    for (const [right, operation] of Object.entries(needed)) {
      server.command("ACL", "SETUSER", "site", `-${right}`);
      await assert.rejects(openAs(t), isKind("refused", `Redis: ${operation}: `));
      server.command("ACL", "SETUSER", "site", `+${right}`);
    }
  });
});
