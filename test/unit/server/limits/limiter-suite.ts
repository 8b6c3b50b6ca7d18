import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { holds } from "../support/holds.js";
import type { OpenStore } from "../support/redis-stores.js";
import { until } from "../support/until.js";

/** What the limiters of a store that servers share must do, wherever it is. */
export function describeLimiter(place: string, open: (t: TestContext) => Promise<OpenStore>): void {
  test(`${place}: servers count together, each key and each limit by itself`, async (t) => {
    const [one, two] = [await open(t), await open(t)];
    const limit = { name: "starts-per-address", count: 3, seconds: 60 };
    const [here, there] = [one.store.limiter(limit), two.store.limiter(limit)];
    const counted = [];
    for (const limiter of [here, there, here, there, here]) counted.push(await limiter.count("::1"));
    assert.deepEqual(
      counted.map(({ allowed, used }) => ({ allowed, used })),
      [1, 2, 3, 4, 5].map((used) => ({ allowed: used <= 3, used })),
    );
    for (const { resetMs } of counted) holds(resetMs > 50_000 && resetMs <= 60_000, `${resetMs} ms`);
    assert.equal((await here.count("::2")).used, 1);
    assert.equal((await one.store.limiter({ ...limit, name: "another" }).count("::1")).used, 1);
  });

  test(`${place}: when the time is over, counting begins anew`, async (t) => {
    const { store } = await open(t);
    const limiter = store.limiter({ name: "short", count: 1, seconds: 1 });
    assert.equal((await limiter.count("a")).allowed, true);
    const { allowed, resetMs } = await limiter.count("a");
    assert.equal(allowed, false);
    const overAt = performance.now() + resetMs + 20;
    await until(() => performance.now() > overAt, "the time to be over");
    assert.equal((await limiter.count("a")).used, 1);
  });
}
