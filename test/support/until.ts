import assert from "node:assert/strict";

/**
 * Resolves as soon as a condition holds. Rejects, saying what was awaited, after a limit that only a broken test reaches:
 * it is no measure of speed.
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  maxMs = 30_000,
): Promise<void> {
  const giveUpAt = performance.now() + maxMs;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/**
 * Asserts that something holds. `assert.ok` without a message reads the source to make one up, and on the single long
 * line that tsx makes of a file Node 20 never comes to an end: a failing test would hang instead.
 */
export function holds(condition: unknown, message = "This should hold."): asserts condition {
  assert.ok(condition, message);
}
