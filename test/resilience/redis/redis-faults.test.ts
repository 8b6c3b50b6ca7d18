import assert from "node:assert/strict";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { createClient } from "redis";
import { redisStore, RedisStoreError } from "onegini-otp-login/redis";
import { startRedis, startRedisCluster, type RedisServer } from "../../support/services/redis.js";
import { deadEndTo } from "../../unit/server/support/dead-end.js";
import { holds } from "../../unit/server/support/holds.js";
import { openClusterStore, openStore } from "../../unit/server/support/redis-stores.js";
import { anAttempt } from "../../unit/server/attempt/store-suite.js";
import { until } from "../../support/until.js";

/** Longer than a client and a store take at most to find a server again. */
const backMs = 15_000;

async function start(t: TestContext, options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  t.after(() => server.stop());
  return server;
}

const isKind = (kind: RedisStoreError["kind"]) => (error: unknown) => {
  holds(error instanceof RedisStoreError, String(error));
  assert.equal(error.kind, kind, error.message);
  return true;
};

/** How long something took to reject, in milliseconds. */
async function timeToReject(promise: Promise<unknown>, kind: RedisStoreError["kind"]): Promise<number> {
  const begunAt = performance.now();
  await assert.rejects(promise, isKind(kind));
  return performance.now() - begunAt;
}

/** What a call comes to, once the site's own connection is back: that may take longer than the store's. */
async function succeeds<T>(call: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + backMs;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
      await once(AbortSignal.timeout(50), "abort");
    }
  }
}

for (const kind of ["redis", "valkey"] as const) {
  test(`${kind} is killed and comes back with what it wrote down: who waits is called, and reads`, async (t) => {
    const server = await start(t, { kind, appendOnly: true });
    const { store, errors } = await openStore(t, server);
    const attempt = anAttempt();
    await store.create(attempt);
    let read: number | undefined;
    await store.subscribe(attempt.id, () => {
      void store.get(attempt.id).then((current) => (read = current?.version));
    });
    await server.kill();
    await until(() => errors.length > 0, "the loss to be told");
    await server.restart();
    await until(() => read === 1, "the attempt to be read again", backMs);
    await store.compareAndSet(attempt.id, 1, { ...attempt, version: 2 });
    await until(() => read === 2, "the next notice");
  });

  test(`while ${kind} is down, calls reject in time, and what they asked for is not done later`, async (t) => {
    const server = await start(t, { kind });
    const { store, errors } = await openStore(t, server, { commandSeconds: 0.5 });
    await server.kill();
    await until(() => errors.length > 0, "the loss to be told");
    const limiter = store.limiter({ name: "starts", count: 1, seconds: 60 });
    const calls = [
      store.create(anAttempt()),
      store.get("a"),
      store.compareAndSet("a", 1, anAttempt()),
      store.findByTransaction("a"),
      store.subscribe("a", () => undefined),
      limiter.count("a"),
    ];
    for (const call of calls) call.catch(() => undefined);
    const begunAt = performance.now();
    for (const call of calls) {
      await assert.rejects(call, (error) => error instanceof RedisStoreError);
    }
    holds(performance.now() - begunAt < 2000, "They took too long");
    await server.restart();
    await until(() => server.command("PUBSUB", "CHANNELS") !== "", "the store to be back", backMs);
    assert.equal(await succeeds(() => store.get("a")), undefined);
    assert.equal(server.command("DBSIZE"), "0");
  });

  test(`${kind} is paused for 5 s: calls reject after commandSeconds, then all is as before, and who waits is called`, async (t) => {
    const server = await start(t, { kind });
    const { store } = await openStore(t, server);
    const { store: other } = await openStore(t, server);
    const attempt = anAttempt();
    const late = anAttempt();
    await store.create(attempt);
    // A server that knows the script already is sent nothing but its name.
    assert.equal(await store.compareAndSet(attempt.id, 9, attempt), false);
    let told = 0;
    await store.subscribe(attempt.id, () => (told += 1));
    server.pause();
    const pausedAt = performance.now();
    const sent = { ...attempt, version: 2, transactions: [] };
    const calls = [store.compareAndSet(attempt.id, 1, sent), store.create(late)];
    for (const ms of await Promise.all(calls.map((call) => timeToReject(call, "timeout")))) {
      holds(ms > 1900 && ms < 3000, `${ms} ms`);
    }
    await until(() => performance.now() - pausedAt > 5000, "the pause to end", 6000);
    const before = told;
    server.resume();
    await until(() => told > before, "who waits to be called", backMs);

    // What was sent before the pause was done after it, which is what a slow writer does.
    assert.equal(await other.compareAndSet(attempt.id, 1, { ...attempt, version: 2 }), false);
    assert.deepEqual(await other.get(attempt.id), sent);
    for (const key of server.command("KEYS", "*").split("\n")) {
      const left = Number(server.command("PTTL", key));
      holds(left > 0 && left <= 60_000, `${key} lives for ${left} ms`);
    }
  });
}

test("everything is flushed: nothing is there, what begins afterwards is, and notices go on", async (t) => {
  const server = await start(t);
  const { store } = await openStore(t, server);
  const { store: other } = await openStore(t, server);
  const [gone, next] = [anAttempt(), anAttempt()];
  await store.create(gone);
  let told = 0;
  await store.subscribe(next.id, () => (told += 1));
  server.flush();
  assert.equal(await store.get(gone.id), undefined);
  assert.equal(await store.findByTransaction(gone.transactions[0]?.id ?? ""), undefined);
  assert.equal(await store.compareAndSet(gone.id, 1, { ...gone, version: 2 }), false);
  await store.create(next);
  assert.equal(await other.compareAndSet(next.id, 1, { ...next, version: 2 }), true);
  await until(() => told > 0, "the notice");
});

test("the server forgets its scripts: it is sent them again", async (t) => {
  const server = await start(t);
  const { store } = await openStore(t, server);
  const attempt = anAttempt();
  await store.create(attempt);
  server.command("SCRIPT", "FLUSH");
  assert.deepEqual(await store.get(attempt.id), attempt);
  server.command("SCRIPT", "FLUSH");
  assert.equal(await store.compareAndSet(attempt.id, 1, { ...attempt, version: 2 }), true);
});

test("the connection of notices is cut, again and again: no change is missed", async (t) => {
  const server = await start(t);
  const { store, errors } = await openStore(t, server);
  const { store: other } = await openStore(t, server);
  const attempt = anAttempt();
  await store.create(attempt);
  let seen = 1;
  await store.subscribe(attempt.id, () => {
    void store.get(attempt.id).then((current) => (seen = current?.version ?? 0));
  });
  for (let version = 2; version <= 6; version++) {
    server.command("CLIENT", "KILL", "TYPE", "pubsub");
    assert.equal(await other.compareAndSet(attempt.id, version - 1, { ...attempt, version }), true);
    await until(() => seen === version, `version ${version}`, backMs);
  }
  holds(errors.length > 0, "The site heard nothing of it");
  for (const error of errors) isKind("unavailable")(error);
});

test("the site's own connection is dead for a while: who read in vain is called as soon as reading works", async (t) => {
  const server = await start(t);
  const way = await deadEndTo(t, server.port);
  const { store, errors } = await openStore(t, { ...server, url: way.url }, { commandSeconds: 0.3 });
  const attempt = anAttempt();
  await store.create(attempt);
  let told = 0;
  await store.subscribe(attempt.id, () => (told += 1));
  way.swallowOldest();
  await timeToReject(store.get(attempt.id), "timeout");
  assert.equal(told, 0);
  way.cutOldest();
  await until(() => told > 0, "who waits to be called", backMs);
  assert.deepEqual(await store.get(attempt.id), attempt);
  assert.deepEqual(errors, []);
});

test("a connection that goes dead without a word is noticed, and another takes its place", async (t) => {
  const server = await start(t);
  const way = await deadEndTo(t, server.port);
  const { store } = await openStore(t, { ...server, url: way.url }, { commandSeconds: 0.5 });
  const { store: other } = await openStore(t, server);
  const attempt = anAttempt();
  await store.create(attempt);
  let told = 0;
  await store.subscribe(attempt.id, () => (told += 1));
  way.swallowAll();
  assert.equal(await other.compareAndSet(attempt.id, 1, { ...attempt, version: 2 }), true);
  // The site's own connection is as dead. It is the site's to find out, by time-outs of the client.
  way.cutOldest();
  await until(() => told > 0, "who waits to be called", backMs);
  assert.equal((await succeeds(() => store.get(attempt.id)))?.version, 2);
});

test("with the time-outs that the documentation shows, the site's own connection comes back from the dead too", async (t) => {
  const server = await start(t);
  const way = await deadEndTo(t, server.port);
  const client = createClient({
    url: way.url,
    pingInterval: 200,
    socket: { socketTimeout: 600, reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 1000) },
  });
  await client.connect();
  t.after(() => client.destroy());
  const store = await redisStore({ client, commandSeconds: 0.5, onError: () => undefined });
  t.after(() => store.close());
  const attempt = anAttempt();
  await store.create(attempt);
  let told = 0;
  await store.subscribe(attempt.id, () => (told += 1));
  way.swallowAll();
  await timeToReject(store.get(attempt.id), "timeout");
  await until(() => told > 0, "who waits to be called", backMs);
  assert.deepEqual(await store.get(attempt.id), attempt);
});

test("a client without a listener for errors does not end the process when Redis goes", async (t) => {
  const server = await start(t);
  const { store } = await openStore(t, server, { commandSeconds: 0.3 });
  const broken: unknown[] = [];
  const hear = (error: unknown): void => void broken.push(error);
  process.on("uncaughtException", hear);
  t.after(() => process.off("uncaughtException", hear));
  await server.kill();
  await assert.rejects(store.get("a"));
  await assert.rejects(store.get("a"));
  assert.deepEqual(broken, []);
});

test("many writers on two servers: each change is made once, and in order", async (t) => {
  const server = await start(t);
  const stores = [(await openStore(t, server)).store, (await openStore(t, server)).store] as const;
  const attempt = anAttempt({ begun: 0 });
  await stores[0].create(attempt);
  const [writers, changes] = [20, 10];
  const write = async (index: number): Promise<void> => {
    const store = stores[index % 2] ?? stores[0];
    for (let done = 0; done < changes;) {
      const current = await store.get(attempt.id);
      holds(current);
      const next = { ...current, version: current.version + 1, begun: current.begun + 1 };
      if (await store.compareAndSet(attempt.id, current.version, next)) done++;
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, index) => write(index)));
  const end = await stores[1].get(attempt.id);
  assert.deepEqual([end?.begun, end?.version], [writers * changes, writers * changes + 1]);
});

test("in a cluster, the server that carries the notices is killed: another does, and who waits is called", async (t) => {
  const cluster = await startRedisCluster();
  t.after(() => cluster.stop());
  const { store } = await openClusterStore(t, cluster);
  const { store: other } = await openClusterStore(t, cluster);
  const isCarrier = (server: RedisServer): boolean =>
    server.command("PUBSUB", "CHANNELS").includes("changed");

  const attempts = Array.from({ length: 30 }, () => anAttempt());
  for (const attempt of attempts) await store.create(attempt);
  const told = new Set<string>();
  for (const { id } of attempts) await store.subscribe(id, () => told.add(id));
  for (const server of cluster.servers) server.command("CLIENT", "KILL", "TYPE", "pubsub");
  for (const attempt of attempts) await other.compareAndSet(attempt.id, 1, { ...attempt, version: 2 });
  await until(() => told.size === attempts.length, "all notices", backMs);

  told.clear();
  const carriers = cluster.servers.filter(isCarrier);
  for (const server of carriers) await server.kill();
  for (const server of carriers) await server.restart();
  await until(() => told.size === attempts.length, "everybody to be called", backMs);
  const next = anAttempt();
  let heard = 0;
  await store.subscribe(next.id, () => (heard += 1));
  await succeeds(() => store.create(next));
  await other.compareAndSet(next.id, 1, { ...next, version: 2 });
  await until(() => heard > 0, "a notice afterwards", backMs);
});
