import { readFileSync } from "node:fs";
import { printable } from "../../server/text/printable.js";
import { codeOf } from "../process/error-code.js";

/** How often the file is looked for. */
const intervalMs = 1_000;

/** The longest reason, in characters. */
const maxReason = 100;

/** The pause that a file asks for by being there. Its first line, if it has one, is the reason. */
interface FilePause {
  reason?: string;
}

/**
 * Calls `tell` now and each second with the pause that the file asks for, undefined while there is no file. It asks the file
 * system: a file of another machine, or in a folder that is mounted anew, gives no notice.
 *
 * @returns the function that ends this
 */
export function followPauseFile(path: string, tell: (pause: FilePause | undefined) => void): () => void {
  const look = (): void => tell(pauseIn(path));
  const timer = setInterval(look, intervalMs);
  timer.unref();
  look();
  return () => clearInterval(timer);
}

function pauseIn(path: string): FilePause | undefined {
  try {
    const [line = ""] = readFileSync(path, "utf8").split("\n", 1);
    const reason = [...printable(line.trim())].slice(0, maxReason).join("");
    return reason === "" ? {} : { reason };
  } catch (error) {
    // One that is there and cannot be read, such as a folder, pauses too.
    return codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR" ? undefined : {};
  }
}
