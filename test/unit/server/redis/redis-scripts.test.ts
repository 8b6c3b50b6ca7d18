import assert from "node:assert/strict";
import { test } from "node:test";
import { redisKeys } from "../../../../src/server/redis/redis-scripts.js";

test("the names of keys stay the same, because servers of two versions share them", () => {
  const keys = redisKeys("site:");
  const found = [keys.attempt("a"), keys.transaction("t"), keys.clock, keys.changed];
  assert.deepEqual(found, ["site:attempt:a", "site:transaction:t", "site:clock", "site:changed"]);
});
