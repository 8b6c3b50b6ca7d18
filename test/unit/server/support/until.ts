/** Resolves as soon as a condition holds; rejects, saying what was awaited, if it does not in a few seconds. */
export async function until(holds: () => boolean, what: string, maxMs = 5000): Promise<void> {
  const giveUpAt = performance.now() + maxMs;
  while (!holds()) {
    if (performance.now() > giveUpAt) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
