import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createClient, createSentinel } from "redis";
import { redisStore, RedisStoreError } from "onegini-otp-login/redis";
import { scriptRunner } from "../../../src/server/redis/redis-scripts.js";
import { clusterFor, redisFor, sentinelFor } from "../../support/services/redis.js";
import { until, holds } from "../../support/until.js";
import { anAttempt } from "../../unit/server/store/store-suite.js";
import { deadEndTo } from "./support/redis-connections.js";
import { openClusterStore, openSentinelStore, openStore, type OpenStore } from "./support/redis-stores.js";

type Store = OpenStore["store"];

/** Reads an attempt whenever its listener is called, as a stream does, and keeps the last version that was read. */
async function follow(store: Store, id: string) {
  const seen = { calls: 0, gaps: 0, version: 0 };
  await store.subscribe(id, (notice) => {
    seen.calls += 1;
    if (notice === "gap") seen.gaps += 1;
    store.get(id).then(
      (attempt) => (seen.version = attempt?.version ?? 0),
      () => undefined,
    );
  });
  return seen;
}

/** The result of a call that may fail at first: the site's own connection comes back later than the store's. */
async function succeeds<T>(call: () => Promise<T>): Promise<T> {
  let result: { value: T } | undefined;
  await until(async () => {
    result = await call().then(
      (value) => ({ value }),
      () => undefined,
    );
    return result !== undefined;
  }, "a call to succeed");
  holds(result);
  return result.value;
}

/** Changes an attempt, also where the answer to an earlier try was lost. */
async function change(store: Store, id: string, version: number): Promise<void> {
  await succeeds(async () => {
    const current = await store.get(id);
    holds(current, "The attempt is lost");
    if (current.version >= version) return;
    holds(await store.compareAndSet(id, current.version, { ...current, version }));
  });
}

for (const kind of ["redis", "valkey"] as const) {
  test(`${kind} is killed and starts again with its data: listeners are called and can read`, async (t) => {
    const server = await redisFor(t, { kind, appendOnly: true });
    const { store, errors } = await openStore(t, server);
    const attempt = anAttempt();
    await store.create(attempt);
    const seen = await follow(store, attempt.id);
    await server.kill();
    await until(() => errors.length > 0, "the loss to be told");
    await server.restart();
    await until(() => seen.version === 1, "the attempt to be read again");
    await until(() => seen.gaps > 0, "the listener to be told of the gap");
    const { gaps } = seen;
    await change(store, attempt.id, 2);
    await until(() => seen.version === 2, "the next notice");
    assert.equal(seen.gaps, gaps);
  });

  test(`${kind} is down: calls reject, and the work that was not sent is not done later`, async (t) => {
    const server = await redisFor(t, { kind });
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
    for (const result of await Promise.allSettled(calls)) {
      holds(result.status === "rejected" && result.reason instanceof RedisStoreError, result.status);
    }
    await server.restart();
    await until(() => server.command("PUBSUB", "CHANNELS") !== "", "the store to be back");
    assert.equal(await succeeds(() => store.get("a")), undefined);
    assert.equal(server.command("DBSIZE"), "0");
  });

  test(`${kind} is down: after the store's close() the client's close() resolves at once`, async (t) => {
    const server = await redisFor(t, { kind });
    const client = createClient({ url: server.url });
    await client.connect();
    const store = await redisStore({ client, onError: () => undefined });
    const outcomes: string[] = [];
    await server.kill();
    // Not sent: the client waits for a connection.
    store.get("one").catch(({ kind: why }: RedisStoreError) => outcomes.push(why));
    await store.close();
    assert.deepEqual(outcomes, ["timeout"]);
    await client.close();
  });

  test(`${kind} is paused: calls reject with a timeout, and afterwards listeners are called`, async (t) => {
    const server = await redisFor(t, { kind });
    const { store } = await openStore(t, server);
    const { store: other } = await openStore(t, server);
    // By the store's clock, whose offset is not exact if the answer to the first TIME came late.
    const forgottenInAMinute = () => anAttempt({ forgetAt: store.now() + 60_000 });
    const attempt = forgottenInAMinute();
    await store.create(attempt);
    const seen = await follow(store, attempt.id);
    server.pause();
    const sent = { ...attempt, version: 2, transactions: [] };
    const calls = [store.compareAndSet(attempt.id, 1, sent), store.create(forgottenInAMinute())];
    for (const call of calls) call.catch(() => undefined);
    for (const call of calls) await assert.rejects(call, { kind: "timeout" });
    const before = seen.calls;
    server.resume();
    await until(() => seen.calls > before && seen.gaps > 0, "the listener to be told of the gap");

    // A command that was sent before the pause runs after it.
    await until(() => seen.version === 2, "the change to be read");
    assert.equal(await other.compareAndSet(attempt.id, 1, { ...attempt, version: 2 }), false);
    assert.deepEqual(await other.get(attempt.id), sent);
    for (const key of server.command("KEYS", "*").split("\n")) {
      const left = Number(server.command("PTTL", key));
      holds(left > 0 && left <= 60_000, `${key} lives for ${left} ms`);
    }
  });
}

test("everything is deleted: old attempts are unknown, new ones and their listeners work", async (t) => {
  const server = await redisFor(t);
  const { store } = await openStore(t, server);
  const { store: other } = await openStore(t, server);
  const [gone, next] = [anAttempt(), anAttempt()];
  await store.create(gone);
  const seen = await follow(store, next.id);
  server.flush();
  assert.equal(await store.get(gone.id), undefined);
  assert.equal(await store.findByTransaction(gone.transactions[0]?.id ?? ""), undefined);
  assert.equal(await store.compareAndSet(gone.id, 1, { ...gone, version: 2 }), false);
  await store.create(next);
  assert.equal(await other.compareAndSet(next.id, 1, { ...next, version: 2 }), true);
  await until(() => seen.version === 2, "the notice");
});

test("the Pub/Sub connection is cut again and again: no change is missed", async (t) => {
  const server = await redisFor(t);
  const { store, errors } = await openStore(t, server);
  const { store: other } = await openStore(t, server);
  const attempt = anAttempt();
  await store.create(attempt);
  const seen = await follow(store, attempt.id);
  for (let version = 2; version <= 4; version++) {
    server.command("CLIENT", "KILL", "TYPE", "pubsub");
    assert.equal(await other.compareAndSet(attempt.id, version - 1, { ...attempt, version }), true);
    await until(() => seen.version === version, `version ${version}`);
  }
  holds(errors.length > 0, "The site heard nothing of it");
  for (const error of errors) assert.equal(error.kind, "unavailable", error.message);
});

test("a read fails because Redis is a replica for a while: the listeners are called when it works again", async (t) => {
  const server = await redisFor(t);
  const { store } = await openStore(t, server);
  const seen = await follow(store, "a");
  server.command("REPLICAOF", "127.0.0.1", "1");
  await assert.rejects(store.create(anAttempt()), { kind: "unavailable" });
  await until(() => seen.calls > 0, "the listener to be called");
});

test("the site's own connection dies: the listeners are called when reading works again", async (t) => {
  const server = await redisFor(t);
  const way = await deadEndTo(t, server.port);
  const { store, errors } = await openStore(t, { ...server, url: way.url }, { commandSeconds: 0.3 });
  const attempt = anAttempt();
  await store.create(attempt);
  const seen = await follow(store, attempt.id);
  way.swallowOldest();
  await assert.rejects(store.get(attempt.id), { kind: "timeout" });
  assert.equal(seen.calls, 0);
  way.cutOldest();
  await until(() => seen.version === 1, "the attempt to be read");
  assert.deepEqual(errors, []);
});

test("all connections die without an error: the Pub/Sub connection is replaced", async (t) => {
  const server = await redisFor(t);
  const way = await deadEndTo(t, server.port);
  const { store } = await openStore(t, { ...server, url: way.url }, { commandSeconds: 0.5 });
  const { store: other } = await openStore(t, server);
  const attempt = anAttempt();
  await store.create(attempt);
  const seen = await follow(store, attempt.id);
  way.swallowAll();
  await change(other, attempt.id, 2);
  // The site's own connection is dead too. Only the timeouts of the site's client can notice that.
  way.cutOldest();
  await until(() => seen.version === 2, "the change to be read");
});

/** The client of the documentation, with shorter timeouts, in milliseconds. */
async function connectWithTimeouts(
  t: TestContext,
  url: string,
  { pingInterval, socketTimeout }: { pingInterval: number; socketTimeout: number },
) {
  const client = createClient({
    url,
    pingInterval,
    socket: { socketTimeout, reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 1000) },
  });
  client.on("error", () => undefined);
  await client.connect();
  t.after(() => client.destroy());
  return client;
}

test("with the timeouts of the documentation, the site's own connection comes back too", async (t) => {
  const server = await redisFor(t);
  const way = await deadEndTo(t, server.port);
  const client = await connectWithTimeouts(t, way.url, { pingInterval: 200, socketTimeout: 600 });
  const store = await redisStore({ client, commandSeconds: 0.5, onError: () => undefined });
  t.after(() => store.close());
  const attempt = anAttempt();
  await store.create(attempt);
  const seen = await follow(store, attempt.id);
  way.swallowAll();
  await assert.rejects(store.get(attempt.id), { kind: "timeout" });
  await until(() => seen.version === 1, "the attempt to be read");
});

test("a dead connection is noticed though the site goes on asking", async (t) => {
  const server = await redisFor(t);
  const way = await deadEndTo(t, server.port);
  const client = await connectWithTimeouts(t, way.url, { pingInterval: 400, socketTimeout: 1000 });
  const store = await redisStore({ client, commandSeconds: 0.4, onError: () => undefined });
  t.after(() => store.close());
  const attempt = anAttempt();
  await store.create(attempt);
  way.swallowAll();
  await assert.rejects(store.get(attempt.id), { kind: "timeout" });
  // Asks more often than the socket's timeout, as the people of a site do.
  const read = async (): Promise<boolean> =>
    (await store.get(attempt.id).catch(() => undefined))?.version === 1;
  await until(read, "the attempt to be read", 15_000);
});

test("Redis goes down with a client without a listener for errors: the process continues", async (t) => {
  const server = await redisFor(t);
  const { store } = await openStore(t, server, { commandSeconds: 0.3 });
  const broken: unknown[] = [];
  const onUncaught = (error: unknown): void => void broken.push(error);
  process.on("uncaughtException", onUncaught);
  t.after(() => process.off("uncaughtException", onUncaught));
  await server.kill();
  await assert.rejects(store.get("a"));
  await assert.rejects(store.get("a"));
  assert.deepEqual(broken, []);
});

test("a command still waits for a connection when its time is over, and never runs", async (t) => {
  const server = await redisFor(t);
  const client = createClient({ url: server.url });
  client.on("error", () => undefined);
  await client.connect();
  t.after(() => client.destroy());
  const run = scriptRunner(client, 100, () => undefined);
  await server.kill();
  await until(() => !client.isReady, "the client to notice");
  const script = "return redis.call('SET', KEYS[1], 'late')";
  await assert.rejects(run("writing", script, "key"), /no answer within 0.1 s/);
  await server.restart();
  await until(() => client.isReady, "the client to be back");
  await client.ping();
  assert.equal(server.command("DBSIZE"), "0");
});

test("many write at once through two servers: each change is made once, and in order", async (t) => {
  const server = await redisFor(t);
  const stores = [(await openStore(t, server)).store, (await openStore(t, server)).store] as const;
  const attempt = anAttempt({ startedCount: 0 });
  await stores[0].create(attempt);
  const [writers, changes] = [20, 10];
  const write = async (index: number): Promise<void> => {
    const store = stores[index % 2] ?? stores[0];
    for (let done = 0; done < changes;) {
      const current = await store.get(attempt.id);
      holds(current);
      const next = { ...current, version: current.version + 1, startedCount: current.startedCount + 1 };
      if (await store.compareAndSet(attempt.id, current.version, next)) done++;
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, index) => write(index)));
  const end = await stores[1].get(attempt.id);
  assert.deepEqual([end?.startedCount, end?.version], [writers * changes, writers * changes + 1]);
});

test("in a cluster, the Pub/Sub connection is cut and its server killed: listeners are called", async (t) => {
  const cluster = await clusterFor(t);
  const { store } = await openClusterStore(t, cluster);
  const { store: other } = await openClusterStore(t, cluster);
  const attempts = Array.from({ length: 30 }, () => anAttempt());
  for (const attempt of attempts) await store.create(attempt);
  const called = new Set<string>();
  for (const { id } of attempts) await store.subscribe(id, () => called.add(id));
  for (const server of cluster.servers) server.command("CLIENT", "KILL", "TYPE", "pubsub");
  for (const attempt of attempts) await other.compareAndSet(attempt.id, 1, { ...attempt, version: 2 });
  await until(() => called.size === attempts.length, "all listeners to be called");

  called.clear();
  const carriers = cluster.servers.filter((server) =>
    server.command("PUBSUB", "CHANNELS").includes("changed"),
  );
  for (const server of carriers) await server.kill();
  for (const server of carriers) await server.restart();
  await until(() => called.size === attempts.length, "all listeners to be called again");
  const next = anAttempt();
  await succeeds(() => store.create(next));
  const seen = await follow(store, next.id);
  await change(other, next.id, 2);
  await until(() => seen.version === 2, "a notice afterwards");
});

for (const kind of ["redis", "valkey"] as const) {
  test(`behind Sentinel, the master of ${kind} is killed: no attempt is lost, and listeners are called`, async (t) => {
    const group = await sentinelFor(t, kind);
    const { store, errors } = await openSentinelStore(t, group);
    const { store: other } = await openSentinelStore(t, group);
    const attempts = Array.from({ length: 10 }, () => anAttempt());
    for (const attempt of attempts) await store.create(attempt);
    const followed: Awaited<ReturnType<typeof follow>>[] = [];
    for (const { id } of attempts) followed.push(await follow(store, id));
    const replicated = (): boolean => group.replica.command("DBSIZE") === group.master.command("DBSIZE");
    await until(replicated, "the replica to have it all");

    await group.master.kill();
    for (const { id } of attempts) await change(other, id, 2);
    await until(() => followed.every(({ version }) => version === 2), "all changes to be read");
    holds(errors.length > 0, "The site heard nothing of it");
    await until(() => followed.every(({ gaps }) => gaps > 0), "the listeners to be told of the gap");
    for (const { id } of attempts) await change(other, id, 3);
    await until(() => followed.every(({ version }) => version === 3), "the next notices");
  });
}

test("behind Sentinel, the Pub/Sub connection is cut: no change is missed", async (t) => {
  const group = await sentinelFor(t);
  const client = createSentinel(group.options);
  await client.connect();
  t.after(() => client.destroy());
  const errors: RedisStoreError[] = [];
  const store = await redisStore({ client, onError: (error) => void errors.push(error) });
  t.after(() => store.close());
  const attempt = anAttempt();
  await store.create(attempt);
  const seen = await follow(store, attempt.id);
  for (let version = 2; version <= 3; version++) {
    group.master.command("CLIENT", "KILL", "TYPE", "pubsub");
    await change(store, attempt.id, version);
    await until(() => seen.version === version, `version ${version}`);
  }
  holds(errors.length > 0, "The site heard nothing of it");
  await store.close();
  const channels = () => group.master.command("PUBSUB", "CHANNELS", "onegini*");
  await until(() => channels() === "", "the connection to end");
  const left = ["error", "topology-change"].map((name) => client.listenerCount(name));
  assert.deepEqual(left, [0, 0]);
});
