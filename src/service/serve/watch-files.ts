import { unwatchFile, watchFile } from "node:fs";

/** How often each file is looked at. */
const intervalMs = 1_000;

/** For how long nothing may have changed before the files are read: longer than `intervalMs`, so that one more look is in it. */
const settledMs = 1_500;

/** After how long files are read again of which one was wrong: what is wrong may be elsewhere, such as Redis' own password. */
const retryMs = 10_000;

/**
 * Calls `read` when files have changed and none of them is being written any more, and once soon after the start, because one may
 * have changed since it was read. It looks at the file that a path leads to, so it sees one that is written in place, one that is
 * replaced, and a mount of Kubernetes, where a link to another folder is.
 *
 * @param read resolves to whether all could be read. Never rejects
 * @returns a function that stops watching
 */
export function watchFiles(paths: readonly string[], read: () => Promise<boolean>): () => void {
  if (paths.length === 0) return () => undefined;
  let retry: NodeJS.Timeout | undefined;
  let isOver = false;
  const readNow = async (): Promise<void> => {
    clearTimeout(retry);
    if (!(await read()) && !isOver) retry = setTimeout(() => void readNow(), retryMs).unref();
  };
  const timer = setTimeout(() => void readNow(), settledMs).unref();
  const wait = (): void => void timer.refresh();
  for (const path of paths) watchFile(path, { interval: intervalMs, persistent: false }, wait);
  return () => {
    isOver = true;
    for (const path of paths) unwatchFile(path, wait);
    clearTimeout(timer);
    clearTimeout(retry);
  };
}
