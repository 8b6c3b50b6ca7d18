/** A claim of docs/security.md or docs/cross-device.md, the defence in the code that makes it true, and a test that must fail without it. */
export interface Defence {
  /** The claim, in a few words. */
  claim: string;
  /** The file with the defence. */
  file: string;
  /** The defence: a text that is in the file exactly once. Small and stable, because the file changes. */
  text: string;
  /** What takes its place. The file must still be valid, so that the test fails for the right reason. */
  without: string;
  /** The file of the test. */
  test: string;
  /** The title of the test or its suite in that file, with … for each `${…}`. */
  title: string;
}

/**
 * A file's source without the defence.
 *
 * @throws Error if the defence's text is not in it exactly once
 */
export function withoutDefence(source: string, { file, text, without }: Defence): string {
  const parts = source.split(text);
  if (parts.length !== 2) {
    throw new Error(`${file} has this text ${parts.length - 1} times instead of once:\n${text}`);
  }
  return parts.join(without);
}
