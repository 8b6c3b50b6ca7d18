import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "../../support/until.js";
import {
  acceptAll,
  expectAllLoggedIn,
  pass,
  production,
  signInsBegun,
  type Login,
  type Production,
} from "./support/production.js";

/** Redis fails in the middle of logins. */
describe("Redis", { concurrency: 2 }, () => {
  /** Six people are logging in when it happens, six accept while it lasts, and six right afterwards. */
  const interrupted = async (
    t: Parameters<typeof production>[0],
    begin: (site: Production) => Promise<void> | void,
    end: (site: Production) => Promise<void> | void,
  ): Promise<void> => {
    // Codes are renewed 10 s before they end: longer than the fault lasts.
    const site = await production(t, { signInMs: 300, ttlSeconds: 40 });
    const [before, during, after] = [await site.open(6), await site.open(6), await site.open(6)];
    await acceptAll(before);
    await signInsBegun(site, 1);
    await begin(site);
    await acceptAll(during);
    await pass(4);
    await end(site);
    await acceptAll(after);
    await expectAllLoggedIn(t, site, [...before, ...during, ...after]);
  };

  test("killed, and started again with its data: no login is lost", (t) =>
    interrupted(
      t,
      ({ redis }) => redis.kill(),
      ({ redis }) => redis.restart(),
    ));

  test("paused: no login is lost", (t) =>
    interrupted(
      t,
      ({ redis }) => redis.pause(),
      ({ redis }) => redis.resume(),
    ));

  test("paused for 5 s: 6 s later all who accepted meanwhile are logged in, with 2,000 streams on each server", async (t) => {
    const site = await production(t, { ttlSeconds: 600 });
    await site.openStreams(2000);
    const people = await site.open(40);
    site.redis.pause();
    await acceptAll(people);
    await pass(5);
    const backAt = performance.now();
    site.redis.resume();
    await expectAllLoggedIn(t, site, people);
    const times = people.map(
      ({ visitor: { phases } }) =>
        (phases.find(({ phase }) => phase === "completed")?.at ?? Infinity) - backAt,
    );
    const latest = Math.max(...times) / 1000;
    t.diagnostic(`all are logged in ${latest.toFixed(1)} s after Redis works again`);
    assert.ok(latest <= 6, `${latest} s`);
  });

  const attemptOf = ({ visitor: { state } }: Login) => "attempt" in state && state.attempt;

  /** Waits until every page has begun a new attempt by itself. */
  const freshCodes = (logins: readonly Login[], attempts: ReadonlySet<unknown>): Promise<void> =>
    until(
      () =>
        logins.every((login) => login.visitor.state.phase === "pending" && !attempts.has(attemptOf(login))),
      "a fresh code on every page",
      60_000,
    );

  test("flushed: running logins are finished, and every page gets a new code by itself", async (t) => {
    const site = await production(t, { signInMs: 500 });
    const [before, pending] = [await site.open(6), await site.open(6)];
    await acceptAll(before);
    await signInsBegun(site, 6);
    const attempts = new Set(pending.map(attemptOf));
    site.redis.flush();
    await freshCodes(pending, attempts);
    await acceptAll(pending);
    await expectAllLoggedIn(t, site, [...before, ...pending]);
  });

  test("killed, and started again without its data: every page gets a new code by itself", async (t) => {
    const site = await production(t, { redis: { appendOnly: false } });
    const pending = await site.open(6);
    const attempts = new Set(pending.map(attemptOf));
    await site.redis.restart();
    await freshCodes(pending, attempts);
    await acceptAll(pending);
    await expectAllLoggedIn(t, site, pending);
  });
});
