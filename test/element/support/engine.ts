/** The engine that the tests run in, as it says itself. */
export const engine = /Firefox\//.test(navigator.userAgent)
  ? "Firefox"
  : /Chrome\//.test(navigator.userAgent)
    ? "Chromium"
    : "WebKit";

/**
 * A test that some engines cannot pass, with the reason for each. There the run names it and the reason instead; they
 * are few, and test/README.md names them all.
 */
export function itExceptIn(
  reasons: Partial<Record<typeof engine, string>>,
  name: string,
  body: () => Promise<void>,
): void {
  const reason = reasons[engine];
  if (reason === undefined) it(name, body);
  else console.log(`Not in ${engine}: "${name}", because ${reason}.`);
}
