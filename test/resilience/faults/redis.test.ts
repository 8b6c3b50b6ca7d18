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
