import assert from "node:assert/strict";
import { test } from "node:test";
import { LogThrottle } from "../../../../src/server/limits/log-throttle.js";

test("a kind is due once in the interval, whatever the other kinds are", () => {
  let now = 0;
  const throttle = new LogThrottle(60_000, { now: () => now });
  const due = (kind: string, at: number): boolean => {
    now = at;
    return throttle.isDue(kind);
  };
  assert.deepEqual(
    [due("a", 0), due("a", 1), due("b", 2), due("a", 59_999), due("a", 60_000), due("b", 60_001)],
    [true, false, true, false, true, false],
  );
});
