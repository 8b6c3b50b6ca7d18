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
