import { readFile, stat } from "node:fs/promises";
import { isNote, printable } from "../../server/text/printable.js";
import { codeOf, codeOrText } from "../process/error-code.js";
import type { ServiceKit } from "./create-kit.js";
import { StartProblem } from "./start-problem.js";

/** How often the file is looked for. */
const intervalMs = 1_000;

/** The longest reason, in characters. */
const maxReason = 100;

/** A file that is larger holds no reason. */
const maxBytes = 4_096;

/**
 * Pauses the kit, on this server alone, while there is a file at the path. Its first line is the reason, if it can be one. It asks
 * the file system each second: a file of another machine, or in a folder that is mounted anew, gives no notice. While that does
 * not answer, or fails, nothing changes.
 *
 * @param path undefined: there is no such file
 * @returns the function that ends this
 * @throws StartProblem if the path cannot be looked at
 */
export async function followPauseFile(
  path: string | undefined,
  kit: Pick<ServiceKit, "pause" | "resume">,
): Promise<() => void> {
  if (path === undefined) return () => undefined;
  const onThisServer = true;
  const look = async (): Promise<void> => {
    const pause = await pauseAt(path);
    await (pause ? kit.pause({ ...pause, onThisServer }) : kit.resume({ onThisServer }));
  };
  await look().catch((error: unknown) => {
    throw new StartProblem(`pause-file cannot be looked at: ${path} (${codeOrText(error)}).`, 2);
  });
  let isOver = false;
  const lookAgain = async (): Promise<void> => {
    await look().catch(() => undefined);
    if (!isOver) timer = setTimeout(() => void lookAgain(), intervalMs).unref();
  };
  let timer = setTimeout(() => void lookAgain(), intervalMs).unref();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

/** The pause that a file asks for by being there, also one that cannot be read; undefined if there is none. */
async function pauseAt(path: string): Promise<{ reason?: string } | undefined> {
  try {
    const file = await stat(path);
    // A pipe that nobody writes to would never be read to its end.
    const text = file.isFile() && file.size <= maxBytes ? await readFile(path, "utf8").catch(() => "") : "";
    const [line = ""] = text.split("\n", 1);
    const reason = [...printable(line.trim())].slice(0, maxReason).join("");
    return reason !== "" && isNote(reason) ? { reason } : {};
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}
