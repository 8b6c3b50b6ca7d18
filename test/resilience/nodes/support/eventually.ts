/** Resolves when a question is answered with yes; rejects, saying what was awaited, if it is not in time. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  maxMs = 10_000,
): Promise<void> {
  for (const giveUpAt = performance.now() + maxMs; !(await holds());) {
    if (performance.now() > giveUpAt) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
