import { readdir, readFile } from "node:fs/promises";

/**
 * The memory of a process and all its descendants, in bytes: shared pages count once (PSS). Undefined where there is no `/proc`.
 * Of a process that does not allow it, as a sandboxed one, what it shares with no other.
 */
export async function memoryOf(root: number): Promise<number | undefined> {
  if (process.platform !== "linux") return undefined;
  const names = await readdir("/proc");
  const parents = new Map<number, number>();
  await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        // "pid (command) state parent …", and the command may hold brackets.
        const parent = / \d+ /.exec((await read(`/proc/${name}/stat`)).replace(/^.*\)/s, ""))?.[0];
        if (parent !== undefined) parents.set(Number(name), Number(parent));
      }),
  );
  const tree = new Set([root]);
  // `for…of` also visits the elements that are added during the loop.
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.add(child);
  const sizes = await Promise.all([...tree].map(sizeOf));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function sizeOf(pid: number): Promise<number> {
  const kilobytes = /^Pss: +(\d+) kB/m.exec(await read(`/proc/${pid}/smaps_rollup`))?.[1];
  if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  const [, resident = 0, shared = 0] = (await read(`/proc/${pid}/statm`)).split(" ").map(Number);
  return (resident - shared) * 4096;
}

/** The text of a file, empty if the process has ended or does not allow it. */
const read = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");
