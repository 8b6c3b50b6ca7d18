import { readFile, stat } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";

/** How often watched files are looked at. */
const intervalMs = 1_000;

/** After how many looks files are used again of which one was wrong: what is wrong may be elsewhere, such as Redis' own password. */
const looksToRetry = 10;

/** How far apart two looks are when somebody waits, and how many there are at most. */
const shortMs = 100;
const shortLooks = 30;

/** Far more than a secret or a list of authorities has. */
const maxBytes = 1_000_000;

/** The text of a file, as it was found. Throws what reading it threw. */
export type ReadText = (path: string) => string;

type Found = ReadonlyMap<string, { text: string } | { error: Error }>;

async function look(paths: readonly string[]): Promise<Found> {
  const find = async (path: string) => {
    try {
      return { text: await textOf(path) };
    } catch (error) {
      return { error: error as Error };
    }
  };
  return new Map(await Promise.all(paths.map(async (path) => [path, await find(path)] as const)));
}

async function textOf(path: string): Promise<string> {
  const file = await stat(path);
  // A pipe that nobody writes to would never be read to its end.
  if (!file.isFile()) throw new Error("no regular file");
  if (file.size > maxBytes) throw new Error(`more than ${maxBytes} bytes`);
  return readFile(path, "utf8");
}

const textsIn =
  (found: Found): ReadText =>
  (path) => {
    const file = found.get(path);
    if (file && "text" in file) return file.text;
    throw file?.error ?? new Error("not looked at");
  };

/** What files hold now. If they are being written, it waits for the end, three seconds at most. */
export async function settledFiles(paths: readonly string[]): Promise<ReadText> {
  let found = await look(paths);
  for (let looks = 1; looks < shortLooks; looks++) {
    await wait(shortMs);
    const before = found;
    found = await look(paths);
    if (isDeepStrictEqual(found, before)) break;
  }
  return textsIn(found);
}

/**
 * Calls `use` when files have changed and two looks have found the same in all of them, so that none is being written; and once
 * after the start, because one may have changed since it was read. It reads the file that a path leads to. So it notices one that
 * is written in place, one that is replaced, and a mount of Kubernetes, where a link to another folder is; events of the system
 * miss some.
 *
 * @param use gets what both looks have found, and resolves to whether all of it was right. Never rejects
 * @returns a function that stops watching
 */
export function watchFiles(paths: readonly string[], use: (read: ReadText) => Promise<boolean>): () => void {
  if (paths.length === 0) return () => undefined;
  let before: Found | undefined;
  /** After how many looks that find the same the files are used; undefined: they have been. */
  let looksLeft: number | undefined;
  let isOver = false;
  const lookAgain = async (): Promise<void> => {
    const found = await look(paths);
    if (isOver) return;
    if (!isDeepStrictEqual(found, before)) looksLeft = 1;
    else if (looksLeft !== undefined && --looksLeft === 0)
      looksLeft = (await use(textsIn(found))) ? undefined : looksToRetry;
    before = found;
    timer = setTimeout(() => void lookAgain(), intervalMs).unref();
  };
  let timer = setTimeout(() => void lookAgain(), 0).unref();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
