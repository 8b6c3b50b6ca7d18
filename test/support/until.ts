import assert from "node:assert/strict";

/**
 * Resolves as soon as a condition holds. Rejects after a limit that only a broken test reaches. The limit does not
 * measure speed.
 *
 * @param what names the condition in the error
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  maxMs = 30_000,
): Promise<void> {
  const giveUpAt = performance.now() + maxMs;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`Waited too long for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/**
 * Asserts that a condition is true. `assert.ok` without a message reads the source to write one. tsx compiles a file to
 * one long line, and Node 20 never finishes reading that, so a failing test would hang.
 */
export function holds(condition: unknown, message = "This should hold."): asserts condition {
  assert.ok(condition, message);
}
