import { readFileSync } from "node:fs";
import { printable } from "../../server/text/printable.js";
import { codeOf } from "../process/error-code.js";
import type { ServiceKit } from "./create-kit.js";

/** How often the file is looked for. */
const intervalMs = 1_000;

/** The longest reason, in characters. */
const maxReason = 100;

/** The pause that a file asks for by being there. Its first line, if it has one, is the reason. */
interface FilePause {
  reason?: string;
}

/**
 * Pauses the kit, on this server alone, while the file is there. It asks the file system each second: a file of another machine, or
 * in a folder that is mounted anew, gives no notice.
 *
 * @param path undefined: there is no such file
 * @returns the function that ends this
 */
export function followPauseFile(
  path: string | undefined,
  kit: Pick<ServiceKit, "pause" | "resume">,
): () => void {
  if (path === undefined) return () => undefined;
  const onThisServer = true;
  const look = (): void => {
    const pause = pauseIn(path);
    void (pause ? kit.pause({ ...pause, onThisServer }) : kit.resume({ onThisServer }));
  };
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
