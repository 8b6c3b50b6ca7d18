import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { holds } from "../../../unit/server/support/holds.js";
import type { OpenStore } from "./redis-stores.js";
import { until } from "../../../support/until.js";

/** The behaviour of every rate limiter of a store that servers share. */
export function describeLimiter(place: string, open: (t: TestContext) => Promise<OpenStore>): void {
  test(`${place}: servers count together, each key and each limit separately`, async (t) => {
    const [one, two] = [await open(t), await open(t)];
    const limit = { name: "starts-per-address", count: 3, seconds: 60 };
    const [here, there] = [one.store.limiter(limit), two.store.limiter(limit)];
    const counted = [];
    for (const limiter of [here, there, here, there, here]) counted.push(await limiter.count("::1"));
    assert.deepEqual(
      counted.map(({ allowed }) => allowed),
      [true, true, true, false, false],
    );
    for (const { resetMs } of counted) holds(resetMs > 50_000 && resetMs <= 60_000, `${resetMs} ms`);
    assert.equal((await here.count("::2")).allowed, true);
    assert.equal((await one.store.limiter({ ...limit, name: "another" }).count("::1")).allowed, true);
  });

  test(`${place}: counting begins again when the time is over`, async (t) => {
    const { store } = await open(t);
    const limiter = store.limiter({ name: "short", count: 1, seconds: 1 });
    assert.equal((await limiter.count("a")).allowed, true);
    const { allowed, resetMs } = await limiter.count("a");
    assert.equal(allowed, false);
    const overAt = performance.now() + resetMs + 20;
    await until(() => performance.now() > overAt, "the time to be over");
    assert.equal((await limiter.count("a")).allowed, true);
  });
}
