import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test, type TestContext } from "node:test";
import { createClient } from "redis";
import { redisStore, type RedisStore } from "onegini-otp-login/redis";
import { findLeaks, type Secret } from "../../support/secrets.js";
import { startRedis, type RedisServer } from "../../support/services/redis.js";
import { holds } from "../../support/until.js";
import {
  allLogins,
  assertKept,
  carriedSecrets,
  handedOverLogin,
  handingOver,
  isOfTicket,
  listenToConsole,
  quick,
} from "../../unit/server/support/marked-logins.js";
import { markedSite, plainMark } from "../../unit/server/support/marked-site.js";
import { monitorRedis } from "./support/redis-connections.js";

describe("Whole logins with marked secrets, on Redis", () => {
  let redis: RedisServer;
  beforeEach(async () => (redis = await startRedis()));
  afterEach(() => redis.stop());

  for (const hook of [true, false]) {
    test(`put no code and no cookie into Redis, and its password nowhere, ${hook ? "with" : "without"} onEvent`, async (t) => {
      const written = listenToConsole(t);
      const heard = await monitorRedis(t, redis);
      const password = plainMark("redis-password");
      redis.command("ACL", "SETUSER", "site", "on", `>${password}`, "~*", "&*", "+@all");
      const client = createClient({ url: redis.url, username: "site", password });
      client.on("error", (error) => console.error("the site's own words about Redis", error));
      await client.connect();
      const store = await redisStore({ client, commandSeconds: 0.5 });
      t.after(async () => {
        await store.close();
        client.destroy();
      });
      const world = await markedSite(t, { hook, options: () => ({ ...quick, store }) });

      await allLogins(world);
      const waiting = world.browser("heidi");
      const { attempt } = await waiting.start();
      const stream = await waiting.stream(attempt);
      await stream.status("pending");
      await redis.kill();
      assert.equal((await waiting.get(`/${attempt}`)).status, 503);
      assert.equal((await world.browser("ivan").post("")).status, 503);
      stream.close();

      const inRedis = { where: "redis", text: heard() };
      const outflows = [...world.outflows(), ...written, inRedis];
      const secrets: Secret[] = [
        ...world.secrets(),
        ...carriedSecrets,
        { name: "password of Redis", value: password, belongs: undefined },
      ];
      // Monitored commands are written with \" and \x.., and in them the attempts' JSON.
      holds(inRedis.text.includes('[\\"pending\\"]'), "The monitor received no attempt.");
      assertKept(outflows, secrets);
      const said = hook ? world.outflows() : written;
      holds(
        said.some(({ where, text }) => (where + text).includes("store_trouble")),
        "Nothing was told about the store.",
      );
    });
  }
});

/** A store on a Redis whose commands are written down. */
async function monitoredStore(t: TestContext): Promise<{ store: RedisStore; heard: () => string }> {
  const redis = await startRedis();
  const heard = await monitorRedis(t, redis);
  const client = await createClient({ url: redis.url }).connect();
  const store = await redisStore({ client });
  t.after(async () => {
    await store.close();
    client.destroy();
    await redis.stop();
  });
  return { store, heard };
}

test("A login that the site takes over puts no ticket into Redis, only its hash", async (t) => {
  const { store, heard } = await monitoredStore(t);
  const world = await markedSite(t, { options: () => ({ ...handingOver, store }) });

  await handedOverLogin(world);

  const inRedis = { where: "redis", text: heard() };
  assertKept([...world.outflows(), inRedis], world.secrets().filter(isOfTicket));
});

test("a planted secret in Redis is found", async (t) => {
  const { store, heard } = await monitoredStore(t);
  const world = await markedSite(t, { options: () => ({ store }) });
  const alice = world.browser("alice");
  await alice.start();
  await alice.start({ headers: { "user-agent": alice.cookie ?? "" } });
  const leaks = findLeaks([{ where: "redis", text: heard() }], world.secrets());
  holds(leaks.includes("cookie of alice, as it is: redis"), leaks.join("\n"));
});
