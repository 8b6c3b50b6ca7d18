import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until, holds } from "../../support/until.js";
import { startRedis, type RedisServer } from "../../support/services/redis.js";
import { openStore, writeAttemptWithClock } from "./support/redis-stores.js";

let server: RedisServer;
before(async () => (server = await startRedis()));
after(() => server.stop());

test("a store's time is Redis' own, in whole milliseconds", async (t) => {
  const { store } = await openStore(t, server);
  const [seconds = NaN] = server.command("TIME").split("\n").map(Number);
  const before = seconds * 1000;
  const now = store.now();
  const [later = NaN] = server.command("TIME").split("\n").map(Number);
  holds(Number.isInteger(now));
  // `before` is rounded down; a second more allows for the error of the measurement.
  holds(now > before - 1000 && now < (later + 1) * 1000 + 1000, `${now} is not from ${before} to ${later}`);
});

test("Redis is asked for its time each minute until the store is closed, also after a failure", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const askedForTime = (): number =>
    Number(/cmdstat_time:calls=(\d+)/.exec(server.command("INFO", "commandstats"))?.[1] ?? 0);
  const { store } = await openStore(t, server, { commandSeconds: 0.2 });
  server.command("CONFIG", "RESETSTAT");
  t.mock.timers.tick(59_999);
  await store.get("a");
  assert.equal(askedForTime(), 0);
  t.mock.timers.tick(1);
  await until(() => askedForTime() === 1, "the first question");
  server.pause();
  t.mock.timers.tick(60_000);
  await assert.rejects(store.get("a"), { kind: "timeout" });
  server.resume();
  await until(() => askedForTime() === 2, "the second question to be answered");
  t.mock.timers.tick(60_000);
  await until(() => askedForTime() === 3, "the third question");
  await store.close();
  t.mock.timers.tick(120_000);
  await store.get("a");
  assert.equal(askedForTime(), 3);
});

for (const clock of ["+3600s", "-3600s"]) {
  test(`a server whose host's clock is off by ${clock} uses Redis' clock`, async () => {
    server.flush();
    const startedAt = Date.now();
    const { now, hostNow } = await writeAttemptWithClock(clock, server);
    holds(now > startedAt - 1000 && now < Date.now() + 1000, `off by ${now - Date.now()} ms`);
    holds(Math.abs(hostNow - now) > 3_590_000, "The host's clock was right");
    // An attempt that is written for a minute is kept for a minute.
    const keys = server.command("KEYS", "*").split("\n");
    assert.equal(keys.length, 2);
    for (const key of keys) {
      const left = Number(server.command("PTTL", key));
      holds(left > 0 && left <= 61_000, `${key} lives for ${left} ms`);
    }
  });
}
