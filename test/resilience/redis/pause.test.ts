import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import { Browser } from "../../unit/server/support/browser.js";
import { scriptedTokenServer, site, type Site } from "../../unit/server/support/site.js";
import { startRedis, type RedisServer } from "../../support/services/redis.js";
import { holds, until } from "../../support/until.js";
import { openStore } from "./support/redis-stores.js";

const origin = "http://localhost:3000";

/** How long a change may take to every server, as docs/kit.md promises. */
const promisedMs = 2000;

let server: RedisServer;
before(async () => (server = await startRedis({ appendOnly: true })));
after(() => server.stop());

/** A server of the site, with a connection of its own. */
async function node(t: TestContext, tokenServerUrl: string): Promise<Site> {
  const { store } = await openStore(t, server);
  return site(t, { tokenServerUrl, options: { store, origin } });
}

/** What a start is answered there. */
const startAt = async ({ url }: Site): Promise<number> =>
  (await new Browser({ url, origin }).post("")).status;

/** Milliseconds until starts are answered so. */
async function msUntil(status: number, where: Site): Promise<number> {
  const since = performance.now();
  await until(async () => (await startAt(where)) === status, `${status} for a start`);
  return performance.now() - since;
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
    const key = `onegini-otp-login:pause:${origin}`;
    assert.equal(await startAt(where), 201);
    // Without a message, as if that was lost with the connection.
    server.command("SET", key, "{}");
    server.command("CLIENT", "KILL", "TYPE", "pubsub");
    await msUntil(503, where);
    server.command("DEL", key);
    server.command("CLIENT", "KILL", "TYPE", "pubsub");
    await msUntil(201, where);
  });

  test("is deleted by Redis at its end, and kept for ever without one", async (t) => {
    const { store } = await openStore(t, server);
    const key = `onegini-otp-login:pause:${origin}`;
    const pauses = store.pauseSwitch(origin);
    await pauses.set({ until: store.now() + 60_000 });
    const left = Number(server.command("PTTL", key));
    holds(left > 50_000 && left <= 60_000, String(left));
    await pauses.set({});
    assert.equal(server.command("PTTL", key), "-1");
    await pauses.set(undefined);
    await until(() => server.command("EXISTS", key) === "0", "it to go");
  });

  test("is an error that names the key if something else wrote it, and a start does not wait for it", async (t) => {
    const { url } = await scriptedTokenServer(t);
    const where = await node(t, url);
    const key = `onegini-otp-login:pause:${origin}`;
    for (const value of ["garbage", "5", '{"until":"soon"}']) {
      server.command("SET", key, value);
      const { store } = await openStore(t, server);
      const message = `Redis: the key "${key}" does not contain a pause`;
      await assert.rejects(
        store.pauseSwitch(origin).subscribe(() => undefined),
        { message },
      );
    }
    assert.equal(await startAt(where), 201);
    holds(where.events.some(({ type }) => type === "store_trouble"));
    server.command("DEL", key);
  });
});
