import { stat } from "node:fs/promises";
import { codeOf } from "../process/error-code.js";

/** How often the files are looked at. */
const intervalMs = 1_000;

/** After how many looks files are read again of which one was wrong: what is wrong may be elsewhere, such as Redis' own password. */
const looksToRetry = 10;

/**
 * Calls `read` when files have changed and two looks have found the same, so that none of them is being written, and once after the
 * start, because one may have changed since it was read. It looks at the file that a path leads to. So it sees one that is written
 * in place, one that is replaced, and a mount of Kubernetes, where a link to another folder is; events of the system miss some.
 *
 * @param read resolves to whether all could be read. Never rejects
 * @returns a function that stops watching
 */
export function watchFiles(paths: readonly string[], read: () => Promise<boolean>): () => void {
  if (paths.length === 0) return () => undefined;
  let seen: string | undefined;
  /** After how many looks that find the same the files are read; undefined: they have been. */
  let looksLeft: number | undefined;
  let isOver = false;
  const look = async (): Promise<void> => {
    const found = (await Promise.all(paths.map(signOf))).join();
    if (found !== seen) looksLeft = 1;
    else if (looksLeft !== undefined && --looksLeft === 0)
      looksLeft = (await read()) ? undefined : looksToRetry;
    seen = found;
    if (!isOver) timer = setTimeout(() => void look(), intervalMs).unref();
  };
  let timer = setTimeout(() => void look(), 0).unref();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

/** What changes with a file: which one it is, its size, and when it was written. */
async function signOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(":");
  } catch (error) {
    return String(codeOf(error));
  }
}
