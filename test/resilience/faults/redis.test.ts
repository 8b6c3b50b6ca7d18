import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../support/until.js";
import { outcome, production, type Login, type Production } from "./support/production.js";

const acceptAll = (logins: readonly Login[]): Promise<unknown> =>
  Promise.all(logins.map((login) => login.accept()));
const loginsUnderWay = (site: Production): Promise<void> =>
  until(() => site.messages.some(({ kind }) => kind === "sign-in begins"), "a login to be under way");

/**
 * Faults of Redis in the middle of logins, with two servers and the widget's own flow at every page. Six people are
 * logging in when it happens, six accept while it lasts, six right afterwards.
 */
describe("Redis", { concurrency: 3 }, () => {
  test("killed and started again, with what it wrote down: nothing is lost", async (t) => {
    const site = await production(t, { signInMs: 300 });
    const [before, during, after] = [await site.open(6), await site.open(6), await site.open(6)];
    await acceptAll(before);
    await loginsUnderWay(site);
    await site.redis.kill();
    await acceptAll(during);
    await sleep(3000);
    await site.redis.restart();
    const endedAt = performance.now();
    await acceptAll(after);
    const { accepted, lost, doubled } = await outcome(t, [...before, ...during, ...after], site, endedAt);
    assert.deepEqual({ accepted, lost, doubled }, { accepted: 18, lost: 0, doubled: 0 });
  });

  test("paused for ten seconds: nothing is lost", async (t) => {
    const site = await production(t, { signInMs: 300 });
    const [before, during, after] = [await site.open(6), await site.open(6), await site.open(6)];
    await acceptAll(before);
    await loginsUnderWay(site);
    site.redis.pause();
    await acceptAll(during);
    await sleep(10_000);
    site.redis.resume();
    const endedAt = performance.now();
    await acceptAll(after);
    const { accepted, lost, doubled } = await outcome(t, [...before, ...during, ...after], site, endedAt);
    assert.deepEqual({ accepted, lost, doubled }, { accepted: 18, lost: 0, doubled: 0 });
  });

  // The one exception: what Redis forgets, nobody remembers.
  test("flushed: logins that run are finished, and every page gets a fresh code by itself", async (t) => {
    const site = await production(t, { signInMs: 500 });
    const [before, pending] = [await site.open(6), await site.open(6)];
    await acceptAll(before);
    const users = new Set(before.map(({ user }) => user));
    const begun = () =>
      site.messages.filter((m) => m.kind === "sign-in begins" && users.has(m.userId)).length;
    await until(() => begun() === 6, "all six logins to be under way");
    const attempts = new Set(pending.map(({ visitor: { state } }) => "attempt" in state && state.attempt));
    site.redis.flush();
    const endedAt = performance.now();
    const isFresh = ({ visitor: { state } }: Login): boolean =>
      state.phase === "pending" && !attempts.has(state.attempt);
    await until(() => pending.every(isFresh), "a fresh code on every page", 25_000);
    t.diagnostic(`every page had a fresh code ${((performance.now() - endedAt) / 1000).toFixed(1)} s later`);
    await acceptAll(pending);
    const { accepted, lost, doubled } = await outcome(t, [...before, ...pending], site, performance.now());
    assert.deepEqual({ accepted, lost, doubled }, { accepted: 12, lost: 0, doubled: 0 });
  });

  test("killed without having written anything down: as if flushed", async (t) => {
    const site = await production(t, { redis: { appendOnly: false } });
    const pending = await site.open(6);
    const attempts = new Set(pending.map(({ visitor: { state } }) => "attempt" in state && state.attempt));
    await site.redis.restart();
    const endedAt = performance.now();
    const isFresh = ({ visitor: { state } }: Login): boolean =>
      state.phase === "pending" && !attempts.has(state.attempt);
    await until(() => pending.every(isFresh), "a fresh code on every page", 25_000);
    t.diagnostic(`every page had a fresh code ${((performance.now() - endedAt) / 1000).toFixed(1)} s later`);
    await acceptAll(pending);
    const { accepted, lost, doubled } = await outcome(t, pending, site, performance.now());
    assert.deepEqual({ accepted, lost, doubled }, { accepted: 6, lost: 0, doubled: 0 });
  });
});
