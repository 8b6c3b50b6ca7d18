import assert from "node:assert/strict";

/**
 * Asserts that something holds. `assert.ok` without a message reads the source to make one up, and on the single long
 * line that tsx makes of a file Node 20 never comes to an end: a failing test would hang instead.
 */
export function holds(condition: unknown, message = "This should hold."): asserts condition {
  assert.ok(condition, message);
}
