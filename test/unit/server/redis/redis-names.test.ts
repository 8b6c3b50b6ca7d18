import assert from "node:assert/strict";
import { test } from "node:test";
import { redisKeys } from "../../../../src/server/redis/redis-keys.js";

test("the names in Redis stay as they are, so that servers of two versions find what the other wrote", () => {
  const keys = redisKeys("site:");
  assert.deepEqual(
    [keys.attempt("a"), keys.transaction("t"), keys.clock, keys.changed],
    ["site:attempt:a", "site:transaction:t", "site:clock", "site:changed"],
  );
});
