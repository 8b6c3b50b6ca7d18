import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";
import { redisKeys } from "../../../src/server/redis/redis-scripts.js";
import { Browser } from "../../unit/server/support/browser.js";
import { scriptedTokenServer, site, type Site } from "../../unit/server/support/site.js";
import {
  clusterFor,
  redisFor,
  sentinelFor,
  startRedis,
  type RedisServer,
} from "../../support/services/redis.js";
import { holds, until } from "../../support/until.js";
import { deadEndTo } from "./support/redis-connections.js";
import { openClusterStore, openSentinelStore, openStore, type OpenStore } from "./support/redis-stores.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const origin = "http://localhost:3000";
const key = `onegini-otp-login:pause-register:${origin}`;

/** How long a change may take to every server, as docs/kit.md promises. */
const promisedMs = 2000;

let server: RedisServer;
before(async () => (server = await startRedis({ appendOnly: true })));
after(() => server.stop());

/** A server of the site, with a connection of its own. */
async function node(
  t: TestContext,
  tokenServerUrl: string,
  open: (t: TestContext) => Promise<OpenStore> = () => openStore(t, server),
): Promise<Site> {
  const { store } = await open(t);
  return site(t, { tokenServerUrl, options: { store, origin } });
}

/** What a start is answered there. */
const startAt = async ({ url }: Site): Promise<number> =>
  (await new Browser({ url, origin }).post("")).status;

/** Whether a start is refused there because of a pause. */
async function isPausedAt({ url }: Site): Promise<boolean | undefined> {
  const response = await new Browser({ url, origin }).post("");
  if (response.status === 201) return false;
  const { error } = (await response.json()) as { error: string };
  return error === "login_paused" ? true : undefined;
}

/** Milliseconds until starts are answered so. */
async function msUntil(status: number, where: Site): Promise<number> {
  const since = performance.now();
  await until(async () => (await startAt(where)) === status, `${status} for a start`);
  return performance.now() - since;
}

const words = ["pause", "resume"] as const;
type Word = (typeof words)[number];

const opposite = (word: Word): Word => (word === "pause" ? "resume" : "pause");

/** All servers do what the operator said last, at the latest two seconds after `since`. */
async function allHold(t: TestContext, word: Word, nodes: readonly Site[], since: number): Promise<void> {
  const isPaused = word === "pause";
  await until(async () => {
    const all = await Promise.all(nodes.map(isPausedAt));
    return all.every((each) => each === isPaused);
  }, `${word} on ${nodes.length} servers`);
  const ms = performance.now() - since;
  t.diagnostic(`${word} held on ${nodes.length} servers ${ms.toFixed(0)} ms after the store's return`);
  holds(ms < promisedMs, `${ms} ms`);
}

/** The word before the last, and the last one. Every server has heard both. */
async function say(word: Word, by: Site, others: readonly Site[]): Promise<void> {
  for (const each of [opposite(word), word]) await sayOnce(each, by, others);
}

async function sayOnce(word: Word, by: Site, others: readonly Site[]): Promise<void> {
  await by.kit[word]();
  for (const each of others) await msUntil(word === "pause" ? 503 : 201, each);
}

describe("a pause in Redis", () => {
  test("begins and ends on another server within two seconds", async (t) => {
    const { url } = await scriptedTokenServer(t);
    const [one, other] = [await node(t, url), await node(t, url)];
    for (const each of [one, other]) assert.equal(await startAt(each), 201);
    await one.kit.pause();
    assert.equal(await startAt(one), 503);
    const paused = await msUntil(503, other);
    await other.kit.resume();
    assert.equal(await startAt(other), 201);
    const resumed = await msUntil(201, one);
    t.diagnostic(`heard after ${paused.toFixed(0)} and ${resumed.toFixed(0)} ms`);
    holds(paused < promisedMs && resumed < promisedMs);
  });

  test("holds for a server that starts later, and after a restart of Redis that keeps its data", async (t) => {
    const { url } = await scriptedTokenServer(t);
    const one = await node(t, url);
    await one.kit.pause();
    assert.equal(await startAt(await node(t, url)), 503);
    await server.restart();
    assert.equal(await startAt(one), 503);
    await until(async () => (await one.kit.health()).store === "ok", "Redis");
    assert.equal(await startAt(await node(t, url)), 503);
    await one.kit.resume();
  });

  test("is read again by a server whose connection was lost when it began or ended", async (t) => {
    const { url } = await scriptedTokenServer(t);
    const where = await node(t, url);
    await where.kit.resume();
    for (const paused of [true, false]) {
      const { version } = JSON.parse(server.command("GET", key)) as { version: number };
      // Without a message, as if that was lost with the connection.
      server.command("SET", key, JSON.stringify({ format: 1, version: version + 1, paused }));
      server.command("CLIENT", "KILL", "TYPE", "pubsub");
      const ms = await msUntil(paused ? 503 : 201, where);
      holds(ms < promisedMs, `${ms} ms`);
    }
  });

  test("is kept for ever, with its end or without", async (t) => {
    const { url } = await scriptedTokenServer(t);
    const { kit } = await node(t, url);
    const said = { by: "jane", reason: "the app's release" };
    for (const say of [
      () => kit.pause({ until: Date.now() + 60_000, ...said }),
      () => kit.pause(said),
      () => kit.resume(said),
    ]) {
      await say();
      assert.equal(server.command("PTTL", key), "-1");
    }
    const { version, ...rest } = JSON.parse(server.command("GET", key)) as Record<string, unknown>;
    assert.deepEqual(rest, { format: 1, paused: false, ...said });
    holds(Math.abs(Number(version) - Date.now()) < 60_000, String(version));
  });

  test("is not the one of version 0.1.0, which had another key and no format", async (t) => {
    const { url } = await scriptedTokenServer(t);
    const old = `onegini-otp-login:pause:${origin}`;
    server.command("SET", old, "{}");
    assert.equal(await startAt(await node(t, url)), 201);
    assert.equal(server.command("GET", old), "{}");
    server.command("DEL", old);
  });

  test("is over by Redis' clock, also for a server that starts then", async (t) => {
    const { url } = await scriptedTokenServer(t);
    const { store } = await openStore(t, server);
    const one = await site(t, { tokenServerUrl: url, options: { store, origin } });
    await one.kit.pause({ until: store.now() + 500 });
    assert.equal(await startAt(one), 503);
    await msUntil(201, one);
    assert.equal(await startAt(await node(t, url)), 201);
  });

  test("stays when the command of docs/deployment.md deletes the logins, as do the forgotten browsers", (t) => {
    const page = readFileSync(new URL("../../../docs/deployment.md", import.meta.url), "utf8");
    const [, command = ""] =
      /^ *```sh\n([^`]*--scan[^`]*)```/m.exec(page) ?? assert.fail("There is no command");
    const directory = temporaryFolder(t);
    const cli = execFileSync("sh", ["-c", "command -v redis-cli"], { encoding: "utf8" }).trim();
    writeFileSync(join(directory, "redis-cli"), `#!/bin/sh\nexec ${cli} -p ${server.port} "$@"\n`, {
      mode: 0o755,
    });
    const { attempt, transaction, limit } = redisKeys("onegini-otp-login:");
    const kept = [key, "onegini-otp-login:forgotten:https://www.example.com"];
    for (const name of [attempt("a"), transaction("t"), limit("startsPerAddress", "x"), ...kept])
      server.command("SET", name, "1");
    const env = { ...process.env, PATH: `${directory}:${process.env["PATH"]}` };
    execFileSync("sh", ["-c", command], { env });
    assert.deepEqual(server.command("KEYS", "*").split("\n").sort(), kept.sort());
    server.flush();
  });

  for (const [what, write, read] of [
    ["format 2", ["SET", key, '{"format":2,"version":1,"paused":false}'], ["GET", key]],
    ["format 0", ["SET", key, '{"format":0,"version":1,"paused":false}'], ["GET", key]],
    ["garbage", ["SET", key, "garbage"], ["GET", key]],
    ["another type", ["HSET", key, "format", "2"], ["HGETALL", key]],
  ] as const) {
    test(`pauses all servers and is never written over where it cannot be read: ${what}`, async (t) => {
      const { url } = await scriptedTokenServer(t);
      const one = await node(t, url);
      await one.kit.resume();
      server.command("DEL", key);
      server.command(...write);
      const stored = server.command(...read);
      const later = await node(t, url);
      server.command("PUBLISH", "onegini-otp-login:changed", `pause:${origin}`);
      for (const where of [one, later]) {
        await msUntil(503, where);
        await assert.rejects(where.kit.resume(), { name: "UnreadablePause" });
        holds(where.events.some(({ type }) => type === "store_unreadable"));
        assert.equal(
          where.events.some(({ type }) => type === "store_trouble"),
          false,
        );
      }
      assert.equal(server.command(...read), stored);
      server.command("DEL", key);
      await one.kit.resume();
      await msUntil(201, later);
    });
  }

  for (const word of words) {
    test(`${word} as the last word outlives an emptied Redis, on servers that run and on a new one`, async (t) => {
      const { url } = await scriptedTokenServer(t);
      const nodes = [await node(t, url), await node(t, url)];
      await say(word, nodes[0]!, nodes);
      const since = performance.now();
      server.flush();
      nodes.push(await node(t, url));
      await allHold(t, word, nodes, since);
      await nodes[0]!.kit.resume();
    });

    test(`${word} as the last word outlives an older copy, which has the other one`, async (t) => {
      const { url } = await scriptedTokenServer(t);
      const redis = await redisFor(t);
      const open = (): Promise<OpenStore> => openStore(t, redis);
      const nodes = [await node(t, url, open), await node(t, url, open)];
      await sayOnce(opposite(word), nodes[0]!, nodes);
      redis.command("SAVE");
      await sayOnce(word, nodes[1]!, nodes);
      await redis.restart();
      const since = performance.now();
      nodes.push(await node(t, url, open));
      await allHold(t, word, nodes, since);
    });

    test(`${word} as the last word outlives a failover that lost it`, async (t) => {
      const { url } = await scriptedTokenServer(t);
      const group = await sentinelFor(t);
      const open = (): Promise<OpenStore> => openSentinelStore(t, group);
      const nodes = [await node(t, url, open), await node(t, url, open)];
      await sayOnce(opposite(word), nodes[0]!, nodes);
      await until(
        () => group.replica.command("GET", key) === group.master.command("GET", key),
        "the replica",
      );
      // From here on the replica hears nothing of the master.
      group.replica.command("REPLICAOF", "127.0.0.1", "1");
      await sayOnce(word, nodes[0]!, nodes);
      const before = group.replica.command("GET", key);
      assert.notEqual(before, group.master.command("GET", key));
      const masterOf = (): string => group.sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main");
      const oldMaster = masterOf();
      await group.master.kill();
      await until(() => masterOf() !== oldMaster, "the failover", 60_000);
      await until(
        async () =>
          (await nodes[0]!.kit.health()).store === "ok" && (await nodes[1]!.kit.health()).store === "ok",
        "the other master",
        60_000,
      );
      const since = performance.now();
      nodes.push(await node(t, url, open));
      await allHold(t, word, nodes, since);
      assert.notEqual(before, group.replica.command("GET", key));
    });

    test(`${word} as the last word outlives all servers that heard it, replaced one by one, while Redis is emptied in between`, async (t) => {
      const { url } = await scriptedTokenServer(t);
      let nodes = [await node(t, url), await node(t, url)];
      await say(word, nodes[0]!, nodes);
      for (let replaced = 0; replaced < 2; replaced++) {
        const since = performance.now();
        server.flush();
        const [old, kept] = nodes;
        await old!.kit.close();
        nodes = [kept!, await node(t, url)];
        await allHold(t, word, nodes, since);
      }
      await nodes[0]!.kit.resume();
    });

    test(`${word} as the last word is heard by a server that was cut off when it was said`, async (t) => {
      const { url } = await scriptedTokenServer(t);
      const proxy = await deadEndTo(t, server.port);
      const [here, cutOff] = [
        await node(t, url),
        await node(t, url, () => openStore(t, { ...server, url: proxy.url })),
      ];
      await sayOnce(opposite(word), here, [here, cutOff]);
      proxy.cutOff();
      await until(async () => (await cutOff.kit.health()).store === "unreachable", "the connection to end");
      await sayOnce(word, here, [here]);
      proxy.restore();
      await until(async () => (await cutOff.kit.health()).store === "ok", "the connection");
      await allHold(t, word, [here, cutOff], performance.now());
      await here.kit.resume();
    });

    test(`${word} as the last word holds in a cluster that is emptied`, async (t) => {
      const { url } = await scriptedTokenServer(t);
      const cluster = await clusterFor(t);
      const open = (): Promise<OpenStore> => openClusterStore(t, cluster);
      const nodes = [await node(t, url, open), await node(t, url, open)];
      await say(word, nodes[0]!, nodes);
      const since = performance.now();
      for (const each of cluster.servers) each.flush();
      nodes.push(await node(t, url, open));
      await allHold(t, word, nodes, since);
    });
  }
});
